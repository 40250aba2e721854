import { randomUUID } from 'node:crypto'
import type { RatingScale } from '../../models/events/types.ts'
import { within } from '../deadline.ts'
import type { createGroupedProducer } from './kafka-producer.ts'
import { boundsOf, type KafkaTools, tailTopic } from './kafka-tail.ts'
import { IDENTITY_TOPIC } from './kafka-topics.ts'
import type { FormerLog, LogRecord } from './port.ts'

/** A broker lets a new group wait for 3 s unless it is told otherwise. */
const READ_DEADLINE_MS = 20_000
const FOUNDING = 'founding'
const REWRITING = 'rewriting'

type Producer = Pick<ReturnType<typeof createGroupedProducer>, 'append'>

/** What a record of the topic tells. */
export interface Founding {
  readonly id: string
  readonly scale: RatingScale
  /** How often the log was rewritten: its topics are called by it. */
  readonly rewritings: number
  readonly former: readonly FormerLog[]
}

/**
 * What the log is: the first record of a topic of its own says what it was founded with (of two processes that found it at once, the
 * first wins), the last one what it was rewritten to.
 */
export async function readIdentity(tools: KafkaTools, producer: Producer, scale: RatingScale): Promise<Founding> {
  const [bounds] = await boundsOf(tools.admin, tools.prefix + IDENTITY_TOPIC)
  if (bounds?.high === 0) await note(tools, producer, FOUNDING, { id: randomUUID(), scale })
  const found: LogRecord[] = []
  const tail = await tailTopic(tools, tools.prefix + IDENTITY_TOPIC, (records) => found.push(...records))
  try {
    await within(READ_DEADLINE_MS, tail.caughtUp)
  } finally {
    await tail.close()
  }
  const record = found.findLast(({ key }) => key === REWRITING) ?? found[0]
  return { rewritings: 0, former: [], ...JSON.parse(Buffer.from(record?.value ?? []).toString()) }
}

/** From now on this is the log. */
export const noteRewriting = (tools: KafkaTools, producer: Producer, founding: Founding): Promise<unknown> =>
  note(tools, producer, REWRITING, founding)

function note({ prefix }: KafkaTools, producer: Producer, key: string, founding: Partial<Founding>): Promise<unknown> {
  const value = Buffer.from(JSON.stringify(founding))
  return producer.append(prefix + IDENTITY_TOPIC, [{ key, value, partition: 0 }])
}
