import { partitionOf } from '../../models/events/partition.ts'
import type { Offset, RatingScale } from '../../models/events/types.ts'
import { type Logger, silent } from '../logging.ts'
import { ask, connectAdmin, createKafkaClient, createKafkaSockets, leave, parseKafkaUrl } from './kafka-client.ts'
import { consumeGroup, type GroupConsumer } from './kafka-consumer.ts'
import { readIdentity } from './kafka-identity.ts'
import { createGroupedProducer } from './kafka-producer.ts'
import { boundsOf, tailTopic } from './kafka-tail.ts'
import { prepareIdentityTopic, prepareTopics, topicNames } from './kafka-topics.ts'
import { type EventLog, TOPICS, type Topic } from './port.ts'

/** Creating topics, and joining a group: a broker lets a new one wait for 3 s unless it is told otherwise. */
const FOUNDING_DEADLINE_MS = 30_000

/**
 * The event log on Apache Kafka. Topics that are missing are created; an append is acknowledged by all replicas in sync; sends
 * that arrive while one is under way share the next.
 *
 * @param url       kafka://host:9092,host2:9092, after it perhaps /prefix of all topics and groups
 * @param founding  the scale that a new log is founded with; an existing one keeps its own
 * @throws ConfigError when the URL does not parse or `ratings` would lose records, UnavailableError when Kafka does not answer
 */
export async function openKafkaLog(
  url: string,
  founding: RatingScale,
  { logger = silent }: { logger?: Logger } = {},
): Promise<EventLog> {
  const place = parseKafkaUrl(url)
  const { prefix } = place
  const sockets = createKafkaSockets()
  const kafka = createKafkaClient(place, logger, sockets)
  const admin = await connectAdmin(kafka, place)
  const producer = createGroupedProducer(kafka, place, logger)
  /** A send fails as a whole: what is not the truth of anything must not take ratings with it, nor hold them up. */
  const passing = createGroupedProducer(kafka, place, logger)
  const tools = { kafka, admin, prefix, logger }
  const open = new Set<{ close(): Promise<void> }>()

  async function close(): Promise<void> {
    await Promise.all([...open].map((one) => one.close()))
    await Promise.all([producer.close(), passing.close()])
    await leave(admin, logger)
    sockets.destroy()
  }
  /** Closed with the log, if nobody closes it before. */
  function closeable(one: { close(): Promise<void> }) {
    const closed = {
      async close() {
        await one.close()
        open.delete(closed)
      },
    }
    open.add(closed)
    return closed
  }

  async function found() {
    await prepareIdentityTopic(admin, prefix)
    const { id, scale, rewritings, former } = await readIdentity(tools, producer, founding)
    const names = topicNames(prefix, rewritings)
    const partitions = await prepareTopics(admin, names)
    const { clusterId } = await admin.describeCluster()
    return { names, partitions, former, identity: { id, clusterId, partitions: partitions.ratings, scale } }
  }
  const { identity, former, names, partitions } = await ask(place, found, FOUNDING_DEADLINE_MS).catch(async (error) => {
    await close()
    throw error
  })

  const committed = async (topic: Topic, group: string): Promise<(Offset | undefined)[]> => {
    const offsets = await ask(place, () => admin.fetchOffsets({ groupId: prefix + group, topics: [names[topic]] }))
    const byPartition = new Map(offsets[0]?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
    return Array.from({ length: partitions[topic] }, (_, partition) => {
      const offset = byPartition.get(partition) ?? -1 // negative: none
      return offset < 0 ? undefined : offset
    })
  }

  return {
    identity,
    former,
    partitionOf: (topic, key) => partitionOf(key, partitions[topic]),

    append: (topic, records) =>
      (TOPICS[topic].keptMs === undefined ? producer : passing).append(
        names[topic],
        records.map(({ key, value, headers }) => ({
          key,
          value: value && Buffer.from(value.buffer, value.byteOffset, value.byteLength),
          partition: partitionOf(key, partitions[topic]),
          ...(headers && { headers }),
        })),
        topic === 'ratings',
      ),

    async subscribe({ group, topics, resumeAt, revoked, handle }) {
      const topicOf = (name: string): Topic => topics.find((topic) => names[topic] === name) as Topic
      const consumer: GroupConsumer = {
        group: prefix + group,
        topics: topics.map((topic) => names[topic]),
        async resumeAt(name: string, partition: number) {
          const topic = topicOf(name)
          const wanted = await resumeAt(topic, partition)
          const offset =
            wanted ?? (await committed(topic, group))[partition] ?? (await boundsOf(admin, name))[partition]?.low ?? 0
          return { offset, isToCommit: wanted !== undefined }
        },
        revoked: (name: string, partition: number) => revoked(topicOf(name), partition),
        handle: (name, batch) => handle({ topic: topicOf(name), ...batch }),
      }
      return closeable(consumeGroup(kafka, consumer, logger))
    },

    async tail(topic, deliver) {
      const tail = await ask(place, () => tailTopic(tools, names[topic], deliver))
      return { caughtUp: tail.caughtUp, ...closeable(tail) }
    },

    ends: async (topic) => (await ask(place, () => boundsOf(admin, names[topic]))).map(({ high }) => high),
    committed,
    heldUntil: async () => 'rewrite-log',
    async members(group) {
      const { groups } = await ask(place, () => admin.describeGroups([prefix + group]))
      return groups[0]?.members.length ?? 0
    },
    ping: async () => void (await ask(place, () => admin.describeCluster())),
    close,
  }
}
