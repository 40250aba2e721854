import type { RatingChange } from '../history/types.ts'
import type { ItemStatistics } from './types.ts'

/** A positive counts half as much in `decayed` after this time. */
const HALF_LIFE_MS = 7 * 24 * 3_600_000

const NONE: ItemStatistics = { count: 0, sum: 0, positives: 0, decayed: 0, decayedAt: 0 }

/**
 * Statistics of an item after one change of one user's rating. What is withdrawn or replaced is retracted with the time it
 * carried, so that any sequence of changes comes to what a recount of the standing ratings gives.
 *
 * @param before  undefined: nobody rated the item yet
 */
export function applyChange(
  before: ItemStatistics | undefined,
  change: RatingChange,
  positiveFrom: number,
): ItemStatistics {
  let statistics = before ?? NONE
  if (change.before) statistics = addRating(statistics, change.before, -1, positiveFrom)
  if (change.after) statistics = addRating(statistics, change.after, 1, positiveFrom)
  return statistics
}

function addRating(
  statistics: ItemStatistics,
  { value, occurredAt }: { readonly value: number; readonly occurredAt: number },
  sign: 1 | -1,
  positiveFrom: number,
): ItemStatistics {
  const isPositive = value >= positiveFrom
  const rating = {
    count: 1,
    sum: value,
    positives: isPositive ? 1 : 0,
    decayed: isPositive ? 1 : 0,
    decayedAt: occurredAt,
  }
  return combine(statistics, rating, sign)
}

/** Statistics over the ratings of both. */
export function mergeStatistics(x: ItemStatistics, y: ItemStatistics): ItemStatistics {
  return combine(x, y, 1)
}

/** x + sign · y, with `decayed` brought to the later of the two times. */
function combine(x: ItemStatistics, y: ItemStatistics, sign: 1 | -1): ItemStatistics {
  const count = x.count + sign * y.count
  // Exactly zero when nothing is left: a remainder of rounding must not outlive the ratings it came from.
  if (count <= 0) return NONE
  const positives = x.positives + sign * y.positives
  // Without positives a time means nothing, and must not pull `decayedAt` to where nothing happened.
  const decayedAt = Math.max(x.positives > 0 ? x.decayedAt : -Infinity, y.positives > 0 ? y.decayedAt : -Infinity)
  const decayed = decayTo(decayedAt, x) + sign * decayTo(decayedAt, y)
  return {
    count,
    sum: x.sum + sign * y.sum,
    positives,
    decayed: positives > 0 ? Math.max(0, decayed) : 0,
    decayedAt: positives > 0 ? decayedAt : 0,
  }
}

/** Σ 2^((occurredAt − at) / half-life), moved from the statistics' own time to `at`. */
function decayTo(at: number, { positives, decayed, decayedAt }: ItemStatistics): number {
  return positives > 0 ? decayed * 2 ** ((decayedAt - at) / HALF_LIFE_MS) : 0
}
