import type { Offset } from '../events/types.ts'

/** A user with a standing positive of an item, and the event that gave it. */
export interface Rater {
  readonly userId: string
  /** ms since 1970 */
  readonly occurredAt: number
  /** On the user's partition. */
  readonly offset: Offset
}

/** Positives of one item that stand and were given within one fortnight. */
export interface Fortnight {
  /** ms since 1970: none that stands is later. It tells which fortnight this is. */
  readonly latest: number
  readonly positives: number
  /** As those of an item, but at the end of the fortnight. */
  readonly decayed: readonly number[]
  /** Whether all before it are counted here, too. */
  readonly isRest: boolean
}

/** Running statistics of one item, over the ratings of one partition of the log (or, merged, of all). */
export interface ItemStatistics {
  /** Ratings that stand now. */
  readonly count: number
  readonly sum: number
  readonly positives: number
  /** For each of HALF_LIVES_MS: Σ 2^((occurredAt − decayedAt) / half-life) over the positives that stand now. */
  readonly decayed: readonly number[]
  /** ms since 1970 */
  readonly decayedAt: number
  /** What `decayed` is the sum of, latest first, so that a positive can be withdrawn; left out: nothing is kept apart. */
  readonly fortnights?: readonly Fortnight[]
  /** Users whose positive of the item stands, latest first, at most 500; only while the model does not know the item. */
  readonly raters?: readonly Rater[]
}
