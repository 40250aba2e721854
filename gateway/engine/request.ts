import type { Filter } from '../../models/ranking/filter.ts'

/** How a list came about; what its scores measure depends on it. */
export type Strategy = 'fold-in' | 'similar' | 'trending' | 'popular' | 'top-rated'

/** An item and how strongly it is meant. */
export interface Ranked {
  readonly itemId: string
  readonly score: number
}

/** A rating that is asked about, and stored nowhere. */
export interface GivenRating {
  readonly itemId: string
  readonly value: number
}

/** For whom a list is made. Of nobody nothing is known: the fallback chain answers. */
export interface Asker {
  readonly userId?: string | undefined
  /** Alone: an anonymous taste. Beside `userId`: as if that user had given these, too. */
  readonly ratings?: readonly GivenRating[] | undefined
  /** A group, which one list has to suit. */
  readonly userIds?: readonly string[] | undefined
  readonly groupMode?: GroupMode | undefined
  /** What they are looking at. */
  readonly contextItemId?: string | undefined
}

/** What a group makes of an item: the mean of its members' scores, or that of whom it suits least. */
export type GroupMode = 'average' | 'leastMisery'

/** Multiplies the scores of what fits. A score below zero is divided, so that more than 1 always raises an item. */
export interface Boost {
  readonly filter: Filter
  readonly factor: number
}

/** Halves a score for so many days of age. */
export interface Decay {
  /** `year`, `updatedAt`, or an attribute that holds a time. */
  readonly field: string
  readonly halfLifeDays: number
}

/** What a list may hold, in which order, and which part of it is wanted. */
export interface Selection {
  readonly limit: number
  readonly skip: number
  readonly filter?: Filter | undefined
  readonly exclude?: readonly string[] | undefined
  readonly includeKnown?: boolean | undefined
  readonly boost?: readonly Boost[] | undefined
  readonly decay?: Decay | undefined
  /** Share of the list from outside the most popular fifth of the items. */
  readonly lessKnown?: number | undefined
  /** 0: by score alone … 1: by unlikeness alone. */
  readonly diversity?: number | undefined
  readonly caps?: readonly Cap[] | undefined
  readonly pin?: readonly Pin[] | undefined
  readonly explain?: boolean | undefined
  /** The names of those attributes that are told of each item. */
  readonly attributes?: readonly string[] | undefined
}

/** At most so many items of each value of a field. */
export interface Cap {
  readonly field: string
  readonly max: number
}

/** An item at a fixed place of the whole list, counted from 0. */
export interface Pin {
  readonly itemId: string
  readonly position: number
}
