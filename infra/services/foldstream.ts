import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { spawnWithThisProcess } from './process.ts'

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url))
const UP_WITHIN_MS = 120_000
const UP = /listening on (http:\/\/\S+)|running without a port/

/** A foldstream process of its own, as a user would run it. For integration tests and benchmarks. */
export interface FoldstreamProcess {
  readonly pid: number
  /** '' for a role that opens no port. */
  readonly url: string
  /** All it has printed so far. */
  output(): string
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>
}

/**
 * Starts `npm start -- ...args` without npm between, and waits until it listens.
 * @throws Error with what it printed, if it ends before that, or takes longer than two minutes
 */
export async function startFoldstream(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<FoldstreamProcess> {
  const { child, exited, output, heard } = spawnCommand(['start', ...args], env)
  // One that hangs ends too, so that what it printed is told.
  const late = setTimeout(() => child.kill('SIGKILL'), UP_WITHIN_MS)
  const url = await new Promise<string>((resolve, reject) => {
    heard(() => {
      const up = UP.exec(output())
      if (up) resolve(up[1] ?? '')
    })
    exited.then((code) => reject(new Error(`foldstream ended with exit code ${code}:\n${output()}`)), reject)
  }).finally(() => clearTimeout(late))
  return {
    pid: child.pid as number,
    url,
    output,
    async stop() {
      child.kill('SIGTERM')
      return await exited
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** Runs `npm run COMMAND -- ...args` (the command is the first word) to its end, without npm between. */
export async function runFoldstream(
  words: readonly string[],
  env: Record<string, string> = {},
): Promise<{ code: number | null; output: string }> {
  const { exited, output } = spawnCommand(words, env)
  return { code: await exited, output: output() }
}

function spawnCommand(words: readonly string[], env: Record<string, string>) {
  const child = spawnWithThisProcess(process.execPath, [CLI, ...words], {
    env: { ...process.env, REBUILD_INTERVAL: 'off', TUNING_BUDGET: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const pipes = [child.stdout, child.stderr].filter((pipe) => pipe !== null)
  for (const pipe of pipes)
    pipe.on('data', (data: Buffer) => {
      output += data.toString()
    })
  return {
    child,
    /** Both pipes read to their end, too. @returns the exit code; null: a signal ended it */
    exited: once(child, 'close').then(([code]): number | null => code),
    output: () => output,
    heard(listener: () => void): void {
      for (const pipe of pipes) pipe.on('data', listener)
    },
  }
}

/** Largest resident memory the process ever had, in MiB; undefined where the system does not tell (it does on Linux). */
export function peakMemoryMiB(pid: number): number | undefined {
  try {
    const [, kib] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kib === undefined ? undefined : Number(kib) / 1024
  } catch {
    return undefined
  }
}
