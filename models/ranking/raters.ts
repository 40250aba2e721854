import type { RatingChange } from '../history/types.ts'
import type { Rater } from './types.ts'

/** So many are enough to solve an item's factors, and few enough to be stored with each change. */
export const MAX_RATERS = 500

/**
 * Users whose positive of an item stands, after one change of one user's rating: latest first by (occurredAt, offset), cut to the
 * latest. What was cut is forgotten: somebody leaving a list that was cut leaves it shorter, though others would follow.
 *
 * @param before  as this function left them
 */
export function ratersAfter(before: readonly Rater[], change: RatingChange, positiveFrom: number): readonly Rater[] {
  const { userId, offset, after } = change
  const raters = before.filter((rater) => rater.userId !== userId)
  if (after === undefined || after.value < positiveFrom) return raters
  const rater = { userId, occurredAt: after.occurredAt, offset }
  const at = raters.findIndex((other) => compareRaters(rater, other) < 0)
  raters.splice(at < 0 ? raters.length : at, 0, rater)
  return raters.slice(0, MAX_RATERS)
}

/** The latest of both, of different partitions: nobody is in both. */
export function mergeRaters(x: readonly Rater[], y: readonly Rater[]): readonly Rater[] {
  if (x.length === 0 || y.length === 0) return x.length === 0 ? y : x
  return [...x, ...y].sort(compareRaters).slice(0, MAX_RATERS)
}

/** Latest first; offsets of two partitions do not compare, and only break ties. */
function compareRaters(x: Rater, y: Rater): number {
  return y.occurredAt - x.occurredAt || y.offset - x.offset
}
