import { setTimeout as sleep } from 'node:timers/promises'
import { counted } from '../infra/counted.ts'
import { ConfigError, messageOf, UnavailableError } from '../infra/errors.ts'
import type { EventLog } from '../infra/event-log/port.ts'
import { encodeEvent } from '../models/events/codec.ts'
import type { Item, RatingEvent } from '../models/events/types.ts'

/**
 * Where an import writes to. Each call resolves when its events are durable; a user's events stay in order as long as the
 * next call waits for the one before. Publishing an event again is harmless: it keeps its id.
 */
export interface Publisher {
  items(items: readonly Item[]): Promise<void>
  ratings(events: readonly RatingEvent[]): Promise<void>
}

/** Writes to a log that this process has open. Throws what `EventLog.append` throws. */
export function logPublisher(log: EventLog): Publisher {
  return {
    async items(items) {
      await log.append(
        'items',
        items.map((item) => ({ key: item.itemId, value: encodeEvent(item) })),
      )
    },
    async ratings(events) {
      await log.append(
        'ratings',
        events.map((event) => ({ key: event.userId, value: encodeEvent(event) })),
      )
    },
  }
}

const DEFAULT_RETRY_MS = 1000

/** What the API says of NDJSON. */
interface LinesOutcome {
  readonly rejectedCount?: number
  readonly rejected?: readonly { readonly line: number; readonly errors: unknown }[]
}

/**
 * Writes to a running system over HTTP, as NDJSON. What it cannot take now (503, no answer) is sent again with the same ids.
 *
 * @param token       sent as `Authorization: Bearer`, if any
 * @param patienceMs  how long a batch is tried before giving up
 * @throws UnavailableError when patience is over, ConfigError when the system refuses the token or an event
 */
export function httpPublisher(
  baseUrl: string,
  token: string | undefined,
  { patienceMs = 60_000, signal }: { patienceMs?: number; signal?: AbortSignal } = {},
): Publisher {
  const headers = {
    'content-type': 'application/x-ndjson',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
  }

  async function post(path: string, lines: readonly unknown[]): Promise<void> {
    const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    const deadline = performance.now() + patienceMs
    for (;;) {
      const outcome = await attempt(new URL(path, baseUrl), body)
      if (outcome === 'stored') return
      if (performance.now() + outcome.retryAfterMs > deadline)
        throw new UnavailableError(
          `${baseUrl} does not take events: ${outcome.reason}. What it acknowledged is stored; ` +
            'see that it runs (npm start), then import again: it goes on from there.',
        )
      await sleep(outcome.retryAfterMs, undefined, signal === undefined ? {} : { signal })
    }
  }

  async function attempt(url: URL, body: string): Promise<'stored' | { reason: string; retryAfterMs: number }> {
    let response: Response
    let text: string
    try {
      response = await fetch(url, { method: 'POST', headers, body, signal: signal ?? null })
      text = await response.text()
    } catch (error) {
      signal?.throwIfAborted()
      return {
        reason: messageOf(error instanceof Error && error.cause ? error.cause : error),
        retryAfterMs: DEFAULT_RETRY_MS,
      }
    }
    if (response.status === 503) {
      const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
      return { reason: detailOf(text), retryAfterMs: Number.isNaN(seconds) ? DEFAULT_RETRY_MS : seconds * 1000 }
    }
    if (!response.ok) throw new ConfigError(`${url} answered ${response.status}: ${detailOf(text)}`)
    const { rejectedCount = 0, rejected = [] } = JSON.parse(text) as LinesOutcome
    if (rejectedCount > 0)
      throw new ConfigError(
        `${url} refused ${rejectedCount} of ${counted(body.split('\n').length - 1, 'event')}, the first because of ${JSON.stringify(rejected[0]?.errors)}. ` +
          'The others are stored. Is the scale of the running system that of the dataset?',
      )
    return 'stored'
  }

  return {
    items: (items) => post('/v1/items', items.map(itemBody)),
    ratings: (events) => post('/v1/ratings', events.map(ratingBody)),
  }
}

/** The fields that the API takes; it stamps `updatedAt` itself. */
function itemBody({ itemId, title, genres, year, poster, available, attributes }: Item) {
  return { itemId, title, genres, year: year ?? undefined, poster: poster ?? undefined, available, attributes }
}

function ratingBody({ eventId, userId, itemId, value, occurredAt, recommendationId }: RatingEvent) {
  // As text: the API takes small numbers for seconds that somebody gave by mistake.
  const time = new Date(occurredAt).toISOString()
  return { eventId, userId, itemId, value, occurredAt: time, recommendationId: recommendationId ?? undefined }
}

/** What a problem document says, or the beginning of whatever came instead. */
function detailOf(text: string): string {
  try {
    return String((JSON.parse(text) as { detail?: unknown }).detail)
  } catch {
    return text.slice(0, 200)
  }
}
