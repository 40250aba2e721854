import { UnavailableError } from '../errors.ts'
import type { Session } from '../rating-store/connection.ts'

/** Charts that may wait for their turn: a page asks for some twenty. */
const MAX_WAITING = 200

/** Lends a few sessions, each to one at a time: on chdb the queries of one wait for each other anyway. */
export function lendSessions(open: () => Promise<Session>, size: number) {
  let free: Promise<Session[]> | undefined
  const waiting: (() => void)[] = []
  let lent = 0

  async function take(): Promise<Session> {
    if (lent >= size) {
      if (waiting.length >= MAX_WAITING)
        throw new UnavailableError('More charts are asked for than can be answered. Ask again in a few seconds')
      await new Promise<void>((resolve) => waiting.push(resolve))
    } else lent++
    free ??= Promise.all(Array.from({ length: size }, open))
    try {
      return (await free).pop() as Session
    } catch (error) {
      // The next one tries to open them again.
      free = undefined
      pass()
      throw error
    }
  }

  /** The place of whoever is done goes to the next. */
  function pass(): void {
    const next = waiting.shift()
    if (next) next()
    else lent--
  }

  /** Runs `use` on a session of its own. @throws UnavailableError when too many wait already */
  return async function withSession<T>(use: (session: Session) => Promise<T>): Promise<T> {
    const session = await take()
    try {
      return await use(session)
    } finally {
      ;(await free)?.push(session)
      pass()
    }
  }
}
