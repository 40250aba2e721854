import type { UserRecord } from '../../infra/user-state/port.ts'
import { withContext } from '../../models/als/context.ts'
import { observe } from '../../models/als/observations.ts'
import type { Observations } from '../../models/als/types.ts'
import type { History, HistoryEntry } from '../../models/history/types.ts'
import { vectorIn } from './profiles.ts'
import type { GivenRating } from './request.ts'
import type { ServedGeneration } from './serving.ts'

/** Somebody as a generation sees them. */
export interface Taste {
  /** Length d, not all zeros. */
  readonly vector: Float32Array
  /** What the vector was solved from. */
  observations(): Observations
}

/** Somebody whose ratings are known: a user, or an anonymous taste. */
export interface Person {
  readonly history: History
  /** The user's, where nothing was added to it: its vector may serve. */
  readonly record: UserRecord | undefined
}

/** A person with some more ratings than stand, as if they had been given last. */
export function withRatings(person: Person, ratings: readonly GivenRating[]): Person {
  if (ratings.length === 0) return person
  const history = new Map(person.history)
  for (const { itemId, value } of ratings) history.set(itemId, givenEntry(itemId, value))
  return { history, record: undefined }
}

function givenEntry(itemId: string, value: number): HistoryEntry {
  return { itemId, value, occurredAt: 0, offset: -1, eventId: '', superseded: [] }
}

/**
 * @param context  dense index of the item at hand
 * @returns        undefined: the generation knows no positive rating of theirs, and there is no item at hand
 */
export function tasteOf(
  served: Pick<ServedGeneration, 'generation' | 'foldIn'>,
  person: Person,
  context: number | undefined,
): Taste | undefined {
  const { generation, foldIn } = served
  const vector = vectorOf(served, person)
  if (!vector) return undefined
  const observations = (): Observations => observe(person.history, generation)
  if (context === undefined) return { vector, observations }
  const both = withContext(observations(), context)
  return { vector: foldIn(both), observations: () => both }
}

function vectorOf(
  served: Pick<ServedGeneration, 'generation' | 'foldIn'>,
  { record, history }: Person,
): Float32Array | undefined {
  if (record) return vectorIn(served, record)
  const vector = served.foldIn(observe(history, served.generation))
  return vector.some((x) => x !== 0) ? vector : undefined
}
