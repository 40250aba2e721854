import type { RatingChange } from '../history/types.ts'
import { mergeRaters, ratersAfter } from './raters.ts'
import type { ItemStatistics, Rater } from './types.ts'

const DAY_MS = 24 * 3_600_000

/** A positive counts half as much in `decayed` after this time, one sum for each. Stored statistics go by this order. */
export const HALF_LIVES_MS = [DAY_MS, 7 * DAY_MS, 30 * DAY_MS] as const

const NO_SUMS: readonly number[] = HALF_LIVES_MS.map(() => 0)
const ONE_EACH: readonly number[] = HALF_LIVES_MS.map(() => 1)
const NONE: ItemStatistics = { count: 0, sum: 0, positives: 0, decayed: NO_SUMS, decayedAt: 0 }

/**
 * Statistics of an item after one change of one user's rating. What is withdrawn or replaced is retracted with the time it
 * carried, so that any sequence of changes comes to what a recount of the standing ratings gives.
 *
 * @param before  undefined: nobody rated the item yet
 * @param keepRaters  whether to keep who rates the item positively; if not, those that were kept are dropped
 */
export function applyChange(
  before: ItemStatistics | undefined,
  change: RatingChange,
  positiveFrom: number,
  keepRaters: boolean,
): ItemStatistics {
  let statistics = before ?? NONE
  if (change.before) statistics = addRating(statistics, change.before, -1, positiveFrom)
  if (change.after) statistics = addRating(statistics, change.after, 1, positiveFrom)
  return keepRaters ? withRaters(statistics, ratersAfter(before?.raters ?? [], change, positiveFrom)) : statistics
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
    decayed: isPositive ? ONE_EACH : NO_SUMS,
    decayedAt: occurredAt,
  }
  return combine(statistics, rating, sign)
}

/** Statistics over the ratings of both, of different partitions. */
export function mergeStatistics(x: ItemStatistics, y: ItemStatistics): ItemStatistics {
  return withRaters(combine(x, y, 1), mergeRaters(x.raters ?? [], y.raters ?? []))
}

function withRaters(statistics: ItemStatistics, raters: readonly Rater[]): ItemStatistics {
  return raters.length > 0 ? { ...statistics, raters } : statistics
}

/** x + sign · y without raters, with `decayed` brought to the later of the two times. */
function combine(x: ItemStatistics, y: ItemStatistics, sign: 1 | -1): ItemStatistics {
  const count = x.count + sign * y.count
  // Exactly zero when nothing is left: a remainder of rounding must not outlive the ratings it came from.
  if (count <= 0) return NONE
  const positives = x.positives + sign * y.positives
  const sum = x.sum + sign * y.sum
  if (positives <= 0) return { count, sum, positives, decayed: NO_SUMS, decayedAt: 0 }
  // Without positives a time means nothing, and must not pull `decayedAt` to where nothing happened.
  const decayedAt = Math.max(x.positives > 0 ? x.decayedAt : -Infinity, y.positives > 0 ? y.decayedAt : -Infinity)
  const [inX, inY] = [decayedTo(decayedAt, x), decayedTo(decayedAt, y)]
  const decayed = inX.map((ofX, i) => Math.max(0, ofX + sign * (inY[i] ?? 0)))
  return { count, sum, positives, decayed, decayedAt }
}

/** For each half-life: Σ 2^((occurredAt − at) / half-life), moved from the statistics' own time to `at`. */
function decayedTo(at: number, { positives, decayed, decayedAt }: ItemStatistics): number[] {
  return HALF_LIVES_MS.map((halfLife, i) =>
    positives > 0 ? (decayed[i] ?? 0) * 2 ** ((decayedAt - at) / halfLife) : 0,
  )
}
