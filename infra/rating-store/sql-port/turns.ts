import { Refusal } from './refusal.ts'

const LIMITS = {
  /** A running query holds one of the four threads that Node has for files and the like, which the stores need too. */
  running: 2,
  /** Those that run, and those that were left behind. */
  threads: 3,
  /** A dashboard asks for all its charts at once. */
  waiting: 100,
  /** From when a query is to end until it is left behind. */
  graceMs: 3_000,
}

export type TurnLimits = Partial<typeof LIMITS>

interface Waiting {
  go(): void
  refuse(reason: Refusal): void
}

/**
 * Lets so many jobs at a time run, and so many wait, first come, first served.
 *
 * ClickHouse looks at whether a query is to end between blocks of rows, and within a call of a function it cannot be told. A job that goes
 * on all the same is left behind: whoever waits for it is told, and its turn is another's, as long as there are threads.
 * @param onLeft  of how many go on now that are to end
 */
export function createTurns(onLeft: (left: number) => void, limits: TurnLimits = {}) {
  const { running, threads, waiting, graceMs } = { ...LIMITS, ...limits }
  let free = running
  /** Left behind, and how many of these keep their turn. */
  let [left, kept] = [0, 0]
  const line: Waiting[] = []

  async function take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (free > 0) {
      free -= 1
      return
    }
    if (kept === running) throw noThreads()
    if (line.length >= waiting)
      throw new Refusal(
        'TOO_MANY_SIMULTANEOUS_QUERIES',
        `Too many simultaneous queries: ${running} run and ${waiting} wait. Ask again later`,
      )
    await new Promise<void>((resolve, reject) => {
      const leave = (): void => {
        line.splice(line.indexOf(waiter), 1)
        reject(signal.reason)
      }
      const settled = (): void => signal.removeEventListener('abort', leave)
      const waiter: Waiting = {
        go() {
          settled()
          resolve()
        },
        refuse(reason) {
          settled()
          reject(reason)
        },
      }
      line.push(waiter)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  function give(): void {
    const next = line.shift()
    if (next) next.go()
    else free += 1
  }

  function leaveBehind(): void {
    left += 1
    if (running + left <= threads) give()
    else kept += 1
    if (kept === running) for (const { refuse } of line.splice(0)) refuse(noThreads())
    onLeft(left)
  }

  function comeBack(): void {
    left -= 1
    if (kept === 0) return
    kept -= 1
    give()
  }

  /**
   * @param signal  when it comes, the job ends soon, or is left behind
   * @throws Refusal when too many wait; what the signal says, if it comes before the turn, or the job is left behind
   */
  return async function inTurn<T>(signal: AbortSignal, job: () => Promise<T>): Promise<T> {
    await take(signal)
    const late = Promise.withResolvers<never>()
    let isLeft = false
    let timer: NodeJS.Timeout | undefined
    const leave = (): void => {
      isLeft = true
      leaveBehind()
      late.reject(signal.reason)
    }
    const leaveSoon = (): void => {
      timer = setTimeout(leave, graceMs)
    }
    if (signal.aborted) leaveSoon()
    else signal.addEventListener('abort', leaveSoon, { once: true })
    const ended = job().finally(() => {
      clearTimeout(timer)
      signal.removeEventListener('abort', leaveSoon)
      if (isLeft) comeBack()
      else give()
    })
    return Promise.race([ended, late.promise])
  }

  function noThreads(): Refusal {
    return new Refusal(
      'TOO_MANY_SIMULTANEOUS_QUERIES',
      `${left} queries that are to end go on within a call: there is no thread for more until they end, or foldstream is started again`,
    )
  }
}
