import { execFile } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ConfigError, messageOf } from '../errors.ts'
import { composeDown, composeUp } from './docker.ts'
import { freePort } from './process.ts'
import { NATIVE, SERVICE_NAMES, type ServiceName } from './start.ts'

const DEFAULT_PORTS: Record<ServiceName, number> = { kafka: 9092, redis: 6379, clickhouse: 8123 }
const SCHEMES: Record<ServiceName, string> = { kafka: 'kafka', redis: 'redis', clickhouse: 'http' }
const VARIABLES = {
  EVENT_LOG_URL: 'kafka',
  USER_STATE_URL: 'redis',
  RATING_STORE_URL: 'clickhouse',
  MODEL_STORE_URL: 'redis',
} as const
const STOP_DEADLINE_MS = 15_000

/** What was started, and where. The URL outlives `down`, so that the next `up` gives the same one if it is still free. */
interface Started {
  readonly url: string
  /** undefined: it is down, or runs in a container. */
  readonly pid?: number
}
type State = Partial<Record<ServiceName, Started>>

/**
 * `up` starts Kafka, Redis and ClickHouse in the background and prints the variables to set; `down` stops what `up` started.
 * Each may be repeated. Data and logs stay in `.services`.
 * @returns 0; 1 when one of them could not be started
 * @throws ConfigError on another word
 */
export async function servicesCommand(args: readonly string[]): Promise<number> {
  const folder = resolve('.services')
  if (args.length === 1 && args[0] === 'up') return up(folder)
  if (args.length === 1 && args[0] === 'down') return down(folder)
  throw new ConfigError(`expected 'up' or 'down', not '${args.join(' ')}'`)
}

async function up(folder: string): Promise<number> {
  await mkdir(folder, { recursive: true })
  const state = await readState(folder)
  const failures: string[] = []
  if (await composeUp(SERVICE_NAMES)) {
    for (const name of SERVICE_NAMES) state[name] = { url: `${SCHEMES[name]}://127.0.0.1:${DEFAULT_PORTS[name]}` }
  } else {
    await Promise.all(
      SERVICE_NAMES.map(async (name) => {
        try {
          state[name] = await startDetached(name, folder, state[name])
        } catch (error) {
          delete state[name]
          failures.push(`${name}: ${messageOf(error)}`)
        }
      }),
    )
  }
  await writeState(folder, state)
  for (const [variable, name] of Object.entries(VARIABLES)) {
    const url = state[name]?.url
    if (url) console.log(`export ${variable}=${url}`)
  }
  console.error(`data and logs: ${folder}; to stop: npm run services -- down`)
  for (const failure of failures) console.error(`\nnot started: ${failure}`)
  return failures.length === 0 ? 0 : 1
}

async function startDetached(name: ServiceName, folder: string, before: Started | undefined): Promise<Started> {
  if (before && (await isOurs(before.pid, folder))) return before
  console.error(`starting ${name}${name === 'kafka' ? ' (the first time, Maven fetches 43 MB for it)' : ''}`)
  const port = await freePort(before ? Number(new URL(before.url).port) : DEFAULT_PORTS[name])
  const { url, pid } = await NATIVE[name]({ folder, port, detached: true })
  return pid === undefined ? { url } : { url, pid }
}

async function down(folder: string): Promise<number> {
  await composeDown(SERVICE_NAMES)
  const state = await readState(folder)
  await Promise.all(
    SERVICE_NAMES.map(async (name) => {
      const started = state[name]
      if (started === undefined) return
      if (started.pid !== undefined && (await isOurs(started.pid, folder))) {
        await end(started.pid)
        console.error(`stopped ${name}`)
      }
      state[name] = { url: started.url }
    }),
  )
  if (Object.keys(state).length > 0) await writeState(folder, state)
  return 0
}

async function end(pid: number): Promise<void> {
  const deadline = Date.now() + STOP_DEADLINE_MS
  const signal = (name: NodeJS.Signals | 0): boolean => {
    try {
      return process.kill(pid, name)
    } catch {
      return false
    }
  }
  signal('SIGTERM')
  while (signal(0)) {
    if (Date.now() > deadline) signal('SIGKILL')
    await sleep(50)
  }
}

/** Process ids are used again: ours is one whose command line names our folder. */
async function isOurs(pid: number | undefined, folder: string): Promise<boolean> {
  if (pid === undefined) return false
  try {
    const commandLine =
      process.platform === 'linux'
        ? await readFile(`/proc/${pid}/cmdline`, 'utf8')
        : (await promisify(execFile)('ps', ['-ww', '-o', 'args=', '-p', String(pid)])).stdout
    return commandLine.includes(folder)
  } catch {
    return false
  }
}

async function readState(folder: string): Promise<State> {
  try {
    return JSON.parse(await readFile(join(folder, 'state.json'), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw error
  }
}

async function writeState(folder: string, state: State): Promise<void> {
  await writeFile(join(folder, 'state.json'), `${JSON.stringify(state, null, 2)}\n`)
}
