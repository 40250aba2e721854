/** Running statistics of one item, over the ratings of one partition of the log (or, merged, of all). */
export interface ItemStatistics {
  /** Ratings that stand now. */
  readonly count: number
  readonly sum: number
  readonly positives: number
  /** Σ 2^((occurredAt − decayedAt) / half-life) over the positives that stand now. */
  readonly decayed: number
  /** ms since 1970 */
  readonly decayedAt: number
}
