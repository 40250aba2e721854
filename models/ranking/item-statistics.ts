import type { RatingChange } from '../history/types.ts'
import { NO_SUMS, sumAt } from './decay.ts'
import { asRest, counted, summedUp } from './fortnights.ts'
import { mergeRaters, ratersAfter } from './raters.ts'
import type { ItemStatistics, Rater } from './types.ts'

const NONE: ItemStatistics = { count: 0, sum: 0, positives: 0, decayed: NO_SUMS, decayedAt: 0 }

/**
 * Statistics of an item after one change of one user's rating. What is withdrawn or replaced is retracted with the time it
 * carried, so that any sequence of changes comes to what a recount of the standing ratings gives:
 *
 * - `count` and `positives` exactly, `sum` but for the rounding of values;
 * - `decayed` to a ten-millionth, of the positives of the four latest fortnights in which any stand (fortnights.ts). Those before
 *   are one sum: what was withdrawn from it leaves an error of the order of 2^−40 of what weighed most in it;
 * - `decayedAt` is no earlier than the latest positive, and after a withdrawal perhaps later by log2(positives) days, but not
 *   past the end of that one's fortnight. A later time than a recount has makes no other list, since all is brought to one time
 *   there; but what is asked whether it was a trend when it was liked last may by the shortest half-life weigh less than
 *   TREND_FLOOR by then, and is left out there until it is liked again.
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

/** Without raters. */
function addRating(
  before: ItemStatistics,
  { value, occurredAt }: { readonly value: number; readonly occurredAt: number },
  sign: 1 | -1,
  positiveFrom: number,
): ItemStatistics {
  const count = before.count + sign
  // Exactly zero when nothing is left: a remainder of rounding must not outlive the ratings it came from.
  if (count <= 0) return NONE
  const sum = before.sum + sign * value
  const standing = before.fortnights ?? asRest(before)
  const fortnights = value >= positiveFrom ? counted(standing, occurredAt, sign) : standing
  const counts = { count, sum, ...summedUp(fortnights) }
  return fortnights.length > 0 ? { ...counts, fortnights } : counts
}

/** Statistics over the ratings of both, of different partitions. From these nothing can be withdrawn any more. */
export function mergeStatistics(x: ItemStatistics, y: ItemStatistics): ItemStatistics {
  // Without positives a time means nothing, and must not pull `decayedAt` to where nothing happened.
  const [later, earlier] = x.positives > 0 && (y.positives === 0 || x.decayedAt > y.decayedAt) ? [x, y] : [y, x]
  const { decayedAt } = later
  const sums = [{ sums: later.decayed, of: decayedAt }]
  if (earlier.positives > 0) sums.push({ sums: earlier.decayed, of: earlier.decayedAt })
  const merged = {
    count: x.count + y.count,
    sum: x.sum + y.sum,
    positives: x.positives + y.positives,
    decayed: sumAt(decayedAt, sums),
    decayedAt,
  }
  return withRaters(merged, mergeRaters(x.raters ?? [], y.raters ?? []))
}

function withRaters(statistics: ItemStatistics, raters: readonly Rater[]): ItemStatistics {
  return raters.length > 0 ? { ...statistics, raters } : statistics
}
