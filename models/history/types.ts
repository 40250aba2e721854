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
export interface History extends ReadonlyMap<string, HistoryEntry> {
  /** `knownItems` of this file, where that takes less than looking at every entry. */
  knownItems?(): readonly string[]
}

/** Items that were rated, whatever the value: never recommended again. A withdrawn rating is none. */
export function knownItems(history: History): readonly string[] {
  if (history.knownItems) return history.knownItems()
  const known: string[] = []
  for (const { itemId, value } of history.values()) if (value !== null) known.push(itemId)
  return known
}

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
