import { pauseBefore } from '../infra/backoff.ts'
import { messageOf } from '../infra/errors.ts'
import type { Batch, EventLog, LogRecord, Topic } from '../infra/event-log/port.ts'
import type { Logger } from '../infra/logging.ts'
import type { Metrics } from '../infra/metrics.ts'
import type { Offset } from '../models/events/types.ts'
import { type Clock, systemClock } from './clock.ts'
import { inTurn } from './turns.ts'

/** Records of one partition, in offset order. */
export interface Slice {
  readonly topic: Topic
  readonly partition: number
  readonly records: readonly LogRecord[]
}

/** What a role does with the log. Plain functions: the loop below holds the buffers, the commits and the retries. */
export interface Consumer {
  readonly group: string
  readonly topics: readonly Topic[]
  /** An effect waits until this many records are there … */
  readonly maxRecords: number
  /** … or the oldest has waited this long. 0: each batch at once, partitions side by side. */
  readonly maxAgeMs: number
  /** First offset wanted of a partition just assigned; undefined: where the group committed. */
  resumeAt(topic: Topic, partition: number): Promise<Offset | undefined>
  /** Drop what is cached of the partition. */
  revoked(topic: Topic, partition: number): void
  /** Must be repeatable: after a failure, or a kill, the same records come again. May throw `RewindError`. */
  effect(slices: readonly Slice[]): Promise<void>
}

/** Thrown by an effect whose store has gone back in time: everything is read again from `resumeAt`. */
export class RewindError extends Error {
  override readonly name = 'RewindError'
}

export interface Consuming {
  /** Subscribes anew, so that every partition asks `resumeAt` again. */
  rewind(reason: string): void
  /** The last failure, while the loop is trying again; undefined when all is well. */
  trouble(): { since: number; message: string } | undefined
  /** Finishes the effect under way and what is buffered, commits, leaves the group. */
  close(): Promise<void>
}

interface Tools {
  readonly logger: Logger
  readonly metrics: Metrics
  readonly clock?: Clock
  /** Lets an effect on so many records begin. */
  readonly pace?: typeof inTurn
}

const BACKOFF = { firstMs: 100, longestMs: 5_000 }

/**
 * The consume loop, once for all roles: gathers records by size or age, runs the effect, **then** commits. A failing effect is
 * tried again, with capped and jittered pauses, for as long as the partition is ours; nothing else retries.
 * @throws UnavailableError when the log does not answer the first subscription
 */
export async function consume(
  log: EventLog,
  consumer: Consumer,
  { clock = systemClock, pace = inTurn, ...tools }: Tools,
): Promise<Consuming> {
  const { group } = consumer
  const logger = tools.logger.child({ group })
  const { consumed, consumeRetries, effectSeconds } = tools.metrics
  const closing = new AbortController()
  /** What is being tried again, the oldest first. */
  const troubles = new Map<object, { since: number; message: string }>()
  let waiting: Batch[] = []
  let waitingRecords = 0
  let stopTimer: (() => void) | undefined
  let flushing = Promise.resolve()
  let flushes = 0
  /** Raised by a rewind: what was read before is stale, the batches that wait in the buffer too. */
  let session = 0
  let rewinding: Promise<void> | undefined

  /** Repeats `work` until it succeeds, or fails once more while closing. `held` is what keeps the membership meanwhile. */
  async function insist(doing: string, work: () => Promise<void>, held: () => readonly Batch[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        await work()
        break
      } catch (error) {
        troubles.set(work, { since: troubles.get(work)?.since ?? clock.now(), message: messageOf(error) })
        consumeRetries.inc({ group })
        logger[attempt === 0 ? 'warn' : 'debug']({ err: error, attempt }, `${doing} failed; trying again`)
        if (closing.signal.aborted) break
        await clock.sleep(pauseBefore(attempt, BACKOFF, clock.random()), closing.signal)
        // A membership that was lost shows by its stale batches.
        for (const batch of held()) await batch.heartbeat().catch(() => {})
      }
    }
    troubles.delete(work)
  }

  function run(batches: readonly Batch[]): Promise<void> {
    const ours = (): Batch[] => batches.filter((batch) => !batch.isStale())
    const work = async (): Promise<void> => {
      const standing = ours()
      if (standing.length === 0) return
      const end = effectSeconds.startTimer({ group })
      try {
        await consumer.effect(joined(standing))
      } catch (error) {
        if (!(error instanceof RewindError)) throw error
        if (ours().length > 0) rewind(error.message)
        return
      }
      end()
      await commit(standing)
    }
    // What is gathered comes seldom, and may take long without using the event loop.
    const records = batches.reduce((sum, batch) => sum + batch.records.length, 0)
    const paced = consumer.maxAgeMs === 0 ? () => pace(work, records, closing.signal) : work
    return insist('the effect', paced, ours)
  }

  async function commit(batches: readonly Batch[]): Promise<void> {
    for (const batch of batches) {
      consumed.inc({ group }, batch.records.length)
      await batch.commit((batch.records.at(-1) as LogRecord).offset + 1)
    }
  }

  function flush(): Promise<void> {
    stopTimer?.()
    stopTimer = undefined
    const batches = waiting
    waiting = []
    waitingRecords = 0
    flushes++
    flushing = flushing.then(() => run(batches)).finally(() => flushes--)
    return flushing
  }

  async function handle(batch: Batch): Promise<void> {
    if (closing.signal.aborted || batch.isStale()) return
    if (consumer.maxAgeMs === 0) return run([batch])
    waiting.push(batch)
    waitingRecords += batch.records.length
    if (waitingRecords >= consumer.maxRecords) void flush()
    else stopTimer ??= clock.after(consumer.maxAgeMs, flush)
    // While one buffer is being stored another may fill, not more: the log reads faster than any store writes.
    if (flushes > 1) await flushing
  }

  function revoked(topic: Topic, partition: number): void {
    waiting = waiting.filter((batch) => batch.topic !== topic || batch.partition !== partition)
    waitingRecords = waiting.reduce((sum, batch) => sum + batch.records.length, 0)
    consumer.revoked(topic, partition)
  }

  async function subscribe(): Promise<{ session: number; close(): Promise<void> }> {
    const own = session
    const { close } = await log.subscribe({
      group,
      topics: consumer.topics,
      resumeAt: consumer.resumeAt,
      revoked,
      handle: (batch) => handle({ ...batch, isStale: () => own !== session || batch.isStale() }),
    })
    return { session: own, close }
  }
  /** Batches may come, and make us rewind, before the subscription is there. */
  let subscribed = subscribe()
  await subscribed

  const unsubscribe = async (): Promise<void> => (await subscribed.catch(() => undefined))?.close()

  function resubscribe(): Promise<void> {
    const work = async (): Promise<void> => {
      do {
        await unsubscribe()
        subscribed = subscribe()
      } while ((await subscribed).session !== session)
    }
    return insist('subscribing anew', work, () => [])
  }

  function rewind(reason: string): void {
    if (closing.signal.aborted) return
    logger.warn({ reason }, 'reading again from where the store stands')
    session++
    rewinding ??= resubscribe().finally(() => {
      rewinding = undefined
    })
  }

  return {
    rewind,
    trouble: () => troubles.values().next().value,
    async close() {
      closing.abort()
      await rewinding
      await flush()
      await unsubscribe()
    },
  }
}

/** One slice a partition, however many batches of it were gathered. */
function joined(batches: readonly Batch[]): Slice[] {
  const slices = new Map<string, { topic: Topic; partition: number; records: LogRecord[] }>()
  for (const { topic, partition, records } of batches) {
    const key = `${topic}/${partition}`
    const slice = slices.get(key) ?? { topic, partition, records: [] }
    for (const record of records) slice.records.push(record)
    slices.set(key, slice)
  }
  return [...slices.values()]
}
