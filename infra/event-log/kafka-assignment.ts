import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, EachBatchPayload } from 'kafkajs'
import type { Offset } from '../../models/events/types.ts'
import type { Logger } from '../logging.ts'
import type { GroupConsumer } from './kafka-consumer.ts'
import { keepTrying } from './keep-trying.ts'
import type { LogRecord } from './port.ts'

const MAX_BATCH_RECORDS = 5_000
/** A queue that holds more is not fetched for until it has been worked off. */
const MAX_QUEUED_BYTES = 4 * 2 ** 20
const OUT_OF_RANGE_PAUSE_MS = 1_000
const COMMIT_PAUSE_MS = 1_000

/** A partition that this member of the group was given, from then until it is taken away. */
export interface Assignment {
  /** Queues records that were fetched. */
  take(records: readonly LogRecord[], payload: EachBatchPayload): Promise<void>
  /** The partition is no longer ours: no effect starts any more, nothing is committed. */
  lose(): void
  /** No effect starts any more; one under way may end and commit. */
  stop(): void
  /** Resolves when the handler under way has returned. */
  idle(): Promise<void>
  /** `stop`, `idle` and `lose`. */
  finish(): Promise<void>
}

/**
 * Positions a partition where the consumer wants to begin, and hands its records to the handler, one batch at a time. Nothing is
 * fetched before that: a record from anywhere else never reaches the handler.
 *
 * @param before  resolves when the handler of the assignment before this one has returned
 */
export function createAssignment({
  topic,
  partition,
  consumer,
  wanted,
  before,
  logger,
}: {
  topic: string
  partition: number
  consumer: Pick<Consumer, 'pause' | 'resume' | 'seek' | 'commitOffsets'>
  wanted: GroupConsumer
  before: Promise<void>
  logger: Logger
}): Assignment {
  let standing: 'ours' | 'stopping' | 'lost' = 'ours'
  /** The offset that comes next into the queue; undefined until we know where to begin. */
  let next: Offset | undefined
  let queue: LogRecord[] = []
  let queuedBytes = 0
  let paused = false
  let working = before
  let commitOffsets: EachBatchPayload['commitOffsetsIfNecessary'] | undefined
  /** What the group is to know; undefined: it knows. */
  let uncommitted: Offset | undefined

  const over = (): boolean => standing !== 'ours'
  const here = [{ topic, partitions: [partition] }]

  function pause(): void {
    paused = true
    tell(() => consumer.pause(here))
  }
  function resume(): void {
    paused = false
    tell(() => consumer.resume(here))
  }
  function seek(offset: Offset): void {
    tell(() => consumer.seek({ topic, partition, offset: String(offset) }))
  }
  /** Between a crash and its notice kafkajs has no group any more, and throws. */
  function tell(command: () => void): void {
    if (over()) return
    try {
      command()
    } catch (error) {
      logger.debug({ err: error, topic, partition }, 'the consumer is gone')
    }
  }

  async function begin(): Promise<void> {
    await before
    const start = await keepTrying(() => wanted.resumeAt(topic, partition), { over, logger, doing: 'resuming' })
    if (start === undefined) return
    const { offset, isToCommit } = start
    next = offset
    seek(offset)
    resume()
    if (isToCommit) await commitStart(offset)
  }

  /** Tells where the group goes on: there may be nothing left to read, and so nothing else to commit, for long. */
  async function commitStart(offset: Offset): Promise<void> {
    await nextTurn() // kafkajs tells of the assignment before it lets anything be committed
    if (over()) return
    await tellGroup(offset, () => consumer.commitOffsets([{ topic, partition, offset: String(offset) }]))
  }

  async function workOff(): Promise<void> {
    while (queue.length > 0 && !over()) {
      const records = queue.slice(0, MAX_BATCH_RECORDS)
      queue = queue.slice(MAX_BATCH_RECORDS)
      queuedBytes -= bytesOf(records)
      if (paused && queuedBytes < MAX_QUEUED_BYTES) resume()
      const batch = { partition, records, isStale: over, heartbeat: async () => {}, commit }
      await keepTrying(() => wanted.handle(topic, batch), { over, logger, doing: 'handling a batch' })
    }
  }

  /** Outside of kafkajs's own `commitOffsets`, which ends the consumer for good when the group is rebalancing. */
  async function commit(offset: Offset): Promise<void> {
    const partitions = [{ partition, offset: String(offset) }]
    await tellGroup(offset, async () => commitOffsets?.({ topics: [{ topic, partitions }] }))
  }

  /**
   * Commits, and where that fails again later, unless something newer is to be committed by then: the next batch may be long in
   * coming, and until then it would look as if this one had had no effect.
   */
  async function tellGroup(offset: Offset, send: () => Promise<void>): Promise<void> {
    if (standing === 'lost') return
    uncommitted = offset
    try {
      await send()
      if (uncommitted === offset) uncommitted = undefined
    } catch (error) {
      logger.debug({ err: error, topic, partition, offset }, 'the offset could not be committed')
      setTimeout(() => uncommitted === offset && void tellGroup(offset, send), COMMIT_PAUSE_MS).unref()
    }
  }

  async function take(fetched: readonly LogRecord[], payload: EachBatchPayload): Promise<void> {
    const last = fetched.at(-1)
    if (over() || next === undefined || last === undefined) return
    const from = next
    if (last.offset < from) {
      // We asked for an offset beyond the end, and kafkajs went to the beginning instead.
      logger.warn(
        { topic, partition, wanted: from, fetched: last.offset },
        'the log is shorter than what was consumed of it',
      )
      seek(from)
      await sleep(OUT_OF_RANGE_PAUSE_MS)
      return
    }
    const records = fetched.filter(({ offset }) => offset >= from)
    const idle = queue.length === 0
    queue = queue.concat(records)
    queuedBytes += bytesOf(records)
    next = last.offset + 1
    commitOffsets = payload.commitOffsetsIfNecessary
    payload.resolveOffset(String(last.offset))
    if (queuedBytes > MAX_QUEUED_BYTES) pause()
    if (idle) working = working.then(workOff)
  }

  pause()
  void begin()

  return {
    take,
    lose() {
      if (standing === 'lost') return
      standing = 'lost'
      queue = []
      try {
        wanted.revoked(topic, partition)
      } catch (error) {
        logger.warn({ err: error, topic, partition }, 'revoking failed')
      }
    },
    stop() {
      if (standing === 'ours') standing = 'stopping'
    },
    idle: () => working,
    async finish() {
      this.stop()
      await working
      this.lose()
    },
  }
}

function bytesOf(records: readonly LogRecord[]): number {
  return records.reduce((total, { value }) => total + (value?.length ?? 0), 0)
}
