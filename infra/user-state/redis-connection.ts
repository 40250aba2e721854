import { Redis } from 'ioredis'
import { ConfigError, messageOf, UnavailableError } from '../errors.ts'
import type { Logger } from '../logging.ts'

const CONNECT_TIMEOUT_MS = 5_000
const COMMAND_TIMEOUT_MS = 3_000
const LONGEST_RECONNECT_PAUSE_MS = 1_000

/** What Redis must be set to, so that what it acknowledged is not lost to a restart or to pressure on its memory. */
const REQUIRED = { appendonly: 'yes', 'maxmemory-policy': 'noeviction' }

export interface RedisConnection {
  readonly redis: Redis
  /** Only for subscribing, and subscribes anew by itself after a reconnect. */
  readonly subscriber: Redis
  /** Runs commands; whatever goes wrong becomes an UnavailableError that names the variable. */
  attempt<T>(commands: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** @throws UnavailableError when Redis does not answer, ConfigError when it could lose what it acknowledged */
export async function connectRedis(url: string, logger: Logger): Promise<RedisConnection> {
  const { host } = new URL(url)
  const options = {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: (times: number) => Math.min(100 * times, LONGEST_RECONNECT_PAUSE_MS),
  }
  // A read must not wait for a Redis that is gone: it goes on from what is cached.
  const redis = new Redis(url, { ...options, enableOfflineQueue: false })
  const subscriber = new Redis(url, options)
  let lastError: Error | undefined
  for (const client of [redis, subscriber]) {
    client.on('error', (error: Error) => {
      lastError = error
    })
  }
  redis.on('close', () => logger.debug({ host }, 'connection to Redis closed'))
  redis.on('ready', () => {
    lastError = undefined
  })

  async function attempt<T>(commands: () => Promise<T>): Promise<T> {
    try {
      return await commands()
    } catch (error) {
      throw new UnavailableError(
        `Redis at ${host} did not answer: ${messageOf(lastError ?? error)}. Is it running? Set USER_STATE_URL, or leave it out to use the embedded state.`,
        { cause: error },
      )
    }
  }

  async function close(): Promise<void> {
    redis.disconnect()
    subscriber.disconnect()
  }

  try {
    await attempt(() => Promise.all([redis.connect(), subscriber.connect()]))
    await checkDurability(redis, host, logger)
  } catch (error) {
    await close()
    throw error
  }
  return { redis, subscriber, attempt, close }
}

async function checkDurability(redis: Redis, host: string, logger: Logger): Promise<void> {
  const found = await Promise.all(
    Object.keys(REQUIRED).map((name) => redis.config('GET', name) as Promise<[string, string]>),
  ).catch((error: unknown) => {
    logger.warn(
      { reason: messageOf(error) },
      'Redis does not tell its configuration; it must have appendonly yes and maxmemory-policy noeviction',
    )
    return undefined
  })
  const wrong = Object.entries(REQUIRED).filter(([, wanted], i) => found !== undefined && found[i]?.[1] !== wanted)
  if (wrong.length === 0) return
  const commands = wrong.map(([name, wanted]) => `CONFIG SET ${name} ${wanted}`).join('; ')
  throw new ConfigError(
    `Redis at ${host} could lose user states: run ${commands} (and write it into its redis.conf), or set USER_STATE_URL to another Redis. Nothing was changed.`,
  )
}
