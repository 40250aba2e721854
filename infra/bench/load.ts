import { Agent, request } from 'node:http'
import autocannon from 'autocannon'
import { messageOf } from '../errors.ts'

/** A request to the system that is measured. A body is sent as JSON. */
export interface Sent {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly body?: string
}

export interface Figures {
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
  /** Answers other than 2xx, and requests without one. */
  readonly failed: number
  /** What befell one of them. */
  readonly failure?: string | undefined
}

interface Load {
  readonly url: string
  readonly connections: number
  readonly seconds: number
  /** Comes first, and is not counted. */
  readonly warmUpSeconds?: number
  next(): Sent
}

const WARM_UP_SECONDS = 2
const JSON_BODY = { 'content-type': 'application/json' }

const withHeaders = (sent: Sent) => (sent.body === undefined ? sent : { ...sent, headers: JSON_BODY })

/** Closed loop: each connection sends its next request when it has the answer to the last. How much the system can do. */
export async function closedLoop({
  url,
  connections,
  seconds,
  warmUpSeconds = WARM_UP_SECONDS,
  next,
}: Load): Promise<Figures> {
  const run = (duration: number) =>
    autocannon({
      url,
      connections,
      duration,
      // Method, path and body are made anew for every request; headers are those of the first.
      requests: [{ ...withHeaders(next()), setupRequest: (made) => Object.assign(made, next()) }],
    })
  await run(warmUpSeconds)
  const { requests, latency, non2xx, errors } = await run(seconds)
  const failed = non2xx + errors
  return { perSecond: requests.average, p50Ms: latency.p50, p99Ms: latency.p99, maxMs: latency.max, failed }
}

/**
 * Open loop: a request is sent when it is due, whether or not the ones before it were answered, and its latency counts from
 * when it was due. So a stall of the system shows in every request that fell into it, also in those that found no free connection.
 */
export async function openLoop({
  url,
  connections,
  seconds,
  warmUpSeconds = WARM_UP_SECONDS,
  next,
  perSecond,
}: Load & { perSecond: number }): Promise<Figures> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const tookMs: number[] = []
  let failed = 0
  let failure: string | undefined
  const answered: Promise<void>[] = []

  async function send(due: number): Promise<void> {
    try {
      const status = await statusOf(agent, url, next())
      if (Math.floor(status / 100) !== 2) fail(`status ${status}`)
    } catch (error) {
      fail(messageOf(error))
    }
    if (due >= 0) tookMs.push(performance.now() - begin - due)
  }

  function fail(reason: string): void {
    failed++
    failure ??= reason
  }

  const begin = performance.now() + 1000 * warmUpSeconds
  let sent = -warmUpSeconds * perSecond
  while (sent < seconds * perSecond) {
    const now = performance.now() - begin
    for (; sent < seconds * perSecond && dueMs(sent) <= now; sent++) answered.push(send(dueMs(sent)))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await Promise.all(answered)
  agent.destroy()
  tookMs.sort((a, b) => a - b)
  const at = (share: number): number => tookMs[Math.ceil(share * tookMs.length) - 1] as number
  return { perSecond, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: at(1), failed, failure }

  function dueMs(n: number): number {
    return (1000 * n) / perSecond
  }
}

/** Reads the answer to its end. */
function statusOf(agent: Agent, url: string, { method, path, body }: Sent): Promise<number> {
  return new Promise((resolve, reject) => {
    const sending = request(new URL(path, url), { agent, method, ...(body !== undefined && { headers: JSON_BODY }) })
    sending.once('response', (response) => {
      response.once('end', () => resolve(response.statusCode ?? 0))
      response.once('error', reject)
      response.resume()
    })
    sending.once('error', reject)
    sending.end(body)
  })
}
