import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import type { Item, RatingEvent, Served } from '../../../models/events/types.ts'
import { applyEvents } from '../../../models/history/apply.ts'
import type { RatingRow, RatingStore, ServedRow } from '../port.ts'

/** A store that is empty, a way to open it once more, and a way past the port into its tables. */
export interface Opened {
  readonly store: RatingStore
  sql(statement: string): Promise<Record<string, unknown>[]>
  reopen(): Promise<RatingStore>
  /** Closes everything that was opened. */
  dispose(): Promise<void>
}

export const MAX_HISTORY = 10_000

type Sketch = Partial<RatingEvent> & { readonly offset: number; readonly partition?: number }

/** A row of user `u`, item `i`, value 4 at time 1, where the sketch does not say otherwise. */
export function row({ offset, partition = 0, ...event }: Sketch): RatingRow {
  const defaults: RatingEvent = {
    type: 'rating',
    eventId: randomUUID(),
    userId: 'u',
    itemId: 'i',
    value: 4,
    occurredAt: 1,
    recommendationId: null,
  }
  return { partition, offset, ingestedAt: 1_700_000_000_000 + offset, event: { ...defaults, ...event } }
}

type SketchedList = Partial<Served> & { readonly offset: number; readonly partition?: number }

/** Lists are not kept for ever. */
export const LATELY = Date.now() - 3_600_000

/** A list of user `u`, answered two ms before it was appended. */
export function served({ offset, partition = 0, ...event }: SketchedList, ingestedAt = LATELY): ServedRow {
  const defaults: Served = {
    ...{ type: 'served', recommendationId: `r${offset}`, userId: 'u', itemIds: ['i'], strategy: 'fold-in' },
    ...{ generation: 'g', propensities: null, firstPosition: 1, occurredAt: ingestedAt - 2 },
  }
  return { partition, offset, ingestedAt, event: { ...defaults, ...event } }
}

export const item = (fields: Partial<Item>): Item => ({
  type: 'item',
  itemId: 'i',
  title: 'A film',
  genres: ['Drama'],
  year: 1999,
  poster: null,
  available: true,
  attributes: {},
  updatedAt: 1_700_000_000_000,
  ...fields,
})

/** Latest ratings as `[user, item, value]`. */
export async function latest(
  store: RatingStore,
  { watermark = [1_000_000_000], maxHistory = MAX_HISTORY }: { watermark?: number[]; maxHistory?: number } = {},
): Promise<[string, string, number][]> {
  const ratings: [string, string, number][] = []
  for await (const { users, items, values } of store.latestRatings(watermark, maxHistory)) {
    users.forEach((user, index) => {
      ratings.push([user, items[index] as string, values[index] as number])
    })
  }
  return ratings
}

/** What the user state makes of the same rows. */
export function folded(rows: readonly RatingRow[], maxHistory: number): [string, string, number][] {
  const byUser = Map.groupBy(rows, ({ event }) => event.userId)
  return [...byUser]
    .flatMap(([userId, theirs]) => {
      const { history } = applyEvents(new Map(), theirs, maxHistory)
      return [...history.values()].map(({ itemId, value }) => [userId, itemId, value] as const)
    })
    .filter((rating): rating is [string, string, number] => rating[2] !== null)
    .sort((a, b) => (a.slice(0, 2).join() < b.slice(0, 2).join() ? -1 : 1))
}

/** Few users, items and times, so that events meet; a retry carries a value and a time of its own. */
export const eventsArbitrary = (hasRetries: boolean) =>
  fc
    .array(
      fc.record({
        userId: fc.constantFrom('u', 'v'),
        itemId: fc.constantFrom('a', 'b', 'c', 'd'),
        value: fc.option(fc.integer({ min: 1, max: 5 })),
        occurredAt: fc.integer({ min: 0, max: 4 }),
        retryOf: fc.option(fc.nat(), { freq: 3 }),
      }),
      { maxLength: 40 },
    )
    .map((sketches) => {
      const rows: RatingRow[] = []
      for (const [offset, { retryOf, ...sketch }] of sketches.entries()) {
        const earlier = hasRetries && retryOf !== null ? rows[retryOf % Math.max(rows.length, 1)]?.event : undefined
        const { value, occurredAt } = sketch
        rows.push(row(earlier ? { ...earlier, value, occurredAt, offset } : { ...sketch, offset }))
      }
      return rows
    })
