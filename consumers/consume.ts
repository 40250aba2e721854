import { messageOf } from '../infra/errors.ts'
import type { Batch, EventLog, LogRecord, Topic } from '../infra/event-log/port.ts'
import type { Logger } from '../infra/logging.ts'
import type { Metrics } from '../infra/metrics.ts'
import type { Offset } from '../models/events/types.ts'

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

const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5_000

/**
 * The consume loop, once for all roles: gathers records by size or age, runs the effect, **then** commits. A failing effect is
 * tried again, with capped and jittered pauses, for as long as the partition is ours; nothing else retries.
 */
export async function consume(
  log: EventLog,
  consumer: Consumer,
  tools: { logger: Logger; metrics: Metrics },
): Promise<Consuming> {
  const { group } = consumer
  const logger = tools.logger.child({ group })
  const { consumed, consumeRetries, effectSeconds } = tools.metrics
  let waiting: Batch[] = []
  let waitingRecords = 0
  let timer: NodeJS.Timeout | undefined
  let flushing = Promise.resolve()
  let trouble: { since: number; message: string } | undefined
  let closing = false
  let rewinding: Promise<void> | undefined

  async function run(batches: readonly Batch[]): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const ours = batches.filter((batch) => !batch.isStale())
      if (ours.length === 0) return
      try {
        const end = effectSeconds.startTimer({ group })
        await consumer.effect(joined(ours))
        end()
        trouble = undefined
        await commit(ours)
        return
      } catch (error) {
        if (error instanceof RewindError) return rewind(error.message)
        trouble = { since: trouble?.since ?? Date.now(), message: messageOf(error) }
        consumeRetries.inc({ group })
        logger[attempt === 0 ? 'warn' : 'debug']({ err: error, attempt }, 'effect failed; trying again')
        if (closing) return
        await pause(attempt, ours)
      }
    }
  }

  async function commit(batches: readonly Batch[]): Promise<void> {
    for (const batch of batches) {
      consumed.inc({ group }, batch.records.length)
      await batch.commit((batch.records.at(-1) as LogRecord).offset + 1)
    }
  }

  function flush(): Promise<void> {
    clearTimeout(timer)
    timer = undefined
    const batches = waiting
    waiting = []
    waitingRecords = 0
    flushing = flushing.then(() => run(batches))
    return flushing
  }

  async function handle(batch: Batch): Promise<void> {
    if (closing || batch.isStale()) return
    if (consumer.maxAgeMs === 0) return run([batch])
    waiting.push(batch)
    waitingRecords += batch.records.length
    if (waitingRecords >= consumer.maxRecords) return flush()
    timer ??= setTimeout(flush, consumer.maxAgeMs)
  }

  function revoked(topic: Topic, partition: number): void {
    waiting = waiting.filter((batch) => batch.topic !== topic || batch.partition !== partition)
    waitingRecords = waiting.reduce((sum, batch) => sum + batch.records.length, 0)
    consumer.revoked(topic, partition)
  }

  /** Batches of a subscription go stale with it, those that wait in the buffer too. */
  async function subscribe() {
    let over = false
    const { close } = await log.subscribe({
      group,
      topics: consumer.topics,
      resumeAt: consumer.resumeAt,
      revoked,
      handle: (batch) => handle({ ...batch, isStale: () => over || batch.isStale() }),
    })
    return {
      close,
      abandon() {
        over = true
        return close()
      },
    }
  }
  let subscription: Awaited<ReturnType<typeof subscribe>> | undefined = await subscribe()

  async function resubscribe(): Promise<void> {
    for (let attempt = 0; !closing; attempt++) {
      try {
        await subscription?.abandon()
        subscription = undefined
        subscription = await subscribe()
        return
      } catch (error) {
        logger.warn({ err: error }, 'could not subscribe anew; trying again')
        await pause(attempt, [])
      }
    }
  }

  function rewind(reason: string): void {
    if (rewinding !== undefined || closing) return
    logger.warn({ reason }, 'reading again from where the store stands')
    rewinding = resubscribe().finally(() => {
      rewinding = undefined
    })
  }

  return {
    rewind,
    trouble: () => trouble,
    async close() {
      closing = true
      await rewinding
      await flush()
      await subscription?.close()
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

async function pause(attempt: number, batches: readonly Batch[]): Promise<void> {
  const longest = Math.min(FIRST_RETRY_MS * 2 ** attempt, LAST_RETRY_MS)
  await new Promise((resolve) => setTimeout(resolve, longest * (0.5 + Math.random() / 2)))
  for (const batch of batches) await batch.heartbeat()
}
