import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { spawnWithThisProcess } from '../services/process.ts'
import { type Fault, faultsIn } from './fault.ts'
import type { Place } from './places.ts'

/** A place that is not passed for so long is passed no more. */
const REACHED_WITHIN_MS = 90_000
/** What a role prints when it has begun, and takes signals. */
const UP = /listening on http|running without a port/
const LOOK_MS = 20
export const KILLED = 'SIGKILL'

export type Environment = Readonly<Record<string, string>>

/** A process that is to die. */
export interface Mortal {
  /** @returns how it ended: `SIGKILL`, or `exit code N` */
  readonly ended: Promise<string>
  hasEnded(): boolean
  /** At once, as a crash would. */
  kill(): void
  /** In order. */
  stop(): void
  output(): string
  /** Faults that it told of. */
  found(): Fault[]
}

/**
 * Starts `role.ts`, or another script of this folder.
 * @param diesAt  `PASSING BOUNDARY`; undefined: it lives until somebody kills it
 */
export function spawnMortal(
  words: readonly string[],
  env: Environment,
  { diesAt = '', script = 'role.ts' }: { readonly diesAt?: string | undefined; readonly script?: string } = {},
): Mortal {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const fixed = { REBUILD_INTERVAL: 'off', TUNING_BUDGET: 'off', FACTORS: '8', EPOCHS: '2', LOG_LEVEL: 'warn' }
  const child = spawnWithThisProcess(process.execPath, ['--disable-warning=TimeoutNegativeWarning', path, ...words], {
    env: { ...process.env, ...fixed, ...env, CHAOS_DIES_AT: diesAt },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  let isOver = false
  for (const pipe of [child.stdout, child.stderr])
    pipe?.on('data', (data: Buffer) => {
      output += data.toString()
    })
  return {
    ended: once(child, 'close').then(([code, signal]) => {
      isOver = true
      return signal ?? `exit code ${code}`
    }),
    hasEnded: () => isOver,
    kill: () => void child.kill('SIGKILL'),
    stop: () => void child.kill('SIGTERM'),
    output: () => output,
    found: () => faultsIn(output),
  }
}

/** Waits until a process has died at the place, or kills it there. @returns how it ended; `late`: it did not get there */
export async function deathOf(mortal: Mortal, { diesAt, afterMs }: Place): Promise<string> {
  const over = new AbortController()
  const waitMs = diesAt === undefined ? afterMs : REACHED_WITHIN_MS
  const how = await Promise.race([mortal.ended, sleep(waitMs, 'late', over)])
  over.abort()
  mortal.kill()
  await mortal.ended
  return how === 'late' && diesAt === undefined ? KILLED : how
}

/** The same, where nothing else may have ended it. @returns faults */
export async function untilDead(mortal: Mortal, place: Place): Promise<Fault[]> {
  const how = await deathOf(mortal, place)
  return [...mortal.found(), ...(how === KILLED ? [] : [endedBadly(mortal, `${place.name}: ended otherwise`, how)])]
}

/** Ends a process in order, once it is up. @returns faults */
export async function stopped(mortal: Mortal): Promise<Fault[]> {
  while (!mortal.hasEnded() && !UP.test(mortal.output())) await sleep(LOOK_MS)
  mortal.stop()
  const how = await mortal.ended
  return [...mortal.found(), ...(how === 'exit code 0' ? [] : [endedBadly(mortal, 'stopped in order', how)])]
}

export const endedBadly = (mortal: Mortal, what: string, how: string): Fault => ({
  told: `${what}: ${how === 'late' ? `nothing in ${REACHED_WITHIN_MS / 1000} s` : how}. It printed:\n${mortal.output()}`,
})
