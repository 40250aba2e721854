import { setTimeout as sleep } from 'node:timers/promises'
import type { Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import type { Offset } from '../../models/events/types.ts'
import { whenSetBack } from '../clock-watch.ts'
import { within } from '../deadline.ts'
import { messageOf } from '../errors.ts'
import type { Logger } from '../logging.ts'
import { type Assignment, createAssignment } from './kafka-assignment.ts'
import { leave } from './kafka-client.ts'
import type { Batch, LogRecord } from './port.ts'

/** A member that is not heard of for so long loses its partitions. */
const SESSION_TIMEOUT_MS = 10_000
const REBALANCE_TIMEOUT_MS = 10_000
/** Also how soon a member notices that the group is being rebalanced. */
const HEARTBEAT_INTERVAL_MS = 1_000
/** How long an empty fetch waits at the broker; a record ends it at once. A seek or a new assignment waits for it. */
const FETCH_WAIT_MS = 100
const FIRST_PAUSE_MS = 200
const LAST_PAUSE_MS = 5_000
/** A join under way at close is waited for: kafkajs would go on with it, and hold partitions that nobody reads. */
const JOIN_PATIENCE_MS = 5_000

interface Start {
  readonly offset: Offset
  /** The group may have committed another one. */
  readonly isToCommit: boolean
}

export interface GroupConsumer {
  readonly group: string
  /** Full names, as Kafka knows them. */
  readonly topics: readonly string[]
  /** The first offset wanted of a partition just assigned. */
  resumeAt(topic: string, partition: number): Promise<Start>
  revoked(topic: string, partition: number): void
  handle(topic: string, batch: Omit<Batch, 'topic'>): Promise<void>
}

/**
 * A member of a consumer group, until it is closed. kafkajs only fetches: its handler puts records into the queue of their
 * partition and returns, so that heartbeats and other partitions never wait for an effect, and nothing that goes wrong in one
 * can stall it. When kafkajs gives up, for whatever reason, a new consumer takes its place; so it does when the clock is set back,
 * since kafkajs would send no heartbeat until it has caught up.
 */
export function consumeGroup(kafka: Kafka, wanted: GroupConsumer, logger: Logger): { close(): Promise<void> } {
  const { group, topics } = wanted
  const assignments = new Map<string, Assignment>()
  const closing = new AbortController()

  function loseAll(): void {
    for (const assignment of assignments.values()) assignment.lose()
  }

  function assign(consumer: Consumer, partitionsByTopic: Record<string, number[]>): void {
    loseAll()
    for (const [topic, partitions] of Object.entries(partitionsByTopic)) {
      for (const partition of partitions) {
        const key = `${topic}/${partition}`
        const before = assignments.get(key)?.idle() ?? Promise.resolve()
        if (closing.signal.aborted) return
        assignments.set(key, createAssignment({ topic, partition, consumer, wanted, before, logger }))
      }
    }
  }

  async function enqueue(payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch
    try {
      const records = messages.map((message) => toRecord(partition, message))
      await assignments.get(`${topic}/${partition}`)?.take(records, payload)
    } catch (error) {
      // Thrown on, it would stall every partition. Nothing was resolved: the same records are fetched again.
      logger.warn({ err: error, topic, partition }, 'records could not be taken')
    }
  }

  /** Consumes until kafkajs gives up or `close` is called. */
  async function consume(): Promise<void> {
    const crash = Promise.withResolvers<Error>()
    const consumer = kafka.consumer({
      groupId: group,
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      heartbeatInterval: HEARTBEAT_INTERVAL_MS,
      minBytes: 1,
      maxWaitTimeInMs: FETCH_WAIT_MS,
      allowAutoTopicCreation: false,
      retry: { restartOnFailure: async () => false },
    })
    const { GROUP_JOIN, REBALANCING, CRASH } = consumer.events
    consumer.on(GROUP_JOIN, ({ payload }) => assign(consumer, payload.memberAssignment))
    consumer.on(REBALANCING, loseAll)
    consumer.on(CRASH, ({ payload }) => crash.resolve(payload.error))
    const stopWatching = whenSetBack(() => crash.resolve(new Error('the clock was set back')))
    const stopped = new Promise<undefined>((resolve) =>
      closing.signal.addEventListener('abort', () => resolve(undefined)),
    )
    try {
      await consumer.connect()
      await consumer.subscribe({ topics: [...topics], fromBeginning: true })
      const joined = consumer.run({
        autoCommit: false,
        eachBatchAutoResolve: false,
        partitionsConsumedConcurrently: 1, // the queues of the partitions run side by side
        eachBatch: enqueue,
      })
      const failure = await Promise.race([stopped, crash.promise, joined.then(() => crash.promise)])
      if (failure) throw failure
      await within(JOIN_PATIENCE_MS, joined)
      await Promise.all([...assignments.values()].map((assignment) => assignment.finish()))
    } finally {
      stopWatching()
      loseAll()
      await leave(consumer, logger)
    }
  }

  async function run(): Promise<void> {
    for (let attempt = 0; !closing.signal.aborted; attempt++) {
      const began = performance.now()
      await consume().catch((error) =>
        logger.warn({ group, reason: messageOf(error) }, 'consumer failed; starting another'),
      )
      if (performance.now() - began > LAST_PAUSE_MS) attempt = 0
      const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LAST_PAUSE_MS)
      await sleep(pauseMs, undefined, { signal: closing.signal }).catch(() => {})
    }
  }
  const running = run()

  return {
    async close() {
      for (const assignment of assignments.values()) assignment.stop()
      closing.abort()
      await running
    },
  }
}

function toRecord(partition: number, { offset, timestamp, key, value, headers }: KafkaMessage): LogRecord {
  const texts = Object.entries(headers ?? {}).map(([name, header]) => [name, String(header)])
  return {
    partition,
    offset: Number(offset),
    appendedAt: Number(timestamp),
    key: key?.toString() ?? '',
    value,
    headers: Object.fromEntries(texts),
  }
}
