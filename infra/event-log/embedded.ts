import { EventEmitter, once } from 'node:events'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { partitionOf } from '../../models/events/partition.ts'
import type { Offset, RatingScale } from '../../models/events/types.ts'
import { UnavailableError } from '../errors.ts'
import type { HotCopy } from '../hot-copy.ts'
import { type Logger, silent } from '../logging.ts'
import { createCommitNotes } from './embedded-commits.ts'
import { type Append, openEmbeddedStore } from './embedded-store.ts'
import { groupCommit } from './group-commit.ts'
import { keepTrying } from './keep-trying.ts'
import type { Batch, EventLog, LogRecord, Position, Subscription, Topic } from './port.ts'

/** Bounds how long writing a group, and reading a part of a batch, hold up the event loop: a few milliseconds each. */
const MAX_GROUP_RECORDS = 5_000
const MAX_READ_RECORDS = 2_000
/** Whoever is far behind gets many at once: the more events of a user come together, the less often that user is written. */
const MAX_BATCH_RECORDS = 10_000
/** A second or two of a slow disk. */
const MAX_WAITING_RECORDS = 200_000

/**
 * The event log in an lmdb file of the folder, for one process. An append is acknowledged when it is on the disk; appends that
 * arrive while the disk is busy share the next transaction. A consumer group has one consumer, in this process.
 *
 * @param founding  the scale that a new log is founded with; an existing one keeps its own
 * @throws UnavailableError when the folder cannot be used; later from `append` while the disk is full
 */
export async function openEmbeddedLog(
  folder: string,
  founding: RatingScale,
  { logger = silent }: { logger?: Logger } = {},
): Promise<EventLog & HotCopy> {
  const store = openEmbeddedStore(folder)
  const { identity, former, partitions } = await store.found(founding)
  const commits = createCommitNotes(store, logger)
  const appends = groupCommit<Append, Position[]>({
    commit: store.append,
    sizeOf: ({ records }) => records.length,
    maxSize: MAX_GROUP_RECORDS,
    maxWaiting: MAX_WAITING_RECORDS,
  })
  /** Emits a topic's name when records were appended to it. */
  const appended = new EventEmitter().setMaxListeners(0)
  const subscribed = new Set<string>()
  const readers = new Set<{ close(): Promise<void> }>()
  let closed = false

  const partitionsOf = (topic: Topic): number[] =>
    Array.from({ length: partitions[topic] }, (_, partition) => partition)
  const endsOf = (topic: Topic): Offset[] => partitionsOf(topic).map((partition) => store.endOf(topic, partition))
  const assertOpen = (): void => {
    if (closed) throw new UnavailableError(`The event log in ${folder} is closed.`)
  }

  /** Batches of a partition from `from` on and then as they come, until `signal` aborts. */
  async function* follow(topic: Topic, partition: number, from: Offset, signal: AbortSignal) {
    let next = from
    while (!signal.aborted) {
      const records = await readBatch(topic, partition, next)
      const last = records.at(-1)
      if (last === undefined) {
        await once(appended, topic, { signal }).catch(() => {}) // rejects when `signal` aborts
      } else {
        next = last.offset + 1
        yield records
        await nextTurn() // a consumer far behind must not hold up everything else
      }
    }
  }

  async function readBatch(topic: Topic, partition: number, from: Offset): Promise<LogRecord[]> {
    const records = store.read(topic, partition, from, MAX_READ_RECORDS)
    for (let part = records; part.length === MAX_READ_RECORDS && records.length < MAX_BATCH_RECORDS; ) {
      await nextTurn()
      // Not `from` and how many there are: a compacted topic has gaps.
      part = store.read(topic, partition, (records.at(-1) as LogRecord).offset + 1, MAX_READ_RECORDS)
      records.push(...part)
    }
    return records
  }

  /** Runs a reader for every partition until it is closed. */
  function startReader(
    topics: readonly Topic[],
    read: (topic: Topic, partition: number, signal: AbortSignal) => Promise<void>,
    ended: () => void,
  ) {
    const stop = new AbortController()
    const running = topics.flatMap((topic) =>
      partitionsOf(topic).map((partition) => read(topic, partition, stop.signal)),
    )
    const reader = {
      async close() {
        stop.abort()
        await Promise.all(running)
        if (readers.delete(reader)) ended()
      },
    }
    readers.add(reader)
    return reader
  }

  async function consume(
    { group, resumeAt, revoked, handle }: Subscription,
    topic: Topic,
    partition: number,
    signal: AbortSignal,
  ): Promise<void> {
    const over = (): boolean => signal.aborted
    const wanted = await keepTrying(() => resumeAt(topic, partition), { over, logger, doing: 'resuming' })
    const from = wanted ?? commits.get(group, topic, partition) ?? 0
    // Where the group goes on is told now: there may be nothing left to read, and so nothing to commit, for long.
    if (wanted !== undefined) commits.note(group, topic, partition, wanted)
    for await (const records of follow(topic, partition, from, signal)) {
      const batch: Batch = {
        topic,
        partition,
        records,
        isStale: over,
        heartbeat: async () => {},
        commit: async (next) => commits.note(group, topic, partition, next),
      }
      await keepTrying(() => handle(batch), { over, logger, doing: 'handling a batch' })
    }
    revoked(topic, partition)
  }

  return {
    identity,
    former,
    partitionOf: (topic, key) => partitionOf(key, partitions[topic]),

    async append(topic, records) {
      assertOpen()
      const count = partitions[topic]
      const positions = await appends.submit({ topic, records, partitionOf: (key) => partitionOf(key, count) })
      appended.emit(topic)
      return positions
    },

    async subscribe(subscription) {
      assertOpen()
      const { group, topics } = subscription
      if (subscribed.has(group)) throw new Error(`group ${group} has its one consumer already`)
      subscribed.add(group)
      const read = (topic: Topic, partition: number, signal: AbortSignal) =>
        consume(subscription, topic, partition, signal)
      return startReader(topics, read, () => subscribed.delete(group))
    },

    async tail(topic, deliver) {
      assertOpen()
      const caughtUp = Promise.withResolvers<void>()
      const ends = endsOf(topic)
      const behind = new Set(ends.keys().filter((partition) => (ends[partition] as Offset) > 0))
      const note = ({ partition, offset }: LogRecord): void => {
        if (offset + 1 >= (ends[partition] as Offset)) behind.delete(partition)
        if (behind.size === 0) caughtUp.resolve()
      }
      if (behind.size === 0) caughtUp.resolve()
      const { close } = startReader(
        [topic],
        async (_, partition, signal) => {
          for await (const records of follow(topic, partition, 0, signal)) {
            const over = (): boolean => signal.aborted
            await keepTrying(async () => deliver(records), { over, logger, doing: 'delivering to a tail' })
            note(records.at(-1) as LogRecord)
          }
        },
        () => {},
      )
      return { caughtUp: caughtUp.promise, close }
    },

    ends: async (topic) => endsOf(topic),
    committed: async (topic, group) => partitionsOf(topic).map((partition) => commits.get(group, topic, partition)),
    heldUntil: async (topic, position) => (store.holds(topic, position) ? 'compact' : undefined),
    members: async (group) => (subscribed.has(group) ? 1 : 0),
    async ping() {
      assertOpen()
      await store.ping()
    },
    copyTo: store.copyTo,

    async close() {
      if (closed) return
      closed = true
      await Promise.all([...readers].map((reader) => reader.close()))
      await appends.settled()
      await commits.close()
      await store.close()
    },
  }
}
