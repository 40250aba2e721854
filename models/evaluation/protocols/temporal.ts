import type { RatingTable } from '../rating-table.ts'
import { type Marks, TEST, TRAINING } from '../split.ts'
import type { Protocol } from './protocol.ts'

/** Where in time the test part begins. */
export type TestFrom =
  /** So much of the ratings, in time order, lies before. */
  | { readonly share: number }
  /** ms since 1970 */
  | { readonly time: number }

/** Trains on what was rated before a time, and asks for what was rated from then on, of users with a positive before. */
export function temporal(from: TestFrom): Protocol {
  return {
    mark(table, usable) {
      const start = startOf(table, usable, from)
      return usable.map((mark, e) => (mark === TRAINING && (table.times[e] as number) >= start ? TEST : mark))
    },
    catalogue: [TRAINING],
    ...('time' in from && { validation: temporal(LAST_TENTH) }),
  }
}

export const LAST_TENTH: TestFrom = { share: 0.9 }

/** @returns ms since 1970 of the first rating of the test part */
function startOf(table: RatingTable, usable: Marks, from: TestFrom): number {
  if ('time' in from) return from.time
  const order = inTimeOrder(table, usable)
  return table.times[order[Math.floor(from.share * order.length)] ?? -1] ?? Infinity
}

/** Entries marked TRAINING, the earliest first; of the same time, in the order of users and items. */
export function inTimeOrder({ times }: RatingTable, usable: Marks): Int32Array {
  const entries = Int32Array.from(usable.keys()).filter((e) => usable[e] === TRAINING)
  return entries.sort((x, y) => (times[x] as number) - (times[y] as number) || x - y)
}
