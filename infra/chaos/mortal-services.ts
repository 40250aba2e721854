import { setTimeout as sleep } from 'node:timers/promises'
import { freePort, type Service } from '../services/process.ts'
import { SYNCED_ALWAYS, startRedis } from '../services/redis.ts'
import { NATIVE, SERVICE_NAMES, type ServiceName } from '../services/start.ts'

const ATTEMPTS = 3
/** As long as this nobody answers at its port. */
const AWAY_MS = 500

const START = { ...NATIVE, redis: (options) => startRedis(options, SYNCED_ALWAYS) } satisfies typeof NATIVE

/** A Kafka, a Redis and a ClickHouse that are killed and come back with their data. */
export interface MortalServices {
  readonly urls: Readonly<Record<ServiceName, string>>
  kill(name: ServiceName): Promise<void>
  /** Whether one of them was away since then. @param since  ms since 1970 */
  wereAway(since: number): boolean
  stop(): Promise<void>
}

/**
 * Starts them natively: in containers they could not be killed and keep their data.
 * @throws Error when one of them cannot be started
 */
export async function startMortalServices(folder: string): Promise<MortalServices> {
  const running = new Map<ServiceName, Service>()
  const ports = { kafka: await freePort(), redis: await freePort(), clickhouse: await freePort() }
  const start = async (name: ServiceName): Promise<void> =>
    void running.set(name, await START[name]({ folder, port: ports[name], detached: false }))
  const stop = async (): Promise<void> => {
    await Promise.all([...running.values()].map((service) => service.stop()))
  }
  let lastBack = 0
  try {
    await Promise.all(SERVICE_NAMES.map((name) => insist(() => start(name))))
  } catch (error) {
    await stop()
    throw error
  }
  const urlOf = (name: ServiceName): string => (running.get(name) as Service).url
  return {
    urls: { kafka: urlOf('kafka'), redis: urlOf('redis'), clickhouse: urlOf('clickhouse') },
    async kill(name) {
      lastBack = Number.POSITIVE_INFINITY
      await running.get(name)?.kill()
      await sleep(AWAY_MS)
      await insist(() => start(name))
      lastBack = Date.now()
    },
    wereAway: (since) => lastBack > since,
    stop,
  }
}

/** On a machine with much to do a broker may take more than the minute that it is given. @throws its last failure */
async function insist(start: () => Promise<void>): Promise<void> {
  for (let left = ATTEMPTS - 1; ; left--) {
    try {
      return await start()
    } catch (error) {
      if (left === 0) throw error
    }
  }
}
