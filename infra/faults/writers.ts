import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from '../../gateway/client.ts'
import { sendSurely } from '../../gateway/sure-ratings.ts'
import type { Random } from '../../models/linalg/random.ts'

export const USERS = 60
export const ITEMS = 40

const WRITERS = 4
const PAUSE_MS = 50
/** Longer than any fault and what comes after it. */
const PATIENCE_MS = 60_000

export interface Writes {
  /** By their event ids: what was acknowledged. */
  readonly acknowledged: Set<string>
  /** Requests, those sent again included, by what came of them. */
  readonly stored: { count: number; longestMs: number }
  readonly refused: { count: number; longestMs: number }
  /** Neither 202 nor a problem with 503 and `Retry-After`. */
  readonly other: string[]
}

/** A few clients that rate one thing after the other, each until it is acknowledged. */
export function startWriters(url: string, random: Random): { stop(): Promise<Writes> } {
  const writes: Writes = {
    acknowledged: new Set(),
    stored: { count: 0, longestMs: 0 },
    refused: { count: 0, longestMs: 0 },
    other: [],
  }
  const client = createClient(url, { fetch: watched(writes) })
  let stopped = false

  async function write(writer: number): Promise<void> {
    while (!stopped) {
      // Of all writers' users none is another's, so that what is rated last stands.
      const userId = `user-${writer + WRITERS * Math.floor((random() * USERS) / WRITERS)}`
      const ratings = Array.from({ length: 1 + Math.floor(random() * 3) }, () => ({
        eventId: crypto.randomUUID(),
        userId,
        itemId: `film-${Math.floor(random() * ITEMS)}`,
        value: 1 + Math.floor(random() * 5),
      }))
      await sendSurely(client, ratings, { patienceMs: PATIENCE_MS })
      for (const { eventId } of ratings) writes.acknowledged.add(eventId)
      await sleep(PAUSE_MS)
    }
  }
  const running = Array.from({ length: WRITERS }, (_, writer) => write(writer))

  return {
    /** Resolves when everything is acknowledged. */
    async stop() {
      stopped = true
      await Promise.all(running)
      return writes
    },
  }
}

/** fetch, and what came of each request noted. */
function watched({ stored, refused, other }: Writes): typeof fetch {
  return async (input, init) => {
    const began = performance.now()
    const response = await fetch(input, init)
    const isRefused =
      response.status === 503 &&
      response.headers.has('retry-after') &&
      response.headers.get('content-type')?.startsWith('application/problem+json') === true
    if (response.status !== 202 && !isRefused) other.push(`${response.status} ${await response.clone().text()}`)
    const kind = response.status === 202 ? stored : refused
    kind.count++
    kind.longestMs = Math.max(kind.longestMs, performance.now() - began)
    return response
  }
}
