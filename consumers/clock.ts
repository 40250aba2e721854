import { setTimeout as sleep } from 'node:timers/promises'

/** Time and chance as the consume loop sees them, so that a simulation can have others. */
export interface Clock {
  /** ms since 1970. */
  now(): number
  /** From 0 to 1. */
  random(): number
  /** Ends early when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** @returns calls it off */
  after(ms: number, run: () => void): () => void
}

export const systemClock: Clock = {
  now: Date.now,
  random: Math.random,
  sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
  after(ms, run) {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
