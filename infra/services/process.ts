import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { accessSync, constants } from 'node:fs'
import { mkdir, open, readFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { delimiter, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A running service that answers. */
export interface Service {
  /** As the `…_URL` variables take it. */
  readonly url: string
  /** undefined: it runs in a container. */
  readonly pid: number | undefined
  /** Ends it in order: SIGTERM, and SIGKILL after 15 s. Its data stays in its folder. */
  stop(): Promise<void>
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>
}

export interface StartOptions {
  /** Data and logs of the service; it goes on with what it finds there. */
  readonly folder: string
  readonly port: number
  /** Outlives this process. */
  readonly detached: boolean
}

interface Command {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** What it prints once it answers. */
  readonly ready: RegExp
  readonly readyWithinMs: number
}

const STOP_DEADLINE_MS = 15_000
const POLL_INTERVAL_MS = 20

/** Starts a process that logs to `folder/NAME.log`. @throws Error with the end of that log if it does not get ready */
export async function startProcess(
  { name, command, args, ready, readyWithinMs }: Command,
  { folder, detached }: StartOptions,
): Promise<Omit<Service, 'url'>> {
  await mkdir(folder, { recursive: true })
  const logPath = join(folder, `${name}.log`)
  const log = await open(logPath, 'a')
  const before = (await log.stat()).size
  const started = { cwd: folder, stdio: ['ignore', log.fd, log.fd] } satisfies SpawnOptions
  const child = detached ? spawn(command, args, { ...started, detached }) : spawnWithThisProcess(command, args, started)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`))
  })
  await log.close()
  if (detached) child.unref()

  const written = async () => (await readFile(logPath)).subarray(before).toString()
  const end = async (signal: NodeJS.Signals) => {
    child.kill(signal)
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_DEADLINE_MS)
    await ended
    clearTimeout(late)
  }
  let outcome: string | undefined
  ended.then((how) => {
    outcome = how
  })
  const deadline = Date.now() + readyWithinMs
  for (;;) {
    if (ready.test(await written())) {
      return { pid: child.pid, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }
    }
    if (outcome !== undefined) break
    if (Date.now() > deadline) {
      await end('SIGKILL')
      outcome = `no answer in ${readyWithinMs / 1000} s`
      break
    }
    await sleep(POLL_INTERVAL_MS)
  }
  const lastLines = (await written()).trimEnd().split('\n').slice(-5).join('\n  ')
  throw new Error(`${name} did not start (${outcome}); the end of ${logPath}:\n  ${lastLines}`)
}

/** Spawns a process that ends with this one at the latest, even if this one is killed where Linux' setpriv is at hand. */
export function spawnWithThisProcess(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  const words = onPath('setpriv') ? ['setpriv', '--pdeathsig', 'KILL', command, ...args] : [command, ...args]
  const child = spawn(words[0] as string, words.slice(1), options)
  endWithThisProcess(child)
  return child
}

const ours = new Set<ChildProcess>()
let watching = false

/** Covers a normal exit, and the signals that nobody else handles. */
function endWithThisProcess(child: ChildProcess) {
  ours.add(child)
  child.once('exit', () => ours.delete(child))
  if (watching) return
  watching = true
  const killAll = () => {
    for (const other of ours) other.kill('SIGKILL')
  }
  process.once('exit', killAll)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      if (process.listenerCount(signal) > 0) return
      killAll()
      process.kill(process.pid, signal)
    })
  }
}

/** Whether a command of that name can be run. */
export function onPath(command: string): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/**
 * Ports below those that systems hand out by themselves (Linux from 32,768 on): one of those may be the near end of
 * somebody's connection by the time that a service has come up to listen there.
 */
const LISTENED_AT = { from: 20_000, to: 32_768 }

/** A port that was free a moment ago: the first free one from `preferred` on, or any. */
export async function freePort(preferred?: number): Promise<number> {
  for (let port = preferred ?? randomInt(LISTENED_AT.from, LISTENED_AT.to); ; port++) {
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
}
