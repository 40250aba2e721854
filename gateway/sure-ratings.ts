import type { InferRequestType } from 'hono/client'
import { pauseBefore } from '../infra/backoff.ts'
import { AnswerError, answerOf, type Client } from './client.ts'

type Rating = Extract<InferRequestType<Client['v1']['ratings']['$post']>['json'], readonly unknown[]>[number]

export interface Patience {
  /** How long it is tried before it gives up, in ms. */
  readonly patienceMs?: number
  readonly signal?: AbortSignal
}

const PATIENCE_MS = 60_000
const BACKOFF = { firstMs: 100, longestMs: 5_000 }

/**
 * Sends ratings, at most 1,000, until they are acknowledged: again, and with the same ids, where the log did not answer (503), the
 * key was used too often (429), a proxy found no gateway (502, 504), or the connection broke. Whether or not an attempt that failed was stored after all, each rating
 * counts once.
 *
 * @param ratings  an `eventId` and an `occurredAt` are given to those that have none
 * @throws AnswerError for what is refused, and the last failure when patience is over; what is stored then is not known, and the
 *         same ratings with the same ids may be sent again
 */
export async function sendSurely(
  { v1 }: Client,
  ratings: readonly Rating[],
  { patienceMs = PATIENCE_MS, signal }: Patience = {},
): Promise<{ accepted: number; token: string }> {
  // Also where they are there and undefined, of which JSON says nothing: each attempt would be another event.
  const json = ratings.map((rating) => ({
    ...rating,
    eventId: rating.eventId ?? crypto.randomUUID(),
    occurredAt: rating.occurredAt ?? Date.now(),
  }))
  const deadline = performance.now() + patienceMs
  for (let attempt = 0; ; attempt++) {
    let pauseMs = pauseBefore(attempt, BACKOFF)
    try {
      const response = await v1.ratings.$post({ json }, { init: { signal: signal ?? null } })
      if (isPassing(response.status)) pauseMs = Math.max(pauseMs, retryAfterMs(response))
      return await answerOf(response)
    } catch (error) {
      signal?.throwIfAborted()
      const isOver = performance.now() + pauseMs > deadline
      if (isOver || (error instanceof AnswerError && !isPassing(error.status))) throw error
    }
    await pause(pauseMs, signal)
  }
}

/** Those of a proxy, too, behind which the gateway starts anew. */
const isPassing = (status: number): boolean => [429, 502, 503, 504].includes(status)

/** Seconds, or the time itself, as proxies may say it (RFC 9110, 10.2.3). @returns 0: nothing that can be read */
function retryAfterMs({ headers }: { headers: Headers }): number {
  const after = headers.get('retry-after') ?? ''
  const ms = /^\d+$/.test(after) ? 1000 * Number(after) : Date.parse(after) - Date.now()
  return Math.max(0, ms || 0)
}

/** What Node has under node:timers, for browsers too. @throws the reason of the signal, once it is aborted */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
