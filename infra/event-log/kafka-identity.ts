import { randomUUID } from 'node:crypto'
import type { RatingScale } from '../../models/events/types.ts'
import { within } from '../deadline.ts'
import type { createGroupedProducer } from './kafka-producer.ts'
import { boundsOf, type KafkaTools, tailTopic } from './kafka-tail.ts'
import { IDENTITY_TOPIC } from './kafka-topics.ts'

/** A broker lets a new group wait for 3 s unless it is told otherwise. */
const READ_DEADLINE_MS = 20_000

interface Founding {
  readonly id: string
  readonly scale: RatingScale
}

/** What the log was founded with: the first record of a topic of its own. Of two processes that found it at once, the first wins. */
export async function readIdentity(
  tools: KafkaTools,
  producer: ReturnType<typeof createGroupedProducer>,
  scale: RatingScale,
): Promise<Founding> {
  const topic = tools.prefix + IDENTITY_TOPIC
  const [bounds] = await boundsOf(tools.admin, topic)
  if (bounds?.high === 0) {
    const mine: Founding = { id: randomUUID(), scale }
    await producer.append(topic, [{ key: 'founding', value: Buffer.from(JSON.stringify(mine)), partition: 0 }])
  }
  const first = Promise.withResolvers<Uint8Array | null>()
  const tail = await tailTopic(tools, topic, ([record]) => first.resolve(record?.value ?? null))
  try {
    const value = await within(READ_DEADLINE_MS, first.promise)
    return JSON.parse(String(value && Buffer.from(value)))
  } finally {
    await tail.close()
  }
}
