import { UnavailableError } from '../../infra/errors.ts'
import type { Schedule } from './schedule.fixture.ts'

/** How badly things go. */
export interface Weather {
  /** Of all calls, how many fail before they had their effect, and after it. */
  failures: number
  /** The longest that a call takes to get there, and its answer to get back, in ms. */
  latencyMs: number
}

/** A process that calls services, and may die between any two of its steps. */
export interface Process {
  readonly name: string
  kill(): void
  isDead(): boolean
  /** A call over the network: late, or failing, or heard of by nobody. */
  call<T>(effect: () => T | Promise<T>): Promise<T>
}

const NEVER = new Promise<never>(() => {})

export function createProcess(name: string, schedule: Schedule, weather: Weather): Process {
  let isDead = false

  async function travel(): Promise<void> {
    await schedule.delay(weather.latencyMs)
    // Of a process that is gone nothing happens any more.
    if (isDead) await NEVER
    if (schedule.chance(weather.failures)) throw new UnavailableError('simulated failure')
  }

  return {
    name,
    kill() {
      isDead = true
    },
    isDead: () => isDead,
    async call(effect) {
      await travel()
      const result = await effect()
      await travel()
      return result
    },
  }
}
