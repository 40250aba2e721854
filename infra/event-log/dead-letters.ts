import type { Offset } from '../../models/events/types.ts'
import { UnknownDeadLetterError } from '../errors.ts'
import { erasedLists, erasedRecords, type LastErasure } from './erased-records.ts'
import { readErasures } from './erasures.ts'
import { type EventLog, type LogRecord, type NewRecord, type Position, TOPICS, type Topic } from './port.ts'
import { readTopic } from './read-topic.ts'

const DEAD_LETTERS = 'ratings.dead-letter'

/** A record that no consumer could read, as it stood. */
export interface DeadLetter {
  /** Where it stood: `ratings-3-17`. */
  readonly id: string
  readonly topic: Topic
  readonly partition: number
  readonly offset: Offset
  /** undefined: it was put aside before keys were noted. */
  readonly key: string | undefined
  /** Why it was put aside. */
  readonly error: string
  /** ms since 1970: when it was put aside. */
  readonly at: number
  readonly value: Uint8Array | null
}

type Fate = 'replayed' | 'dropped'

/** The record as it is put aside: the same bytes, and headers that say where it stood and what was wrong. */
export function deadLetter(topic: Topic, { partition, offset, key, value }: LogRecord, error: string): NewRecord {
  return about({ topic, partition, offset }, value, { key, error })
}

/** A record of the topic, about one that stood there. */
function about(
  { topic, partition, offset }: Pick<DeadLetter, 'topic' | 'partition' | 'offset'>,
  value: Uint8Array | null,
  headers: Readonly<Record<string, string>>,
): NewRecord {
  const place = { topic, partition: String(partition), offset: String(offset) }
  return { key: `${topic}/${partition}/${offset}`, value, headers: { ...place, ...headers } }
}

/**
 * Those that nobody has replayed or dropped yet, in the order in which they were put aside; one that was put aside twice, by a
 * consumer that came again, once. Those of users who were erased since are not among them, though the log may still have their bytes.
 */
export async function deadLettersOn(log: EventLog): Promise<DeadLetter[]> {
  const letters = new Map<string, DeadLetter>()
  const settled = new Set<string>()
  await readTopic(log, DEAD_LETTERS, (records) => {
    for (const record of records) {
      const letter = letterIn(record)
      if (!letter) continue
      if ('fate' in record.headers) settled.add(letter.id)
      else if (!letters.has(letter.id)) letters.set(letter.id, letter)
    }
  })
  const open = [...letters.values()].filter(({ id }) => !settled.has(id))
  if (open.length === 0) return open
  const isErased = lettersOfErased((await readErasures(log)).last)
  return open.filter((letter) => !isErased(letter))
}

/** Which dead letters tell of records of somebody who was erased after them. A list that was put aside may be from before any time. */
function lettersOfErased(last: (userId: string) => LastErasure | undefined): (letter: DeadLetter) => boolean {
  const [isErasedRecord, isErasedList] = [erasedRecords(last), erasedLists(last)]
  return (letter) => {
    if (letter.topic === 'ratings') return isErasedRecord(asRecord(letter))
    return letter.topic === 'served' && isErasedList({ ...asRecord(letter), appendedAt: 0 })
  }
}

/** The same of the records of the topic. */
export function erasedLetters(last: (userId: string) => LastErasure | undefined): (record: LogRecord) => boolean {
  const isErased = lettersOfErased(last)
  return (record) => {
    const letter = letterIn(record)
    return letter !== undefined && isErased(letter)
  }
}

/** Where the record stood that one of the dead letters tells of, as far as it was noted; undefined: it tells of none. */
export function originOf(record: LogRecord): (Position & { readonly topic: Topic }) | undefined {
  return letterIn(record)
}

/** Where the record stood that it tells of, or that was replayed or dropped: `ratings/3/17`. */
export const placeOf = (letter: LogRecord): string | undefined => (letterIn(letter) ? letter.key : undefined)

/** The same letter of a record that stands elsewhere now; undefined: it is not known where. */
export function movedLetter(letter: LogRecord, offset: Offset | undefined): LogRecord {
  const { topic, partition } = letter.headers
  if (offset === undefined || topic === undefined) return letter
  return {
    ...letter,
    key: `${topic}/${partition}/${offset}`,
    headers: { ...letter.headers, offset: String(offset) },
  }
}

const asRecord = ({ key = '', at, ...letter }: DeadLetter): LogRecord => ({
  ...letter,
  key,
  appendedAt: at,
  headers: {},
})

/** @returns undefined: somebody else wrote it */
function letterIn({ key, value, appendedAt, headers }: LogRecord): DeadLetter | undefined {
  const { topic, partition, offset, error = '' } = headers
  if (topic === undefined || !Object.hasOwn(TOPICS, topic)) return undefined
  return {
    id: key.replaceAll('/', '-'),
    topic: topic as Topic,
    partition: Number(partition),
    offset: Number(offset),
    key: headers.key,
    error,
    at: appendedAt,
    value,
  }
}

/** @throws UnknownDeadLetterError */
export async function deadLetterOf(log: EventLog, id: string): Promise<DeadLetter> {
  const letter = (await deadLettersOn(log)).find((one) => one.id === id)
  if (!letter) throw new UnknownDeadLetterError(`There is no dead letter ${id}: it may have been replayed or dropped.`)
  return letter
}

/**
 * Puts the same bytes onto the topic where they stood, at its end. Where they are still no event, they come back as another letter;
 * an event that was replayed twice counts once.
 * @throws UnknownDeadLetterError where its key is not known, and so nobody knows the partition
 */
export async function replayDeadLetter(log: EventLog, letter: DeadLetter): Promise<void> {
  const { topic, key, value, id } = letter
  if (key === undefined)
    throw new UnknownDeadLetterError(
      `${id} cannot be replayed: its key was not noted. Send its event anew, and drop it.`,
    )
  await log.append(topic, [{ key, value }])
  await settle(log, letter, 'replayed')
}

/** It is listed no longer. Its bytes stay on the log. */
export const dropDeadLetter = (log: EventLog, letter: DeadLetter): Promise<void> => settle(log, letter, 'dropped')

async function settle(log: EventLog, letter: DeadLetter, fate: Fate): Promise<void> {
  await log.append(DEAD_LETTERS, [about(letter, null, { fate })])
}
