import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Offset } from '../../models/events/types.ts'
import { ConfigError, UnavailableError } from '../errors.ts'
import type { Logger } from '../logging.ts'
import { erasedLetters, movedLetter, placeOf } from './dead-letters.ts'
import { erasedLists, erasedRecords, type LastErasure } from './erased-records.ts'
import { openKafkaLog } from './kafka.ts'
import { connectAdmin, createKafkaClient, parseKafkaUrl } from './kafka-client.ts'
import { noteRewriting, readIdentity } from './kafka-identity.ts'
import { createGroupedProducer } from './kafka-producer.ts'
import { joinRewriting, refuseWhileUsed } from './kafka-rewriting.ts'
import type { KafkaTools } from './kafka-tail.ts'
import { createDrafts, finishDrafts, topicNames } from './kafka-topics.ts'
import { type EventLog, type LogRecord, TOPICS, type Topic } from './port.ts'
import { readTopic } from './read-topic.ts'

const LOOK_MS = 200
const PATIENCE_MS = 30_000

type Places = Map<string, Offset | undefined>

/**
 * Copies the topics without the records of users who were erased after them, lets the copies be the log, and removes the topics that
 * were. Times of append stay, offsets do not: dead letters are told where their records stand now. The copies become the log by one
 * record; broken off before it, nothing has happened, after it `removeFormerTopics` brings it to its end.
 *
 * @returns how many records were left out
 * @throws ConfigError while anybody reads the log or writes to it, UnavailableError when Kafka does not answer: it is as it was
 */
export async function rewriteKafkaLog(
  url: string,
  last: (userId: string) => LastErasure | undefined,
  logger: Logger,
): Promise<{ records: number }> {
  const records = await withTools(url, logger, async (tools, producer) => {
    const rewriting = await joinRewriting(tools)
    const log = await openKafkaLog(url, { min: 0, max: 0, positiveFrom: 0 }, { logger }).catch(async (error) => {
      await rewriting.close()
      throw error
    })
    try {
      await refuseWhileUsed(tools)
      const standing = await readIdentity(tools, producer, log.identity.scale)
      const names = topicNames(tools.prefix, standing.rewritings + 1)
      const ends = await endsOf(log)
      await removeTopics(tools, Object.values(names))
      await createDrafts(tools.admin, topicNames(tools.prefix, standing.rewritings), names)
      const left = await copyTopics(log, producer, names, last)
      await finishDrafts(tools.admin, names)
      // Once more: what started meanwhile would go on with topics that are about to be removed.
      await refuseWhileUsed(tools)
      if (JSON.stringify(await endsOf(log)) !== JSON.stringify(ends))
        throw new ConfigError(
          'rewrite-log: somebody wrote to the log meanwhile. Nothing was changed. Stop every foldstream and import first.',
        )
      await noteRewriting(tools, producer, {
        id: randomUUID(),
        scale: standing.scale,
        rewritings: standing.rewritings + 1,
        former: [...standing.former, { id: standing.id, ends: ends.ratings as Offset[] }],
      })
      return left
    } finally {
      await log.close()
      await rewriting.close()
    }
  })
  await removeFormerTopics(url, logger)
  return { records }
}

/** Removes topics of which the log was made. Kafka takes their files off the disk a minute later. */
export const removeFormerTopics = (url: string, logger: Logger): Promise<void> =>
  withTools(url, logger, async (tools, producer) => {
    const { rewritings } = await readIdentity(tools, producer, { min: 0, max: 0, positiveFrom: 0 })
    const former = Array.from({ length: rewritings }, (_, n) => Object.values(topicNames(tools.prefix, n)))
    await removeTopics(tools, former.flat())
  })

type Producer = ReturnType<typeof createGroupedProducer>

async function withTools<T>(
  url: string,
  logger: Logger,
  use: (tools: KafkaTools, producer: Producer) => Promise<T>,
): Promise<T> {
  const place = parseKafkaUrl(url)
  const kafka = createKafkaClient(place, logger)
  const admin = await connectAdmin(kafka, place)
  const producer = createGroupedProducer(kafka, place, logger)
  try {
    return await use({ kafka, admin, prefix: place.prefix, logger }, producer)
  } finally {
    await producer.close()
    await admin.disconnect().catch(() => {})
  }
}

async function endsOf(log: EventLog): Promise<Record<string, Offset[]>> {
  const ends: Record<string, Offset[]> = {}
  for (const topic of Object.keys(TOPICS) as Topic[]) ends[topic] = await log.ends(topic)
  return ends
}

/** @returns how many records were left out */
async function copyTopics(
  log: EventLog,
  producer: Producer,
  names: Record<Topic, string>,
  last: (userId: string) => LastErasure | undefined,
): Promise<number> {
  let leftOut = 0
  /** Of records that dead letters tell of: their new offsets. */
  const moved: Places = new Map()
  const letters: LogRecord[] = []
  await readTopic(log, 'ratings.dead-letter', (records) => {
    letters.push(...records)
    for (const letter of records) {
      const place = placeOf(letter)
      if (place !== undefined) moved.set(place, undefined)
    }
  })

  async function copy(
    topic: Topic,
    records: readonly LogRecord[],
    goes: (record: LogRecord) => boolean,
  ): Promise<void> {
    const kept = records.filter((record) => !goes(record))
    leftOut += records.length - kept.length
    const positions = await producer.append(names[topic], kept.map(asMessage))
    for (const [n, { partition, offset }] of kept.entries()) {
      const place = `${topic}/${partition}/${offset}`
      if (moved.has(place)) moved.set(place, positions[n]?.offset)
    }
  }

  const none = (_record: LogRecord): boolean => false
  const leaves = {
    ratings: erasedRecords(last),
    served: erasedLists(last),
    items: none,
    erasures: none,
    measurements: none,
  }
  for (const [topic, goes] of Object.entries(leaves) as [keyof typeof leaves, typeof none][])
    await readTopic(log, topic, (records) => copy(topic, records, goes))
  const isErased = erasedLetters(last)
  const isGone = (letter: LogRecord): boolean => {
    if (isErased(letter)) return true
    const place = placeOf(letter)
    return place?.startsWith('ratings/') === true && moved.get(place) === undefined
  }
  const remaining = letters.filter((letter) => !isGone(letter))
  leftOut += letters.length - remaining.length
  await copy(
    'ratings.dead-letter',
    remaining.map((letter) => movedLetter(letter, moved.get(placeOf(letter) ?? ''))),
    none,
  )
  return leftOut
}

function asMessage({ partition, key, value, headers, appendedAt }: LogRecord) {
  return {
    partition,
    key,
    value: value && Buffer.from(value.buffer, value.byteOffset, value.byteLength),
    headers,
    timestamp: String(appendedAt),
  }
}

async function removeTopics({ admin }: KafkaTools, names: readonly string[]): Promise<void> {
  const standing = async (): Promise<string[]> => {
    const existing = new Set(await admin.listTopics())
    return names.filter((name) => existing.has(name))
  }
  const topics = await standing()
  if (topics.length === 0) return
  await admin.deleteTopics({ topics })
  const deadline = performance.now() + PATIENCE_MS
  while ((await standing()).length > 0) {
    if (performance.now() > deadline)
      throw new UnavailableError(
        `Kafka does not remove topics ${topics.join(', ')}. Does it allow that (delete.topic.enable)? npm run rewrite-log goes on from here.`,
      )
    await sleep(LOOK_MS)
  }
}
