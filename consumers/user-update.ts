import type { UserRecord } from '../infra/user-state/port.ts'
import { foldIn } from '../models/als/fold-in.ts'
import { observe } from '../models/als/observations.ts'
import type { Generation } from '../models/als/types.ts'
import type { Offset, RatingEvent, UserErased } from '../models/events/types.ts'
import { applyEvents } from '../models/history/apply.ts'
import type { History, RatingChange } from '../models/history/types.ts'

export interface PlacedEvent {
  readonly offset: Offset
  readonly event: RatingEvent | UserErased
}

/** What a user's events of one batch make of the record that stood. */
export interface UserUpdate {
  readonly userId: string
  readonly expectedOffset: Offset | undefined
  /** Without a history: nothing of the user is left. */
  readonly next: UserRecord
  readonly changes: readonly RatingChange[]
}

/**
 * Applies a user's events, in log order, to the record that stood, and solves the vector from the whole history.
 * Events that the record has applied already are passed over. A pure function of its arguments.
 * @returns undefined when the record stays as it is
 */
export function updateUser(
  userId: string,
  record: UserRecord | undefined,
  events: readonly PlacedEvent[],
  generation: Generation | undefined,
  maxHistory: number,
): UserUpdate | undefined {
  const fresh = events.filter(({ offset }) => offset > (record?.appliedOffset ?? -1))
  const before: History = record?.history ?? new Map()
  const { history, changes } = replay(before, fresh, maxHistory)
  if (history === before) return undefined
  const appliedOffset = fresh.at(-1)?.offset ?? -1
  const expectedOffset = record?.appliedOffset
  if (history.size === 0)
    return {
      userId,
      expectedOffset,
      next: { userId, history, vector: undefined, generation: undefined, appliedOffset },
      changes,
    }
  const vector = generation && foldIn(generation, observe(history, generation))
  return {
    userId,
    expectedOffset,
    next: { userId, history, vector, generation: generation?.id, appliedOffset },
    changes,
  }
}

/** A user's events in log order, on top of a history: an erasure empties it. @returns what changed, too, in the ratings that count */
export function replay(before: History, events: readonly PlacedEvent[], maxHistory: number) {
  const changes: RatingChange[] = []
  let history = before
  let run: { event: RatingEvent; offset: Offset }[] = []
  const applyRun = (): void => {
    const applied = applyEvents(history, run, maxHistory)
    history = applied.history
    changes.push(...applied.changes)
    run = []
  }
  for (const { event, offset } of events) {
    if (event.type === 'rating') {
      run.push({ event, offset })
      continue
    }
    applyRun()
    const { userId } = event
    for (const { itemId, value, occurredAt } of history.values())
      if (value !== null)
        changes.push({ userId, itemId, offset, occurredAt, before: { value, occurredAt }, after: undefined })
    history = new Map()
  }
  applyRun()
  return { history, changes }
}
