import { Refusal } from './refusal.ts'

/** A running query holds one of the four threads that Node has for files and the like, which the stores need too. */
const RUNNING = 2
/** A dashboard asks for all its charts at once. */
const WAITING = 100

/** Lets so many at a time run, and so many wait, first come, first served. */
export function createTurns(running = RUNNING, waiting = WAITING) {
  let free = running
  const line: (() => void)[] = []

  async function take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    if (free > 0) {
      free -= 1
      return
    }
    if (line.length >= waiting)
      throw new Refusal(
        'TOO_MANY_SIMULTANEOUS_QUERIES',
        `Too many simultaneous queries: ${running} run and ${waiting} wait. Ask again later`,
      )
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = (): void => {
        line.splice(line.indexOf(go), 1)
        reject(signal.reason)
      }
      line.push(go)
      signal.addEventListener('abort', leave, { once: true })
    })
  }

  function give(): void {
    const next = line.shift()
    if (next) next()
    else free += 1
  }

  /** @throws Refusal when too many wait; what the signal says, if it comes before the turn */
  return async function inTurn<T>(signal: AbortSignal, job: () => Promise<T>): Promise<T> {
    await take(signal)
    try {
      return await job()
    } finally {
      give()
    }
  }
}
