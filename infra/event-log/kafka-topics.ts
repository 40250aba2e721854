import { setTimeout as sleep } from 'node:timers/promises'
import kafkajs, { type Admin } from 'kafkajs'
import { ConfigError, UnavailableError } from '../errors.ts'
import { TOPICS, type Topic } from './port.ts'

/** A tiny topic whose first record tells the log's identity. */
export const IDENTITY_TOPIC = 'foldstream-log'

const MAX_REPLICAS = 3

const KEPT_FOREVER = { 'cleanup.policy': 'delete', 'retention.ms': '-1', 'retention.bytes': '-1' }
/** Of each key the newest record. A deletion stays as long as ratings name what was deleted: whoever reads anew must hear of it. */
const COMPACTED = { 'cleanup.policy': 'compact', 'delete.retention.ms': String(100 * 365 * 86_400_000) }
/** Whole segments go, and only those that are written to no more. */
const keptFor = (ms: number): Record<string, string> => ({
  'cleanup.policy': 'delete',
  'retention.ms': String(ms),
  'retention.bytes': '-1',
  'segment.ms': String(Math.ceil(ms / SEGMENTS_KEPT)),
})
const SEGMENTS_KEPT = 7
/** The record's timestamp is the time of append, whoever appends. */
const LOG_TIME = { 'message.timestamp.type': 'LogAppendTime' }

/** Full names. A log that was rewritten has topics of its own, so that the former ones stand until it is whole. */
export function topicNames(prefix: string, rewritings: number): Record<Topic, string> {
  const suffix = rewritings === 0 ? '' : `-${rewritings}`
  return Object.fromEntries((Object.keys(TOPICS) as Topic[]).map((topic) => [topic, prefix + topic + suffix])) as never
}

export const prepareIdentityTopic = (admin: Admin, prefix: string): Promise<void> =>
  createMissing(admin, [[prefix + IDENTITY_TOPIC, 1, KEPT_FOREVER]])

/**
 * Creates the topics that are missing and checks that `ratings` forgets nothing.
 * @returns the partition count of each topic: an existing topic keeps its own
 * @throws ConfigError when `ratings` would lose records
 */
export async function prepareTopics(admin: Admin, names: Record<Topic, string>): Promise<Record<Topic, number>> {
  await createMissing(
    admin,
    (Object.keys(TOPICS) as Topic[]).map((topic) => [names[topic], TOPICS[topic].partitions, configOf(topic)]),
  )
  const { topics } = await admin.fetchTopicMetadata({ topics: Object.values(names) })
  await checkRetention(admin, names.ratings)
  const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]))
  return Object.fromEntries(Object.entries(names).map(([topic, name]) => [topic, counts.get(name)])) as never
}

/** Takes the time of a record from whoever writes it. */
const OWN_TIME = { 'message.timestamp.type': 'CreateTime' }

/** Topics for a copy, of as many partitions as what is copied; the times of its records are given with them. */
export async function createDrafts(
  admin: Admin,
  copied: Record<Topic, string>,
  names: Record<Topic, string>,
): Promise<void> {
  const { topics } = await admin.fetchTopicMetadata({ topics: Object.values(copied) })
  const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]))
  await createMissing(
    admin,
    (Object.keys(TOPICS) as Topic[]).map((topic) => [
      names[topic],
      counts.get(copied[topic]) ?? TOPICS[topic].partitions,
      { ...configOf(topic), ...OWN_TIME },
    ]),
  )
}

/** From now on the time of a record is that of its append, as of every log. */
export async function finishDrafts(admin: Admin, names: Record<Topic, string>): Promise<void> {
  await admin.alterConfigs({
    validateOnly: false,
    resources: (Object.keys(TOPICS) as Topic[]).map((topic) => ({
      type: kafkajs.ConfigResourceTypes.TOPIC,
      name: names[topic],
      configEntries: entriesOf(configOf(topic)),
    })),
  })
}

function configOf(topic: Topic): Record<string, string> {
  const { compacted, keptMs } = TOPICS[topic]
  const kept = keptMs === undefined ? KEPT_FOREVER : keptFor(keptMs)
  return { ...(compacted ? COMPACTED : kept), ...LOG_TIME }
}

type Wanted = readonly [name: string, partitions: number, config: Record<string, string>]

async function createMissing(admin: Admin, wanted: readonly Wanted[]): Promise<void> {
  const existing = new Set(await admin.listTopics())
  const missing = wanted.filter(([name]) => !existing.has(name))
  if (missing.length === 0) return
  const { brokers } = await admin.describeCluster()
  // False when another process was faster: the topics are there either way. kafkajs would wait for their leaders, but takes a broker
  // that has not heard of a topic yet for one that refuses it.
  await admin.createTopics({
    waitForLeaders: false,
    topics: missing.map(([topic, numPartitions, config]) => ({
      topic,
      numPartitions,
      replicationFactor: Math.min(MAX_REPLICAS, brokers.length),
      configEntries: entriesOf(config),
    })),
  })
  await untilLed(
    admin,
    missing.map(([name]) => name),
  )
}

/** Until the broker that is asked knows the topics, and who leads them does: another one may have created them. */
async function untilLed(admin: Admin, topics: string[]): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      const { topics: found } = await admin.fetchTopicMetadata({ topics })
      if (found.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) {
        // Who is named as the leader may not have heard of it yet: only an answer shows that it has.
        for (const topic of topics) await admin.fetchTopicOffsets(topic)
        return
      }
    } catch (error) {
      const { cause = error } = error as Error
      const isUnknown = cause instanceof kafkajs.KafkaJSProtocolError && STARTING.has(cause.type)
      if (!isUnknown) throw error
    }
    if (performance.now() > deadline)
      throw new UnavailableError(
        `Kafka has created topics ${topics.join(', ')}, and nobody leads them. Start again later.`,
      )
    await sleep(LOOK_MS)
  }
}

/** What a broker says of topics that were created a moment ago. */
const STARTING = new Set(['UNKNOWN_TOPIC_OR_PARTITION', 'LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION'])
const LOOK_MS = 50
const PATIENCE_MS = 20_000

const entriesOf = (config: Record<string, string>) => Object.entries(config).map(([name, value]) => ({ name, value }))

async function checkRetention(admin: Admin, topic: string): Promise<void> {
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic, configNames: Object.keys(KEPT_FOREVER) }],
  })
  const found = new Map(resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]))
  const wrong = Object.entries(KEPT_FOREVER).filter(([name, value]) => found.get(name) !== value)
  if (wrong.length === 0) return
  const has = wrong.map(([name]) => `${name}=${found.get(name)}`).join(', ')
  const wanted = wrong.map(([name, value]) => `${name}=${value}`).join(',')
  throw new ConfigError(
    `Kafka's topic ${topic} would lose ratings: it has ${has}. Nothing was changed. Set it with: kafka-configs.sh --alter --entity-type topics --entity-name ${topic} --add-config ${wanted} — or use another EVENT_LOG_URL.`,
  )
}
