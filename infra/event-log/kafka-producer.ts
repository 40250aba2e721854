import type { Kafka, Message, Producer, RecordMetadata } from 'kafkajs'
import { MAX_SKEW_MS } from '../../models/events/validation.ts'
import { within } from '../deadline.ts'
import { messageOf, UnavailableError } from '../errors.ts'
import type { Logger } from '../logging.ts'
import { groupCommit } from './group-commit.ts'
import { DEADLINE_MS, type KafkaPlace, leave } from './kafka-client.ts'
import type { Position } from './port.ts'

/** One send of an idempotent producer is under way at a time; what arrives meanwhile shares the next. */
const MAX_SEND_RECORDS = 1_000
/** Below a broker's usual message.max.bytes (1 MB): the records of a partition travel as one message. */
const MAX_SEND_BYTES = 900_000
/** Some seconds of a slow broker. */
const MAX_WAITING_SENDS = 200
/** What a record weighs besides key, value and headers, at most. */
const RECORD_OVERHEAD_BYTES = 32

export interface PlacedMessage extends Message {
  readonly partition: number
  readonly value: Buffer | null
}

/** Records of one append that travel together. */
interface Chunk {
  readonly topic: string
  readonly messages: readonly PlacedMessage[]
  /** The caller was told that it failed: do not send it any more. */
  abandoned: boolean
}

interface Sent {
  readonly positions: Position[]
  readonly appendedAt: number | undefined
}

/**
 * Appends with acks=all through an idempotent producer.
 * The producer is replaced after every failed send: kafkajs takes the sequence numbers of such a send back, so if it did reach the
 * broker, the next records would be taken for its repetition and be acknowledged without being stored.
 */
export function createGroupedProducer(kafka: Kafka, place: KafkaPlace, logger: Logger) {
  let producer: Promise<Producer> | undefined
  let closed = false
  const chunks = groupCommit<Chunk, Sent>({
    commit: send,
    sizeOf: shareOf,
    maxSize: 1,
    maxWaiting: MAX_WAITING_SENDS,
  })

  async function connect(): Promise<Producer> {
    const connected = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message: { partition } }) =>
          partition as number,
    })
    await connected.connect()
    return connected
  }

  function discard(): void {
    producer?.then((failed) => failed.disconnect()).catch((error) => logger.debug({ err: error }, 'producer discarded'))
    producer = undefined
  }

  async function send(group: readonly Chunk[]): Promise<Sent[]> {
    const live = new Set(group.filter(({ abandoned }) => !abandoned))
    if (live.size === 0) return group.map(() => ({ positions: [], appendedAt: undefined }))
    const topics = Map.groupBy(live, ({ topic }) => topic)
    const topicMessages = [...topics].map(([topic, parts]) => ({
      topic,
      messages: parts.flatMap(({ messages }) => messages),
    }))
    try {
      producer ??= connect()
      const sending = producer.then((connected) => connected.sendBatch({ acks: -1, topicMessages }))
      const sent = await within(DEADLINE_MS, sending)
      const next = new Map(
        sent.map(({ topicName, partition, baseOffset }) => [`${topicName}/${partition}`, Number(baseOffset)]),
      )
      const appendedAt = appendTimeOf(sent)
      return group.map((chunk) => ({
        positions: live.has(chunk) ? chunk.messages.map(({ partition }) => take(next, chunk.topic, partition)) : [],
        appendedAt,
      }))
    } catch (error) {
      discard()
      throw error
    }
  }

  async function appendChunk(topic: string, messages: readonly PlacedMessage[]): Promise<Sent> {
    const chunk: Chunk = { topic, messages, abandoned: false }
    try {
      return await within(DEADLINE_MS, chunks.submit(chunk))
    } catch (error) {
      chunk.abandoned = true
      throw new UnavailableError(
        `Kafka at ${place.brokers} did not acknowledge within ${DEADLINE_MS / 1_000} s (${messageOf(error)}). What was acknowledged before is kept; whether this was stored is not known: send it again with the same eventId, it counts once. Is Kafka running? EVENT_LOG_URL says where it is.`,
        { cause: error },
      )
    }
  }

  function checkClock({ appendedAt = Number.POSITIVE_INFINITY }: Sent): void {
    const aheadMs = Date.now() - appendedAt
    if (aheadMs > MAX_SKEW_MS)
      throw new UnavailableError(
        `The clock of this machine is ${Math.round(aheadMs / 60_000)} minutes ahead of that of Kafka at ${place.brokers}, so that what it takes in would be put aside as from the future. Set the clock, then send this again with the same eventId: it counts once. What was acknowledged before is kept.`,
      )
  }

  return {
    /**
     * @param isTimed  the messages hold times of this machine's clock
     * @returns        the positions, in the order of the messages
     * @throws UnavailableError, also when that clock is so far ahead that nobody will take these messages for what they are
     */
    async append(topic: string, messages: readonly PlacedMessage[], isTimed = false): Promise<Position[]> {
      if (closed) throw new UnavailableError(`The connection to Kafka at ${place.brokers} is closed.`)
      const positions: Position[] = []
      for (const chunk of chunked(messages)) {
        const sent = await appendChunk(topic, chunk)
        if (isTimed) checkClock(sent)
        for (const position of sent.positions) positions.push(position)
      }
      return positions
    },
    async close(): Promise<void> {
      closed = true
      await chunks.settled()
      await producer?.then((connected) => leave(connected, logger)).catch(() => {})
    },
  }
}

/** When what was sent was appended, by the broker's clock, in ms since 1970; undefined: the topic keeps the times of those who append. */
function appendTimeOf(sent: readonly RecordMetadata[]): number | undefined {
  const times = sent.map(({ logAppendTime }) => Number(logAppendTime ?? -1)).filter((time) => time >= 0)
  return times.length > 0 ? Math.min(...times) : undefined
}

/** A send tells the first offset of each partition; the records of a partition follow each other in their order. */
function take(next: Map<string, number>, topic: string, partition: number): Position {
  const key = `${topic}/${partition}`
  const offset = next.get(key)
  if (offset === undefined) throw new Error(`no offset came back for ${key}`)
  next.set(key, offset + 1)
  return { partition, offset }
}

function bytesOf({ key, value, headers }: PlacedMessage): number {
  const inHeaders = headers ? Buffer.byteLength(JSON.stringify(headers)) : 0
  return RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0) + inHeaders
}

/** What part of a full send it takes. */
function shareOf({ messages }: Pick<Chunk, 'messages'>): number {
  const bytes = messages.reduce((total, message) => total + bytesOf(message), 0)
  return Math.max(messages.length / MAX_SEND_RECORDS, bytes / MAX_SEND_BYTES)
}

function* chunked(messages: readonly PlacedMessage[]): Generator<readonly PlacedMessage[]> {
  let start = 0
  let bytes = 0
  for (const [i, message] of messages.entries()) {
    const size = bytesOf(message)
    if (i > start && (i - start === MAX_SEND_RECORDS || bytes + size > MAX_SEND_BYTES)) {
      yield messages.slice(start, i)
      start = i
      bytes = 0
    }
    bytes += size
  }
  if (start < messages.length) yield messages.slice(start)
}
