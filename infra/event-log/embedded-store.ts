import { randomUUID } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { open } from 'lmdb'
import type { Offset, RatingScale } from '../../models/events/types.ts'
import { assertRoom, hasRoom } from '../disk-room.ts'
import { messageOf, UnavailableError } from '../errors.ts'
import { checkLmdbFile, commitFailure, copyDatabase, DamagedFileError } from '../lmdb/file.ts'
import { bytesOf, type Forgotten, forget } from './embedded-retention.ts'
import { isBlank } from './erased-records.ts'
import {
  type FormerLog,
  type LogIdentity,
  type LogRecord,
  type NewRecord,
  type Position,
  TOPICS,
  type Topic,
} from './port.ts'

export const FILE = 'event-log.mdb'

/** Written to find out whether an append could be: more than free pages in the file are good for. */
const ROOM_BYTES = 64 * 1024

/** A record as it lies on the disk (MessagePack), under the key [partition, offset] in the database of its topic. */
export type Stored = [appendedAt: number, key: string, value: Uint8Array | null, headers: NewRecord['headers'] | null]

export interface Append {
  readonly topic: Topic
  readonly partitionOf: (key: string) => number
  readonly records: readonly NewRecord[]
}

export interface Place extends Position {
  readonly topic: Topic
}

interface Places {
  /** Of each append, of each of its records. */
  readonly positions: Position[][]
  /** Of every partition that is appended to, afterwards. */
  readonly ends: { readonly topic: Topic; readonly partition: number; end: Offset; added: number; addedBytes: number }[]
}

export interface Founded {
  readonly identity: LogIdentity
  readonly partitions: Record<Topic, number>
  readonly former: readonly FormerLog[]
}

export type EmbeddedStore = ReturnType<typeof openEmbeddedStore>

/**
 * The log's records, ends and committed offsets in one lmdb file of the folder.
 * @throws UnavailableError when the folder cannot be used, and from every write while the disk is full
 */
export function openEmbeddedStore(folder: string) {
  const { root, records, latest, ends, commits, notes } = openDatabases(folder)

  /** All that `change` writes is on the disk when this resolves, or nothing of it is there. */
  const durably = <T>(change: () => T): Promise<T> => flushed(() => root.childTransaction(change))

  /**
   * The same for what is put without a look at what stands there: lmdb's own thread writes it, which need not wait for ours.
   * @param put  must not throw: what it had put until then would be written
   */
  const durablyPut = (put: () => void): Promise<unknown> => flushed(() => root.batch(put))

  let isWritable = true

  async function flushed<T>(write: () => Promise<T>): Promise<T> {
    try {
      assertRoom(folder)
      // `flushed` is asked for now: that of a later transaction never resolves if that one fails.
      const [result] = await Promise.all([write(), root.flushed])
      isWritable = true
      return result
    } catch (error) {
      isWritable = false
      throw await unwritable(folder, error)
    }
  }

  /** The key of a record stands once on a compacted topic: the newer one takes the place of the older. */
  function compact(topic: Topic, partition: number, key: string, offset: Offset): void {
    const older = latest[topic].get(key)
    if (older !== undefined) records[topic].remove([partition, older])
    latest[topic].put(key, offset)
  }

  /** Where each record of the appends will stand. The ones before are committed: one append is under way at a time. */
  function place(appends: readonly Append[]): Places {
    const after = new Map<string, Places['ends'][number]>()
    const placeOf = (topic: Topic, partition: number, bytes: number): Offset => {
      const name = `${topic}/${partition}`
      const place = after.get(name) ?? { topic, partition, end: endOf(topic, partition), added: 0, addedBytes: 0 }
      after.set(name, place)
      place.added++
      place.addedBytes += bytes
      return place.end++
    }
    const positions = appends.map(({ topic, partitionOf, records: added }) =>
      added.map((record) => {
        const partition = partitionOf(record.key)
        return { partition, offset: placeOf(topic, partition, bytesOf(record)) }
      }),
    )
    return { positions, ends: [...after.values()] }
  }

  function write(appends: readonly Append[], places: Places, forgotten: Forgotten, appendedAt: number): void {
    appends.forEach(({ topic, records: added }, a) => {
      added.forEach(({ key, value, headers }, i) => {
        const { partition, offset } = (places.positions[a] as Position[])[i] as Position
        records[topic].put([partition, offset], [appendedAt, key, value, headers ?? null])
        if (TOPICS[topic].compacted) compact(topic, partition, key, offset)
      })
    })
    for (const { topic, partition, end } of places.ends) ends.put([topic, partition], end)
    for (const { topic, partition, offset } of forgotten.places) records[topic].remove([partition, offset])
    for (const { key, bytes } of forgotten.sizes) notes.put(key, bytes)
  }

  const endOf = (topic: Topic, partition: number): Offset => ends.get([topic, partition]) ?? 0

  return {
    /** Writes the appends as one transaction; the next call waits until this one resolves. @returns the positions of each */
    append: async (appends: readonly Append[]): Promise<Position[][]> => {
      const now = Date.now()
      const places = place(appends)
      const forgotten = forget(places.ends, { recordsOf: (topic) => records[topic], sizes: notes, now })
      const isCompacting = appends.some(({ topic }) => TOPICS[topic].compacted)
      await (isCompacting ? durably : durablyPut)(() => write(appends, places, forgotten, now))
      return places.positions
    },

    /** At most `limit` records of a partition, from the first at or after `from`. */
    read(topic: Topic, partition: number, from: Offset, limit: number): LogRecord[] {
      const range = records[topic].getRange({ start: [partition, from], end: [partition + 1], limit })
      return [...range].map(({ key: [, offset], value: [appendedAt, key, value, headers] }) => {
        return { partition, offset, appendedAt, key, value, headers: headers ?? {} }
      })
    },

    endOf,

    holds(topic: Topic, { partition, offset }: Position): boolean {
      const [record] = this.read(topic, partition, offset, 1)
      return record?.offset === offset && !isBlank(record)
    },

    committed: (group: string, topic: Topic, partition: number): Offset | undefined =>
      commits.get([group, topic, partition]),

    commit: (offsets: Iterable<readonly [CommitKey, Offset]>): Promise<void> =>
      durably(() => {
        for (const [key, next] of offsets) commits.put(key, next)
      }),

    /** undefined: it is not founded yet. */
    founded(): Founded | undefined {
      const identity = notes.get('identity')
      return identity && { identity, partitions: notes.get('partitions'), former: notes.get('former') ?? [] }
    },

    /** What the log was founded with; founds it with `founding` if it is new. Topics that are new get their partitions. */
    found(founding: RatingScale): Promise<Founded> {
      return durably(() => {
        const partitions = notes.get('partitions') ?? {}
        for (const topic of Object.keys(TOPICS) as Topic[]) partitions[topic] ??= TOPICS[topic].partitions
        notes.put('partitions', partitions)
        const fresh = { id: randomUUID(), clusterId: undefined, partitions: partitions.ratings, scale: founding }
        notes.put('identity', notes.get('identity') ?? fresh)
        return this.founded() as Founded
      })
    },

    copyTo: (to: string): Promise<void> => copyDatabase(root, join(to, FILE)),

    /** When the last write failed, or the next one would, tries another. @throws UnavailableError while nothing can be written */
    async ping(): Promise<void> {
      if (!isWritable || !hasRoom(folder)) await durablyPut(() => notes.put('room', Buffer.alloc(ROOM_BYTES)))
    },

    close: () => root.close(),
  }
}

export type CommitKey = [group: string, topic: Topic, partition: number]

function openDatabases(folder: string) {
  try {
    mkdirSync(folder, { recursive: true })
    const path = join(folder, FILE)
    checkLmdbFile(path, { overlappingSync: false })
    const root = open({
      path,
      // A record can be read only once it is on the disk: no consumer gets ahead of what a power failure leaves of the log.
      overlappingSync: false,
      // Else lmdb makes promises of its own, whose rejection nobody can handle: a full disk would end the process.
      eventTurnBatching: false,
      maxDbs: 3 + 2 * Object.keys(TOPICS).length,
    })
    const ofTopics = <T>(openOne: (topic: Topic) => T) =>
      Object.fromEntries((Object.keys(TOPICS) as Topic[]).map((topic) => [topic, openOne(topic)])) as Record<Topic, T>
    return {
      root,
      records: ofTopics((topic) => root.openDB<Stored, [partition: number, offset: Offset]>(topic, {})),
      /** Offset of the record that stands for a key, on compacted topics. */
      latest: ofTopics((topic) => root.openDB<Offset, string>(`${topic}/latest`, {})),
      ends: root.openDB<Offset, [topic: Topic, partition: number]>('ends', {}),
      commits: root.openDB<Offset, CommitKey>('commits', {}),
      notes: root.openDB('notes', {}),
    }
  } catch (error) {
    const advice =
      error instanceof DamagedFileError
        ? 'Nothing was changed. Without the log nothing else can be relied on: npm run restore -- BACKUP --data-dir NEW puts a backup into another folder.'
        : 'Is the folder writable, and the disk not full? Choose another one with --data-dir.'
    throw new UnavailableError(`The event log in ${folder} does not open: ${messageOf(error)}. ${advice}`, {
      cause: error,
    })
  }
}

async function unwritable(folder: string, error: unknown): Promise<UnavailableError> {
  const reason = await commitFailure(error)
  return new UnavailableError(
    `The event log in ${folder} cannot be written: ${messageOf(reason)}. Make room where the disk is full. Nothing of this request was stored; what was acknowledged before is kept.`,
    { cause: reason },
  )
}
