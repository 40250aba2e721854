import { messageOf } from '../errors.ts'
import { startClickHouse } from './clickhouse.ts'
import { containers } from './docker.ts'
import { startKafka } from './kafka.ts'
import { freePort, type Service, type StartOptions } from './process.ts'
import { startRedis } from './redis.ts'

export const SERVICE_NAMES = ['kafka', 'redis', 'clickhouse'] as const
export type ServiceName = (typeof SERVICE_NAMES)[number]

/** A service that could not be started, and why, in a sentence that says what to do. */
export interface MissingService {
  readonly name: ServiceName
  readonly reason: string
}

export interface Services extends Partial<Record<ServiceName, Service>> {
  readonly missing: readonly MissingService[]
  /** Stops all of them. */
  stop(): Promise<void>
}

/** Starts a service natively. What stands in the folder from an earlier time is gone on with. */
export const NATIVE: Record<ServiceName, (options: StartOptions) => Promise<Service>> = {
  kafka: startKafka,
  redis: startRedis,
  clickhouse: startClickHouse,
}

/**
 * Starts real services, at the same time: in containers where there is an engine, natively otherwise. They end with this
 * process at the latest. One that cannot be had is listed as missing, never thrown.
 * @param folder  where natively started ones keep data and logs, one after the other
 */
export async function startServices(options: {
  readonly folder: string
  readonly only?: readonly ServiceName[]
  readonly ports?: Partial<Record<ServiceName, number>>
}): Promise<Services> {
  const { folder, only = SERVICE_NAMES, ports = {} } = options
  const engine = only.length > 0 ? await containers() : undefined
  const started: Partial<Record<ServiceName, Service>> = {}
  const missing: MissingService[] = []
  await Promise.all(
    only.map(async (name) => {
      try {
        const port = ports[name] ?? (await freePort())
        started[name] = await (engine ? engine[name](port) : NATIVE[name]({ folder, port, detached: false }))
      } catch (error) {
        missing.push({ name, reason: messageOf(error) })
      }
    }),
  )
  const stop = async () => {
    await Promise.all(Object.values(started).map((service) => service.stop()))
  }
  return { ...started, missing, stop }
}
