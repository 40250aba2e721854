import type { Offset, RatingEvent } from '../events/types.ts'
import type { History, HistoryEntry, RatingChange } from './types.ts'

/** A retry comes soon or never: of one item this many replaced events are remembered. */
const MAX_SUPERSEDED = 64

/** A rating event with its place on the user's partition. */
export interface PlacedRating {
  readonly event: RatingEvent
  readonly offset: Offset
}

/**
 * The history after some more events of the same user, in log order.
 *
 * Of one item the event with the greatest (occurredAt, offset) stands. An event id that the item has seen changes nothing,
 * whatever else the repeated event says. Beyond `maxHistory` items (tombstones count) the oldest are dropped.
 *
 * @returns the same history when nothing changed, and what changed in the ratings that count, one change for an event at most
 *          beside what was dropped
 */
export function applyEvents(
  history: History,
  events: readonly PlacedRating[],
  maxHistory: number,
): { history: History; changes: RatingChange[] } {
  const next = new Map(history)
  const changes: RatingChange[] = []
  let isChanged = false
  for (const placed of events) {
    const { event, offset } = placed
    const standing = next.get(event.itemId)
    if (standing !== undefined && hasSeen(standing, event.eventId)) continue
    isChanged = true
    const entry = {
      itemId: event.itemId,
      value: event.value,
      occurredAt: event.occurredAt,
      offset,
      eventId: event.eventId,
    }
    if (standing !== undefined && isLater(standing, entry)) {
      next.set(event.itemId, { ...standing, superseded: remember(standing.superseded, event.eventId) })
      continue
    }
    const superseded = standing === undefined ? [] : remember(standing.superseded, standing.eventId)
    next.set(event.itemId, { ...entry, superseded })
    note(changes, placed, standing, entry)
    if (next.size > maxHistory) {
      const oldest = oldestOf(next)
      next.delete(oldest.itemId)
      note(changes, placed, oldest, undefined)
    }
  }
  return isChanged ? { history: next, changes } : { history, changes }
}

type Rated = Pick<HistoryEntry, 'itemId' | 'value' | 'occurredAt' | 'offset'>

/** Whether the event is the one that stands of an item, or one that it replaced. */
export const hasSeen = (entry: HistoryEntry, eventId: string): boolean =>
  entry.eventId === eventId || entry.superseded.includes(eventId)

const isLater = (a: Rated, b: Rated): boolean =>
  a.occurredAt > b.occurredAt || (a.occurredAt === b.occurredAt && a.offset > b.offset)

const remember = (superseded: readonly string[], eventId: string): readonly string[] =>
  [...superseded, eventId].slice(-MAX_SUPERSEDED)

function oldestOf(history: History): HistoryEntry {
  let oldest: HistoryEntry | undefined
  for (const entry of history.values()) if (oldest === undefined || isLater(oldest, entry)) oldest = entry
  return oldest as HistoryEntry
}

function note(
  changes: RatingChange[],
  { event: { userId, occurredAt }, offset }: PlacedRating,
  from: Rated | undefined,
  to: Rated | undefined,
): void {
  const [before, after] = [counting(from), counting(to)]
  const itemId = (to ?? from)?.itemId as string
  if (before?.value !== after?.value || before?.occurredAt !== after?.occurredAt)
    changes.push({ userId, itemId, offset, occurredAt, before, after })
}

/** The rating, if it counts: a tombstone does not. */
function counting(entry: Rated | undefined): RatingChange['before'] {
  return entry === undefined || entry.value === null ? undefined : { value: entry.value, occurredAt: entry.occurredAt }
}
