import type { UserRecord } from '../../infra/user-state/port.ts'
import { observe } from '../../models/als/observations.ts'
import type { Observations } from '../../models/als/types.ts'
import type { History, HistoryEntry } from '../../models/history/types.ts'
import { directionOf } from '../../models/ranking/directions.ts'
import { vectorIn } from './profiles.ts'
import type { GivenRating } from './request.ts'
import type { ServedGeneration } from './serving.ts'

type Served = Pick<ServedGeneration, 'generation' | 'foldIn'>

/** An item that somebody is looking at. */
interface AtHand {
  readonly itemId: string
  readonly vector: Float32Array
}

/** Somebody as a generation sees them. */
export interface Taste {
  /** Length d, not all zeros. */
  readonly vector: Float32Array
  /** What the vector was solved from, but for the item at hand. */
  observations(): Observations
  /** The item at hand, and its part of the vector. */
  readonly atHand?: AtHand
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
 * Somebody's taste, and halfway to it the item that they are looking at: as long a part of the vector as all their ratings
 * together, so that a score is the sum of what both make of an item.
 *
 * @param atHand  its vector may be one that the generation has not seen
 * @returns       undefined: the generation knows no positive rating of theirs
 */
export function tasteOf(served: Served, person: Person, atHand: AtHand | undefined): Taste | undefined {
  const own = vectorOf(served, person)
  if (!own) return undefined
  const observations = (): Observations => observe(person.history, served.generation)
  const direction = atHand && directionOf(atHand.vector)
  if (!atHand || !direction) return { vector: own, observations }
  const length = Math.hypot(...own)
  const part = direction.map((x) => x * length)
  const vector = own.map((x, k) => x + (part[k] as number))
  return { vector, observations, atHand: { itemId: atHand.itemId, vector: part } }
}

function vectorOf(served: Served, { record, history }: Person): Float32Array | undefined {
  if (record) return vectorIn(served, record)
  const vector = served.foldIn(observe(history, served.generation))
  return vector.some((x) => x !== 0) ? vector : undefined
}
