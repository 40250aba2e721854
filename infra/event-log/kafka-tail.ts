import { randomUUID } from 'node:crypto'
import type { Admin, Kafka } from 'kafkajs'
import type { Offset } from '../../models/events/types.ts'
import type { Logger } from '../logging.ts'
import { consumeGroup } from './kafka-consumer.ts'
import type { LogRecord } from './port.ts'

export interface KafkaTools {
  readonly kafka: Kafka
  readonly admin: Admin
  readonly prefix: string
  readonly logger: Logger
}

/** The first offset of each partition, and the one after its last. */
export async function boundsOf(admin: Admin, topic: string): Promise<{ low: Offset; high: Offset }[]> {
  const offsets = await admin.fetchTopicOffsets(topic)
  return offsets
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ low, high }) => ({ low: Number(low), high: Number(high) }))
}

/**
 * Delivers a topic from its start and then as it comes. Kafka has no consumer without a group: this one has a group of its own,
 * which never commits and is deleted on close.
 *
 * @param topic  its full name
 */
export async function tailTopic(
  { kafka, admin, prefix, logger }: KafkaTools,
  topic: string,
  deliver: (records: readonly LogRecord[]) => unknown,
) {
  const group = `${prefix}foldstream-tail-${randomUUID()}`
  const bounds = await boundsOf(admin, topic)
  const next = bounds.map(({ low }) => low)
  const caughtUp = Promise.withResolvers<void>()
  const checkCaughtUp = (): void => {
    if (bounds.every(({ high }, partition) => (next[partition] as Offset) >= high)) caughtUp.resolve()
  }
  checkCaughtUp()
  const consumer = consumeGroup(
    kafka,
    {
      group,
      topics: [topic],
      resumeAt: async (_, partition) => ({ offset: next[partition] ?? 0, isToCommit: false }),
      revoked: () => {},
      async handle(_, { partition, records }) {
        await deliver(records)
        next[partition] = (records.at(-1) as LogRecord).offset + 1
        checkCaughtUp()
      },
    },
    logger,
  )
  return {
    caughtUp: caughtUp.promise,
    async close() {
      await consumer.close()
      await admin.deleteGroups([group]).catch((error) => logger.debug({ err: error, group }, 'group was not deleted'))
    },
  }
}
