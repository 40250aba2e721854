import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brokerProperties } from './kafka.ts'
import type { Service } from './process.ts'
import { REDIS_ARGUMENTS } from './redis.ts'

/** The image, with its version, that `docker-compose.yml` pins. */
function composeImage(repository: string): string {
  const compose = readFileSync(new URL('../../docker-compose.yml', import.meta.url), 'utf8')
  const image = new RegExp(`image: (${repository}:\\S+)`).exec(compose)?.[1]
  if (image === undefined) throw new Error(`docker-compose.yml names no image of ${repository}`)
  return image
}

type Containers = Record<'kafka' | 'redis' | 'clickhouse', (port: number) => Promise<Service>>

/**
 * Starts the services in containers, which testcontainers removes with this process: their data goes with them.
 * @returns undefined where there is no container engine
 */
export async function containers(): Promise<Containers | undefined> {
  const { GenericContainer, getContainerRuntimeClient, Wait } = await import('testcontainers')
  try {
    await getContainerRuntimeClient()
  } catch {
    return undefined
  }
  const start = async (container: InstanceType<typeof GenericContainer>, url: string): Promise<Service> => {
    const started = await container.start()
    const stop = async () => void (await started.stop({ timeout: 15_000 }))
    return { url, pid: undefined, stop, kill: async () => void (await started.stop({ timeout: 0 })) }
  }
  return {
    kafka: (port) => {
      const properties = Object.entries(brokerProperties(`:${port}`, `127.0.0.1:${port}`, port + 1))
      const variables = properties.map(([key, value]) => [`KAFKA_${key.toUpperCase().replaceAll('.', '_')}`, value])
      const container = new GenericContainer(composeImage('apache/kafka'))
        .withEnvironment(Object.fromEntries(variables))
        .withExposedPorts({ container: port, host: port })
        .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
      return start(container, `kafka://127.0.0.1:${port}`)
    },
    redis: (port) => {
      const container = new GenericContainer(composeImage('redis'))
        .withCommand(['redis-server', ...REDIS_ARGUMENTS])
        .withExposedPorts({ container: 6379, host: port })
        .withWaitStrategy(Wait.forLogMessage(/Ready to accept connections/))
      return start(container, `redis://127.0.0.1:${port}`)
    },
    clickhouse: (port) => {
      const container = new GenericContainer(composeImage('clickhouse/clickhouse-server'))
        .withEnvironment({ CLICKHOUSE_SKIP_USER_SETUP: '1' })
        .withExposedPorts({ container: 8123, host: port })
        .withWaitStrategy(Wait.forHttp('/ping', 8123))
      return start(container, `http://127.0.0.1:${port}`)
    },
  }
}

const compose = (...args: string[]) =>
  promisify(execFile)('docker', ['compose', ...args], { cwd: fileURLToPath(new URL('../..', import.meta.url)) })

const hasCompose = () =>
  compose('ps').then(
    () => true,
    () => false,
  )

/**
 * Starts services of `docker-compose.yml` and waits until they are healthy; their volumes keep the data.
 * @returns false where there is no container engine, or no compose
 */
export async function composeUp(services: readonly string[]): Promise<boolean> {
  if (!(await hasCompose())) return false
  await compose('up', '--detach', '--wait', ...services)
  return true
}

/** Stops them, if there is an engine. */
export async function composeDown(services: readonly string[]): Promise<void> {
  if (await hasCompose()) await compose('stop', ...services)
}
