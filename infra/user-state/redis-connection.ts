import { Redis } from 'ioredis'
import { ConfigError, messageOf, UnavailableError } from '../errors.ts'
import type { Logger } from '../logging.ts'
import { CorruptRecordError } from './corrupt-record.ts'

const CONNECT_TIMEOUT_MS = 5_000
/** Longer than the 2 s for which Redis stands still when its disk does not keep up with the append-only file. */
const COMMAND_TIMEOUT_MS = 3_000
/** A socket that is silent for so long although it was asked something is given up, and another one opened. */
const SOCKET_TIMEOUT_MS = 5_000
/** Nobody asks a subscriber anything: without this it would not notice that the other end is gone. */
const SUBSCRIBER_PING_MS = 5_000
const LONGEST_RECONNECT_PAUSE_MS = 1_000

/** What Redis must be set to, so that what it acknowledged is not lost to a restart or to pressure on its memory. */
const REQUIRED = { appendonly: 'yes', 'maxmemory-policy': 'noeviction' }

export interface RedisConnection {
  readonly redis: Redis
  /** Runs commands; what goes wrong becomes an UnavailableError that names the variable. */
  attempt<T>(commands: () => Promise<T>): Promise<T>
  /**
   * Calls back with every message of the channel, also after a reconnect. Those sent while there was no connection are lost:
   * `lost` is called as soon as that is noticed, and `resumed` once messages come again.
   */
  subscribe(channel: string, heard: Heard): Promise<void>
  close(): Promise<void>
}

interface Heard {
  message(message: string): void
  lost(): void
  resumed(): void
}

/** @throws UnavailableError when Redis does not answer, ConfigError when it could lose what it acknowledged */
export async function connectRedis(url: string, logger: Logger): Promise<RedisConnection> {
  const { host } = new URL(url)
  const options = {
    lazyConnect: true,
    connectTimeout: CONNECT_TIMEOUT_MS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    // Nothing waits for a Redis that is gone, and nothing is sent again once its caller was told that it failed.
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    // ioredis ends the process if the connection breaks again while it subscribes anew, or forgets to subscribe.
    autoResubscribe: false,
    retryStrategy: (times: number) => Math.min(100 * times, LONGEST_RECONNECT_PAUSE_MS),
  }
  const redis = new Redis(url, options)
  // A connection of its own: Redis allows one that subscribes only small replies.
  const subscriber = new Redis(url, options)
  let connectionError: Error | undefined
  redis.on('error', (error: Error) => {
    connectionError = error
  })
  redis.on('ready', () => {
    connectionError = undefined
  })
  redis.on('close', () => logger.debug({ host }, 'connection to Redis closed'))
  subscriber.on('error', (error: Error) => logger.debug({ host, err: error }, 'connection to Redis for changes'))
  const pings = setInterval(() => subscriber.ping().catch(() => {}), SUBSCRIBER_PING_MS).unref()

  async function attempt<T>(commands: () => Promise<T>): Promise<T> {
    try {
      return await commands()
    } catch (error) {
      if (error instanceof CorruptRecordError) throw error
      throw new UnavailableError(unavailable(host, error, connectionError), { cause: error })
    }
  }

  async function subscribe(channel: string, { message, lost, resumed }: Heard): Promise<void> {
    subscriber.on('message', (_channel, text) => message(text))
    await attempt(async () => {
      await subscriber.connect()
      await subscriber.subscribe(channel)
    })
    subscriber.on('close', lost)
    subscriber.on('ready', () => {
      // Without its subscription the connection is of no use: another one tries again.
      subscriber.subscribe(channel).then(resumed, () => subscriber.disconnect(true))
    })
  }

  async function close(): Promise<void> {
    clearInterval(pings)
    redis.disconnect()
    subscriber.disconnect()
  }

  try {
    await attempt(() => redis.connect())
    await checkDurability(redis, host, logger)
  } catch (error) {
    await close()
    throw error
  }
  return { redis, attempt, subscribe, close }
}

/** A command that fails for want of a connection does not say why there is none: `connectionError` does. */
function unavailable(host: string, error: unknown, connectionError: Error | undefined): string {
  if (error instanceof Error && error.name === 'ReplyError') {
    return `Redis at ${host} refused: ${error.message}. Mend that, or set USER_STATE_URL to another Redis.`
  }
  const reason = messageOf(connectionError ?? error)
  return `Redis at ${host} did not answer: ${reason}. Is it running? Set USER_STATE_URL, or leave it out to use the embedded state.`
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
  const lines = wrong.map(([name, wanted]) => `${name} ${wanted}`).join(', ')
  throw new ConfigError(
    `Redis at ${host} could lose user states: run ${commands} (and write ${lines} into its redis.conf), or set USER_STATE_URL to another Redis. Nothing was changed.`,
  )
}
