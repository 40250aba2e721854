import { Problem } from './problems.ts'
import { createRateLimiter } from './rate-limit.ts'

/**
 * What those ask for who come by the pages without a key. Each is counted apart: whoever runs it gets to the pages of operators
 * however many look at films, and who loads many posters does not use up the lists of others.
 */
type Visited = 'films' | 'operation' | 'posters'

export interface Visits {
  /** Counts one. @returns ms to wait; 0: none */
  count(what: Visited): number
  /** Counts one of the films. @throws Problem where there were too many */
  refuseTooMany(): void
}

/**
 * Visitors of the pages, of whom anybody may be as many as they like, keep to the rate of one key together.
 * @param rate  requests a second; Infinity: as many as they like
 */
export function createVisits(rate: number): Visits {
  const take = createRateLimiter()
  const asked: Readonly<Record<Visited, object>> = { films: {}, operation: {}, posters: {} }
  const count = (what: Visited): number => take(asked[what], rate)
  return {
    count,
    refuseTooMany: () => refuseTooFast('Visitors of the pages together', count('films'), rate),
  }
}

/** @throws Problem unless there is nothing to wait for */
export function refuseTooFast(who: string, waitMs: number, rate: number): void {
  if (waitMs === 0) return
  throw new Problem(
    'too-many-requests',
    `${who} may ask ${rate} times a second, and did more often. Nothing was done; ask again later.`,
    { headers: { 'retry-after': String(Math.ceil(waitMs / 1000)) } },
  )
}
