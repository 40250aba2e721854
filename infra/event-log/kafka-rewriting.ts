import { within } from '../deadline.ts'
import { ConfigError } from '../errors.ts'
import { leave } from './kafka-client.ts'
import type { KafkaTools } from './kafka-tail.ts'
import { IDENTITY_TOPIC } from './kafka-topics.ts'

/** Not foldstream-tail-…: nobody reads by it. */
const GROUP = 'foldstream-rewriting'
const SESSION_TIMEOUT_MS = 10_000
const REBALANCE_TIMEOUT_MS = 10_000
/** Also how soon a member notices that another one wants to join. */
const HEARTBEAT_INTERVAL_MS = 1_000
/** A broker lets a new group wait for 3 s unless it is told otherwise; a member that was killed is waited for. */
const JOIN_DEADLINE_MS = 30_000

/**
 * Lets the log be rewritten by this process alone: two that copied it at once would write into the same topics, and the slower one
 * would remove what the faster one had made the log. Kafka has no lock; a process is in a group of its own while it is at it.
 */
export async function joinRewriting({ kafka, prefix, logger }: KafkaTools): Promise<{ close(): Promise<void> }> {
  const consumer = kafka.consumer({
    groupId: prefix + GROUP,
    sessionTimeout: SESSION_TIMEOUT_MS,
    rebalanceTimeout: REBALANCE_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_INTERVAL_MS,
    allowAutoTopicCreation: false,
  })
  const joined = new Promise<unknown>((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve))
  const join = async (): Promise<void> => {
    await consumer.connect()
    await consumer.subscribe({ topics: [prefix + IDENTITY_TOPIC] })
    await consumer.run({ autoCommit: false, eachBatch: async () => {} })
    await joined
  }
  try {
    await within(JOIN_DEADLINE_MS, join())
  } catch (error) {
    await leave(consumer, logger)
    throw error
  }
  return { close: () => leave(consumer, logger) }
}

/**
 * Every role of foldstream is a member of a group: gateways too, which read the items, and who rewrites the log.
 * @throws ConfigError when there is any besides this process, which has joined
 */
export async function refuseWhileUsed({ admin, prefix }: KafkaTools): Promise<void> {
  const { groups } = await admin.listGroups()
  const ours = groups.map(({ groupId }) => groupId).filter((id) => id.startsWith(`${prefix}foldstream-`))
  const described = ours.length > 0 ? (await admin.describeGroups(ours)).groups : []
  const used = described
    .map(({ groupId, members }) => ({ groupId, members: members.length - (groupId === prefix + GROUP ? 1 : 0) }))
    .filter(({ members }) => members > 0)
  if (used.length === 0) return
  throw new ConfigError(
    `rewrite-log: ${used.map(({ groupId, members }) => `${groupId} (${members})`).join(', ')} read the log: foldstream runs. Nothing was changed. Stop every role first, gateways and any other rewrite-log too (one that was killed counts for another 10 s).`,
  )
}
