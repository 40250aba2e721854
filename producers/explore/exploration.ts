import type { RatingScale } from '../../models/events/types.ts'
import type { Activity } from './activity.ts'
import type { Distribution } from './distribution.ts'
import type { GenreShare } from './genres.ts'
import type { LongTail } from './long-tail.ts'
import type { Suspicion } from './suspicions.ts'
import type { ValueBar } from './value-tally.ts'

/** What a dataset looks like. Of ratings that an import would take, unless said otherwise; shares are from 0 to 1. */
export interface Exploration {
  readonly dataset: string
  readonly path: string
  readonly scale: RatingScale
  readonly counts: {
    readonly users: number
    /** Items with a rating. */
    readonly items: number
    /** Items that the catalogue describes; 0: there is none. */
    readonly described: number
    /** Of these, how many nobody rated. */
    readonly unrated: number
    readonly ratings: number
    /** Lines of items and ratings that an import would refuse. */
    readonly rejected: number
    /** Share of all pairs of a user and a rated item that were rated. */
    readonly density: number
    readonly meanValue: number
    readonly from: string | null
    readonly to: string | null
  }
  /** Every value that could be read, those outside the scale among them. */
  readonly values: readonly ValueBar[]
  readonly ratingsPerUser: Distribution
  readonly ratingsPerItem: Distribution
  /**
   * How full the parts of the matrix are: row n is the n-th tenth of the users, the most active first; column n the n-th tenth
   * of the items, the most rated first.
   */
  readonly fill: readonly (readonly number[])[]
  readonly activity: Activity
  readonly longTail: LongTail
  readonly genres: readonly GenreShare[]
  readonly suspicious: readonly Suspicion[]
}
