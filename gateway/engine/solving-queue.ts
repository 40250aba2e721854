import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from '../../infra/logging.ts'

/** What happens together is looked at together. */
const GATHER_MS = 50
/** Whoever rated may not be written yet. */
const RETRY_MS = 150
const MAX_TRIES = 5
/**
 * After an item others have the event loop for this long a rater: some ten times what it takes to read one of a hundred ratings. Not
 * for ten times as long as it took: on a busy machine most of that was waiting.
 */
const REST_MS_A_RATER = 1

export interface SolvingQueue {
  /** The item is to be solved. One that waits already stays where it is. */
  add(itemId: string): void
  remove(itemId: string): void
}

interface Solving {
  /** @returns whether all was there that it goes by; otherwise it is tried again after a while */
  solve(itemId: string): Promise<boolean>
  /** How many raters it goes by. */
  ratersOf(itemId: string): number
  isSolved(itemId: string): boolean
  readonly logger: Logger
  /** Aborted: nothing more is solved. */
  readonly signal: AbortSignal
}

/**
 * Items that are solved one after the other, with pauses. Those that never were go first, and do not wait for the pauses of the
 * others: what everybody rates is solved again and again, and would hold them up.
 */
export function createSolvingQueue({ solve, ratersOf, isSolved, logger, signal }: Solving): SolvingQueue {
  /** How often each was tried. */
  const first = new Map<string, number>()
  const again = new Map<string, number>()
  /** Until then nothing is solved again. */
  let restsUntil = Number.NEGATIVE_INFINITY
  let firstCame = Promise.withResolvers<void>()
  let isWorking = false

  function enter(itemId: string, tries: number): void {
    if (isSolved(itemId)) again.set(itemId, tries)
    else {
      first.set(itemId, tries)
      firstCame.resolve()
    }
    void work()
  }

  async function work(): Promise<void> {
    if (isWorking) return
    isWorking = true
    await pause(GATHER_MS)
    while (first.size + again.size > 0 && !signal.aborted) {
      if (first.size === 0 && performance.now() < restsUntil) await rest()
      else await solveNext(first.size > 0 ? first : again)
    }
    isWorking = false
  }

  /** As long as it needs to, or until there is something that does not wait for that. */
  async function rest(): Promise<void> {
    firstCame = Promise.withResolvers()
    await Promise.race([pause(restsUntil - performance.now()), firstCame.promise])
  }

  async function solveNext(waiting: Map<string, number>): Promise<void> {
    const [[itemId, tries]] = waiting as unknown as [[string, number]]
    waiting.delete(itemId)
    const restMs = REST_MS_A_RATER * ratersOf(itemId)
    if (!(await isDone(itemId)) && tries + 1 < MAX_TRIES) retryLater(itemId, tries + 1)
    restsUntil = Math.max(restsUntil, performance.now()) + restMs
    if (waiting === first) await pause(restMs)
  }

  async function isDone(itemId: string): Promise<boolean> {
    try {
      return await solve(itemId)
    } catch (error) {
      logger.warn({ err: error, itemId }, 'a new item could not be folded in; it is tried again')
      return false
    }
  }

  function retryLater(itemId: string, tries: number): void {
    setTimeout(() => {
      if (!signal.aborted) enter(itemId, tries)
    }, RETRY_MS * tries).unref()
  }

  return {
    add: (itemId) => enter(itemId, 0),
    remove(itemId) {
      first.delete(itemId)
      again.delete(itemId)
    },
  }
}

const pause = (ms: number): Promise<void> => sleep(ms, undefined, { ref: false })
