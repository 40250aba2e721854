import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { mapInSlices } from '../in-slices.ts'
import type { Logger } from '../logging.ts'
import { createChangeFeed, itemChanges } from './changes.ts'
import { ERASED_KEPT_MS, type Heartbeat, type StateChange, type UserState } from './port.ts'
import { decodeUser, encodeUser, erasedAt, rereadUser } from './record.ts'
import { connectRedis } from './redis-connection.ts'
import { defineScripts } from './redis-scripts.ts'
import { decodeStatistics, encodeStatistics } from './statistics-record.ts'

/** One key a command or script, the changing part as its hash tag: works on a cluster too. */
const USER_KEY = 'foldstream:user:'
const PARTITION_KEY = 'foldstream:partition:'
const PAGE_KEY = 'foldstream:page:'
const KEYS = {
  /** Hash: `offset` (the applied one, in decimals) and `record`; of who was erased lately the offset alone. */
  user: (userId: string): string => `${USER_KEY}{${userId}}`,
  /** Hash: `counted`, `applied`, and the statistics of an item under `i:` and its id. */
  partition: (partition: number): string => `${PARTITION_KEY}{${partition}}`,
  page: (id: string): string => `${PAGE_KEY}{${id}}`,
  /** Hash by role and process. */
  heartbeats: 'foldstream:heartbeats',
  log: 'foldstream:log',
  /** An id minted with the data: it goes with them when they are flushed, which the server's run id does not show. */
  incarnation: 'foldstream:incarnation',
}
const ITEM_FIELD = 'i:'

const SCAN_PAGE = 500
/** Commands of one pipeline: a deadline counts from the moment they are queued. */
const PIPELINE = 200
/** Dead processes are forgotten after a day. */
const HEARTBEAT_KEPT_MS = 24 * 3_600_000

export interface RedisUserState extends UserState {
  /**
   * Removes every user, all statistics and offsets, and the log it is bound to, so that its updater starts from the beginning. No
   * updater may run. Where this is broken off, the next updater fills in what is gone, as it does when this is called again.
   */
  reset(): Promise<void>
}

/**
 * User state in Redis. Reconnects by itself; what is asked meanwhile fails at once.
 * `scan` may give a record twice while Redis resizes its table.
 * @throws ConfigError when Redis is not set up to keep what it acknowledged, UnavailableError when it does not answer.
 * Methods throw the latter, or CorruptRecordError where a user's bytes are not what was written.
 */
export async function openRedisUserState(url: string, { logger }: { logger: Logger }): Promise<RedisUserState> {
  const { redis, attempt, subscribe, close } = await connectRedis(url, logger)
  defineScripts(redis)
  const feed = createChangeFeed()
  // PUBLISH knows no databases.
  const channel = `foldstream:changes:${redis.options.db ?? 0}`
  const hear = (message: string): void => {
    const change = parsed(message)
    if (change) feed.announce(change)
    else
      logger.warn({ channel, length: message.length }, 'not a change of the user state: somebody else publishes here')
  }
  await subscribe(channel, {
    message: hear,
    lost: () => feed.announce({ type: 'deaf' }),
    resumed: () => feed.announce({ type: 'gap' }),
  }).catch(async (error: unknown) => {
    await close()
    throw error
  })
  const told = (change: StateChange): string => JSON.stringify(change)

  const readMany: UserState['readMany'] = async (userIds, known) => {
    const found = await pipelined(redis, userIds, (pipeline, userId) =>
      pipeline.hgetBuffer(KEYS.user(userId), 'record'),
    )
    return mapInSlices(userIds, (userId, i) => {
      const bytes = found[i] as Buffer | null
      return bytes ? rereadUser(userId, bytes, known?.(userId)) : undefined
    })
  }

  async function keysOf(prefix: string, each: (keys: string[]) => Promise<unknown>): Promise<void> {
    let cursor = '0'
    do {
      const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', SCAN_PAGE)
      await each(keys)
      cursor = next
    } while (cursor !== '0')
  }
  const removed = (keys: readonly string[]) => pipelined(redis, keys, (pipeline, key) => pipeline.unlink(key))

  return {
    reset: () =>
      attempt(async () => {
        // First the watermarks, so that no user is missed who is gone; the counts stay until there is nobody whom they count.
        await keysOf(PARTITION_KEY, (keys) => pipelined(redis, keys, (pipeline, key) => pipeline.hdel(key, 'applied')))
        await keysOf(USER_KEY, removed)
        await keysOf(PAGE_KEY, removed)
        await keysOf(PARTITION_KEY, removed)
        await removed([KEYS.log, KEYS.incarnation])
        await redis.publish(channel, told({ type: 'gap' }))
      }),

    read: (userId, known) =>
      attempt(async () => {
        const bytes = await redis.hgetBuffer(KEYS.user(userId), 'record')
        return bytes ? rereadUser(userId, bytes, known) : undefined
      }),
    readMany: (userIds, known) => attempt(() => readMany(userIds, known)),

    writeMany: (writes) =>
      attempt(async () => {
        const outcomes = await pipelined(redis, writes, (pipeline, { userId, next, expectedOffset }) =>
          pipeline.writeUserBuffer(
            KEYS.user(userId),
            expectedOffset ?? '',
            next.appliedOffset,
            next.history.size > 0 ? encodeUser(next) : '',
            ERASED_KEPT_MS,
            channel,
            told({ type: 'user', userId }),
          ),
        )
        return writes.map(({ userId, next }, i) => {
          const [won, offset, record] = outcomes[i] as [won: number, offset?: Buffer, record?: Buffer | null]
          if (won === 1) return next
          if (record) return decodeUser(userId, record)
          return offset && offset.length > 0 ? erasedAt(userId, Number(offset)) : undefined
        })
      }),

    async *scan() {
      let cursor = '0'
      do {
        const [next, keys] = await attempt(() => redis.scan(cursor, 'MATCH', `${USER_KEY}*`, 'COUNT', SCAN_PAGE))
        const userIds = keys.map((key) => key.slice(USER_KEY.length + 1, -1))
        for (const record of await attempt(() => readMany(userIds))) if (record) yield record
        cursor = next
      } while (cursor !== '0')
    },

    offsets: (partition) =>
      attempt(async () => {
        const [counted, applied] = await redis.hmget(KEYS.partition(partition), 'counted', 'applied')
        return { counted: Number(counted ?? -1), applied: Number(applied ?? -1) }
      }),

    statistics: (partition) =>
      attempt(async () => {
        const found = new Map<string, ReturnType<typeof decodeStatistics>>()
        let cursor = '0'
        do {
          const [next, fields] = await redis.hscanBuffer(
            KEYS.partition(partition),
            cursor,
            'MATCH',
            `${ITEM_FIELD}*`,
            'COUNT',
            SCAN_PAGE,
          )
          for (let i = 0; i < fields.length; i += 2) {
            const itemId = (fields[i] as Buffer).toString().slice(ITEM_FIELD.length)
            found.set(itemId, decodeStatistics(itemId, fields[i + 1] as Buffer))
          }
          cursor = next.toString()
        } while (cursor !== '0')
        return found
      }),

    readStatistics: (partition, itemIds) =>
      attempt(async () => {
        if (itemIds.length === 0) return []
        // As one argument: 100,000 of them would not fit on the stack.
        const args = [KEYS.partition(partition), ...itemIds.map((itemId) => ITEM_FIELD + itemId)]
        const found = (await redis.callBuffer('hmget', args)) as (Buffer | null)[]
        return itemIds.map((itemId, i) => {
          const bytes = found[i]
          return bytes ? decodeStatistics(itemId, bytes) : undefined
        })
      }),

    count: (partition, expectedCounted, counted, touched) =>
      attempt(async () => {
        const fields = [...touched].flatMap(([itemId, next]) => [
          ITEM_FIELD + itemId,
          next.count === 0 ? '' : encodeStatistics(next),
        ])
        const messages = itemChanges(partition, counted, touched.keys()).map(told)
        const key = KEYS.partition(partition)
        const rest = [...messages, ...fields]
        return (await redis.countItems(key, expectedCounted, counted, channel, messages.length, rest)) === 1
      }),

    advance: (partition, applied) =>
      attempt(async () => {
        const message = told({ type: 'watermark', partition, applied })
        await redis.advanceWatermark(KEYS.partition(partition), applied, channel, message)
      }),

    changes: feed.listen,

    putPage: (id, json, ttlMs) => attempt(async () => void (await redis.set(KEYS.page(id), json, 'PX', ttlMs))),
    page: (id) => attempt(async () => (await redis.get(KEYS.page(id))) ?? undefined),

    bind: (identity) =>
      attempt(async () => {
        await redis.set(KEYS.log, JSON.stringify(identity), 'NX')
        return JSON.parse((await redis.get(KEYS.log)) ?? '')
      }),

    beat: (heartbeat) =>
      attempt(async () => {
        for (const [field, json] of Object.entries(await redis.hgetall(KEYS.heartbeats))) {
          if ((JSON.parse(json) as Heartbeat).at < heartbeat.at - HEARTBEAT_KEPT_MS)
            await redis.hdel(KEYS.heartbeats, field)
        }
        await redis.hset(KEYS.heartbeats, `${heartbeat.role} ${heartbeat.process}`, JSON.stringify(heartbeat))
      }),
    heartbeats: (maxAgeMs) =>
      attempt(async () => {
        const oldest = Date.now() - maxAgeMs
        const all = (await redis.hvals(KEYS.heartbeats)).map((json) => JSON.parse(json) as Heartbeat)
        return all.filter(({ at }) => at >= oldest)
      }),

    incarnation: () =>
      attempt(async () => {
        await redis.set(KEYS.incarnation, randomUUID(), 'NX')
        const runId = /run_id:(\w+)/.exec(await redis.info('server'))?.[1]
        return `${runId} ${await redis.get(KEYS.incarnation)}`
      }),
    ping: () => attempt(async () => void (await redis.ping())),
    close,
  }
}

function parsed(message: string): StateChange | undefined {
  try {
    return JSON.parse(message) as StateChange
  } catch {
    return undefined
  }
}

type Pipeline = ReturnType<Redis['pipeline']>

/** One command for each, in few round trips. @throws the first error of any of them */
async function pipelined<T>(
  redis: Redis,
  all: readonly T[],
  add: (pipeline: Pipeline, one: T) => unknown,
): Promise<unknown[]> {
  const results: unknown[] = []
  for (let at = 0; at < all.length; at += PIPELINE) {
    const pipeline = redis.pipeline()
    for (const one of all.slice(at, at + PIPELINE)) add(pipeline, one)
    for (const [error, result] of (await pipeline.exec()) ?? []) {
      if (error) throw error
      results.push(result)
    }
  }
  if (results.length !== all.length) throw new Error('not every command was answered')
  return results
}
