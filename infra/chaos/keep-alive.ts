import { setTimeout as sleep } from 'node:timers/promises'
import { pauseBefore } from '../backoff.ts'
import type { Fault } from './fault.ts'
import type { Place } from './places.ts'
import { deathOf, endedBadly, KILLED, type Mortal, stopped } from './process.ts'

/** A process that keeps ending takes the machine from those that it waits for. */
const PAUSE = { firstMs: 500, longestMs: 8_000 }

const LOOK_MS = 50

/** A role that is started again whenever it ends, as a supervisor does. */
export interface Kept {
  /** Resolves when it has died at its place. */
  readonly dead: Promise<void>
  /** Ends it in order. @returns faults of all its lives */
  stop(): Promise<Fault[]>
  /** Ends it at once, wherever it is. */
  kill(): void
}

/**
 * @param spawn    starts it; `diesAt` as for `spawnMortal`
 * @param place    where it is to die once; undefined: nowhere
 * @param mayFail  whether something that it needs was away since then: then it may have ended by itself
 */
export function keepAlive(
  spawn: (diesAt: string | undefined) => Mortal,
  place: Place | undefined,
  mayFail: (since: number) => boolean,
): Kept {
  const dead = Promise.withResolvers<void>()
  const faults: Fault[] = []
  let open = place
  let isOver = false
  let current = spawn(open?.diesAt)
  if (open === undefined) dead.resolve()

  /** @returns whether it was killed */
  async function live(): Promise<boolean> {
    const since = Date.now()
    const how = await (open ? deathOf(current, open) : current.ended)
    // Ended by `stop`, which looks at it.
    if (isOver) return false
    faults.push(...current.found())
    const isKilled = how === KILLED
    if (!isKilled && mayFail(since)) return false
    if (!isKilled) faults.push(endedBadly(current, open?.name ?? 'nobody killed it', how))
    open = undefined
    dead.resolve()
    return isKilled
  }

  void (async () => {
    for (let failures = 0; ; current = spawn(open?.diesAt)) {
      failures = (await live()) ? 0 : failures + 1
      if (!isOver) await sleep(pauseBefore(failures, PAUSE))
      if (isOver) return
    }
  })()
  return {
    dead: dead.promise,
    async stop() {
      await dead.promise
      while (current.hasEnded()) await sleep(LOOK_MS)
      isOver = true
      return [...faults, ...(await stopped(current))]
    },
    kill() {
      isOver = true
      current.kill()
    },
  }
}
