import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url))
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
 * @throws Error with what it printed, if it ends before that
 */
export async function startFoldstream(
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<FoldstreamProcess> {
  const child = spawn(process.execPath, [CLI, 'start', ...args], {
    env: { ...process.env, REBUILD_INTERVAL: 'off', TUNING_BUDGET: 'off', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const exited = once(child, 'exit') as Promise<[number | null]>
  const url = await new Promise<string>((resolve, reject) => {
    const hear = (data: Buffer): void => {
      output += data.toString()
      const up = UP.exec(output)
      if (up) resolve(up[1] ?? '')
    }
    child.stdout.on('data', hear)
    child.stderr.on('data', hear)
    exited.then(([code]) => reject(new Error(`foldstream ended with exit code ${code}:\n${output}`)), reject)
  })
  return {
    pid: child.pid as number,
    url,
    output: () => output,
    async stop() {
      child.kill('SIGTERM')
      return (await exited)[0]
    },
    async kill() {
      child.kill('SIGKILL')
      await exited
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
