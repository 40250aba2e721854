import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { onPath, type Service, type StartOptions, startProcess } from './process.ts'

/** Test files take some databases each: isolation on one server. */
export const DATABASES = 16_384

/** What foldstream asks of a Redis, as command-line options. Also what the container is given. */
export const REDIS_ARGUMENTS = [
  ...['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--databases', String(DATABASES)],
]

/** Every write on disk before it is answered: not even the death of the machine takes one away. */
export const SYNCED_ALWAYS = ['--appendfsync', 'always'] as const

/**
 * Starts Redis, durable, without a password, on loopback.
 * @param more  command-line options
 * @throws Error when it is not installed or does not start
 */
export async function startRedis(options: StartOptions, more: readonly string[] = []): Promise<Service> {
  if (!onPath('redis-server')) {
    throw new Error('redis-server is not installed; on Debian: apt-get install redis-server')
  }
  const { port, folder } = options
  const data = join(folder, 'redis')
  await mkdir(data, { recursive: true })
  const started = await startProcess(
    {
      name: 'redis',
      command: 'redis-server',
      args: [
        '--port',
        String(port),
        '--bind',
        '127.0.0.1',
        '--dir',
        data,
        '--set-proc-title',
        'no',
        ...REDIS_ARGUMENTS,
        ...more,
      ],
      ready: /Ready to accept connections/,
      readyWithinMs: 30_000,
    },
    options,
  )
  return { ...started, url: `redis://127.0.0.1:${port}` }
}
