import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { RootDatabase } from 'lmdb'
import type { Offset } from '../../models/events/types.ts'
import { messageOf, UnavailableError } from '../errors.ts'
import { renewLmdbFile } from '../lmdb/renew-file.ts'
import { erasedLetters, originOf } from './dead-letters.ts'
import { isSizeKey } from './embedded-retention.ts'
import { type EmbeddedStore, FILE, type Founded, openEmbeddedStore, type Stored } from './embedded-store.ts'
import { BLANK, erasedLists, erasedRecords, isBlank, type LastErasure } from './erased-records.ts'
import type { LogRecord, Topic } from './port.ts'

const PAGE = 2_000

/** Records that go, by topic and place; what stands in for one at the end of its partition. */
interface Removal {
  /** How many there are, not counting blanks. */
  readonly records: number
  readonly places: Readonly<Record<'ratings' | 'served' | 'ratings.dead-letter', Set<string>>>
  readonly blanks: { readonly topic: Topic; readonly partition: number; readonly offset: Offset; appendedAt: number }[]
}

/**
 * Writes the log anew without the records of users who were erased after them, their erasures and dead letters. All others stay where
 * they are, at their offsets. Nobody may have the log open; a kill at any moment leaves it as it was, or done.
 *
 * @param isRewritten  whether it becomes another log, which no store goes on with: the stores are to be filled anew from it
 * @returns how many records went, and the bytes of the file before and after
 * @throws UnavailableError when the disk is full, or the file damaged: then the log is as it was
 */
export async function compactEmbeddedLog(
  folder: string,
  last: (userId: string) => LastErasure | undefined,
  isRewritten = false,
): Promise<{ records: number; bytes: { before: number; after: number } }> {
  try {
    const store = openEmbeddedStore(folder)
    const founded = store.founded()
    if (!founded) throw new Error('there is no log')
    const { records, places, blanks } = findErased(store, founded.partitions, last)
    const ends = Array.from({ length: founded.partitions.ratings }, (_, partition) => store.endOf('ratings', partition))
    await store.close()
    const bytes = await renewLmdbFile(join(folder, FILE), {
      leavesOut(database, key) {
        if (database === 'commits') return isRewritten
        // They are counted anew.
        if (database === 'notes') return isSizeKey(key)
        return database in places && places[database as keyof typeof places].has(placeName(key))
      },
      async add(to) {
        putBlanks(to, blanks)
        if (isRewritten) becomeAnother(to, founded, ends)
      },
    })
    return { records, bytes }
  } catch (error) {
    if (error instanceof UnavailableError) throw error
    throw new UnavailableError(
      `The event log in ${folder} was not written anew: ${messageOf(error)}. It is as it was. It takes as much room on the disk again, until it is done.`,
      { cause: error },
    )
  }
}

const placeName = (place: unknown): string => (place as readonly number[]).join('/')

function findErased(
  store: EmbeddedStore,
  partitions: Founded['partitions'],
  last: (userId: string) => LastErasure | undefined,
): Removal {
  const places = { ratings: new Set<string>(), served: new Set<string>(), 'ratings.dead-letter': new Set<string>() }
  const blanks: Removal['blanks'] = []
  let records = 0

  function look(topic: keyof typeof places, goes: (record: LogRecord) => boolean): void {
    for (let partition = 0; partition < partitions[topic]; partition++) {
      const end = store.endOf(topic, partition)
      for (const record of recordsOf(store, topic, partition)) {
        const isLast = record.offset === end - 1
        if (isBlank(record) ? isLast : !goes(record)) continue
        places[topic].add(placeName([partition, record.offset]))
        if (isLast) blanks.push({ topic, ...record })
        if (!isBlank(record)) records++
      }
    }
  }

  look('ratings', erasedRecords(last))
  look('served', erasedLists(last))
  const isErased = erasedLetters(last)
  // One that was put aside before keys were noted tells only where its record stood.
  look('ratings.dead-letter', (letter) => {
    const origin = originOf(letter)
    if (isErased(letter)) return true
    return origin?.topic === 'ratings' && places.ratings.has(placeName([origin.partition, origin.offset]))
  })
  return { records, places, blanks }
}

function* recordsOf(store: EmbeddedStore, topic: Topic, partition: number): Generator<LogRecord> {
  let page: LogRecord[] = []
  do {
    page = store.read(topic, partition, (page.at(-1)?.offset ?? -1) + 1, PAGE)
    yield* page
  } while (page.length > 0)
}

function putBlanks(to: RootDatabase, blanks: Removal['blanks']): void {
  for (const { topic, partition, offset, appendedAt } of blanks) {
    const stored: Stored = [appendedAt, BLANK.key, BLANK.value, BLANK.headers]
    to.openDB<Stored, [number, Offset]>(topic, {}).put([partition, offset], stored)
  }
}

/** It gets an identity of its own, and remembers the one that it had. */
function becomeAnother(to: RootDatabase, { identity, former }: Founded, ends: readonly Offset[]): void {
  const notes = to.openDB('notes', {})
  notes.put('identity', { ...identity, id: randomUUID() })
  notes.put('former', [...former, { id: identity.id, ends }])
}
