/** An offset: the place of a record on one partition of the log, counted from 0. Safe as a number up to 2^53. */
export type Offset = number

/** "This user gave this item this value." A value of null withdraws the rating. */
export interface RatingEvent {
  readonly type: 'rating'
  /** UUID. The same id of the same user and item counts once, however often it stands on the log. */
  readonly eventId: string
  readonly userId: string
  readonly itemId: string
  readonly value: number | null
  /** ms since 1970, as the user's side says. */
  readonly occurredAt: number
  /** The answer that led to this rating, where the client knows it. */
  readonly recommendationId: string | null
}

/** Everything of this user before this event is to vanish; what comes after belongs to a new user. */
export interface UserErased {
  readonly type: 'user-erased'
  readonly eventId: string
  readonly userId: string
  readonly occurredAt: number
}

export type AttributeValue = string | number | boolean | readonly string[]

/** What the catalogue knows of an item. The newest event of an item replaces the older ones whole. */
export interface Item {
  readonly type: 'item'
  readonly itemId: string
  readonly title: string
  readonly genres: readonly string[]
  readonly year: number | null
  readonly poster: string | null
  /** false hides the item from every list. */
  readonly available: boolean
  readonly attributes: Readonly<Record<string, AttributeValue>>
  readonly updatedAt: number
}

/** A list that was answered, for online figures. */
export interface Served {
  readonly type: 'served'
  readonly recommendationId: string
  /** Empty: an anonymous taste, a group, or a list that is nobody's own. */
  readonly userId: string
  readonly itemIds: readonly string[]
  readonly strategy: string
  /** Empty: there was none yet. */
  readonly generation: string
  /** Chance of each item to stand where it stood, where chance was involved. */
  readonly propensities: readonly number[] | null
  readonly occurredAt: number
  /** Of the first item, counted from 1: more where the list is the continuation of another. */
  readonly firstPosition: number
}

/** The live model's score on a rating that was predicted before it was learnt. */
export interface Measurement {
  readonly type: 'measurement'
  readonly metric: string
  readonly variant: string
  readonly generation: string
  readonly value: number
  readonly weight: number
  readonly occurredAt: number
}

export type Event = RatingEvent | UserErased | Item | Served | Measurement

/** The values a rating may take, and from which value on it counts as a positive. Fixed for the life of a log. */
export interface RatingScale {
  readonly min: number
  readonly max: number
  readonly positiveFrom: number
}
