import type { Offset } from '../events/types.ts'

/** The latest rating of one item by one user. */
export interface HistoryEntry {
  readonly itemId: string
  /** null: withdrawn. The tombstone stays, so that an older event that arrives late cannot bring the rating back. */
  readonly value: number | null
  readonly occurredAt: number
  readonly offset: Offset
  readonly eventId: string
  /** Ids of this item's events that this one replaced, newest last: a retry of one of them changes nothing. */
  readonly superseded: readonly string[]
}

/** A user's latest ratings by item id. A value: applying events makes the next history and leaves this one alone. */
export type History = ReadonlyMap<string, HistoryEntry>

/** What one event of a user did to one item's rating; `undefined`: there was none. Equal values never appear as a change. */
export interface RatingChange {
  readonly userId: string
  readonly itemId: string
  /** Of the event. */
  readonly offset: Offset
  readonly occurredAt: number
  /** The rating that no longer counts, with the time it carried. */
  readonly before: { readonly value: number; readonly occurredAt: number } | undefined
  /** The rating that counts from now on. */
  readonly after: { readonly value: number; readonly occurredAt: number } | undefined
}
