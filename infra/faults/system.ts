import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Random } from '../../models/linalg/random.ts'
import { postJson } from '../bench/system.ts'
import { startClickHouse } from '../services/clickhouse.ts'
import { type FoldstreamProcess, startFoldstream } from '../services/foldstream.ts'
import { startKafka } from '../services/kafka.ts'
import { freePort, type Service } from '../services/process.ts'
import { startRedis } from '../services/redis.ts'
import type { ServiceName } from '../services/start.ts'
import { type FaultyProxy, startProxy } from './proxy.ts'

/** Whether there is a model is asked, not how good it is. */
const SMALL_MODEL = { FACTORS: '16', EPOCHS: '4' }

/** foldstream on real services with a proxy before each: the gateway is a process of its own, the other roles are another. */
export interface FaultySystem {
  readonly gateway: FoldstreamProcess
  readonly consumers: FoldstreamProcess
  readonly proxies: Readonly<Record<ServiceName, FaultyProxy>>
  /** Where the stores are, for other processes. */
  readonly env: Readonly<Record<string, string>>
  stop(): Promise<void>
}

/**
 * Starts services of its own: Kafka tells its clients where to go on, which here is the proxy.
 * @param folder  where they keep data and logs
 * @throws Error when one of them cannot be started
 */
export async function startFaultySystem(folder: string, random: Random): Promise<FaultySystem> {
  const open: (() => Promise<unknown>)[] = []
  /** Ends everything, even where something ends badly, which is thrown then. */
  async function stop(): Promise<void> {
    const failures: unknown[] = []
    for (const close of open.toReversed()) await close().catch((error: unknown) => failures.push(error))
    if (failures.length > 0) throw failures[0]
  }
  async function behindProxy(name: ServiceName, start: (port: number, front: string) => Promise<Service>) {
    const port = await freePort()
    const proxy = await startProxy(port, random)
    open.push(proxy.close)
    const service = await start(port, `127.0.0.1:${proxy.port}`)
    open.push(service.kill)
    return [name, proxy] as const
  }
  const at = (port: number) => ({ folder, port, detached: false })
  try {
    const started = await Promise.allSettled([
      behindProxy('kafka', (port, front) => startKafka(at(port), front)),
      behindProxy('redis', (port) => startRedis(at(port))),
      behindProxy('clickhouse', (port) => startClickHouse(at(port))),
    ])
    const failed = started.find((outcome) => outcome.status === 'rejected')
    if (failed) throw failed.reason
    const proxies = Object.fromEntries(
      started.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
    ) as Record<ServiceName, FaultyProxy>
    const redis = `redis://127.0.0.1:${proxies.redis.port}`
    const env = {
      ...SMALL_MODEL,
      DATA_DIR: join(folder, 'data'),
      EVENT_LOG_URL: `kafka://127.0.0.1:${proxies.kafka.port}`,
      USER_STATE_URL: redis,
      MODEL_STORE_URL: redis,
      RATING_STORE_URL: `http://127.0.0.1:${proxies.clickhouse.port}`,
      LOG_LEVEL: 'warn',
    }
    const start = async (roles: string): Promise<FoldstreamProcess> => {
      const system = await startFoldstream(['--port', '0', '--roles', roles], env)
      open.push(async () => {
        const code = await system.stop()
        if (code !== 0) throw new Error(`${roles} ended with exit code ${code}:\n${system.output()}`)
      })
      return system
    }
    const [gateway, consumers] = await Promise.all([start('gateway'), start('updater,sink,rebuilder')])
    return { gateway, consumers, proxies, env, stop }
  } catch (error) {
    await stop().catch(() => {})
    throw error
  }
}

/** Puts some items and ratings into a system that has none, and waits for its first model. */
export async function fill(url: string, { users, items }: { users: number; items: number }): Promise<void> {
  await postJson(
    `${url}/v1/items`,
    Array.from({ length: items }, (_, n) => ({ itemId: `film-${n}`, title: `Film ${n}`, genres: ['Drama'] })),
  )
  // Each likes a row of eight, which no two share whole.
  const liked = Array.from({ length: 8 * users }, (_, n) => ({
    userId: `user-${n % users}`,
    itemId: `film-${((n % users) + Math.floor(n / users) ** 2) % items}`,
    value: 5,
  }))
  await postJson(`${url}/v1/ratings`, liked)
  await until(
    async () => (await fetch(`${url}/readyz`)).status === 200,
    60_000,
    () => 'there is no model',
  )
}

/** Waits until `isSo`. @throws Error, in the words of `why`, when it is not in time */
export async function until(isSo: () => Promise<boolean>, patienceMs: number, why: () => string): Promise<void> {
  const deadline = performance.now() + patienceMs
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`${why()}, in ${patienceMs / 1000} s`)
    await sleep(100)
  }
}
