import { setImmediate as turn } from 'node:timers/promises'
import { seededRandom } from '../../models/linalg/random.ts'
import type { Clock } from '../clock.ts'

interface Due {
  readonly at: number
  run(): void
}

/** Virtual time, and everything that is to happen in it: the same for the same seed. */
export interface Schedule extends Clock {
  chance(share: number): boolean
  /** A whole number below `count`. */
  below(count: number): number
  /** Some time within so many ms. */
  delay(withinMs: number): Promise<void>
  /** Lets happen what is next. @returns false: nothing is due any more */
  step(): Promise<boolean>
}

export function createSchedule(seed: number): Schedule {
  const random = seededRandom(seed)
  const due: Due[] = []
  let time = 1_700_000_000_000

  function after(ms: number, run: () => void): () => void {
    const entry = { at: time + ms, run }
    due.push(entry)
    return () => {
      const place = due.indexOf(entry)
      if (place >= 0) due.splice(place, 1)
    }
  }

  return {
    now: () => Math.floor(time),
    random,
    chance: (share) => random() < share,
    below: (count) => Math.floor(random() * count),
    delay: (withinMs) => new Promise((resolve) => void after(random() * withinMs, resolve)),
    after,
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve()
        const stop = after(ms, resolve)
        signal.addEventListener('abort', () => {
          stop()
          resolve()
        })
      }),
    async step() {
      let next: Due | undefined
      for (const entry of due) if (!next || entry.at < next.at) next = entry
      if (!next) return false
      due.splice(due.indexOf(next), 1)
      time = next.at
      next.run()
      // All that follows from it, as far as it waits for nothing else.
      await turn()
      return true
    },
  }
}
