import { runs } from './by-user.ts'
import type { Ratings } from './ratings.ts'
import { MAX_EXAMPLES } from './rejected.ts'

/** One second holds so much of the data that it tells when ratings were written down, not when they were given. */
const SUSPICIOUS_SHARE = 0.01
const SUSPICIOUS_RATINGS = 10

export interface Instant {
  /** Since 1970. */
  readonly second: number
  readonly ratings: number
  readonly users: number
}

/**
 * Seconds with a hundredth of all ratings or more, the fullest first.
 * @param ascending all seconds
 */
export function crowdedInstants({ users, seconds }: Ratings, ascending: Uint32Array): Instant[] {
  const atLeast = Math.max(SUSPICIOUS_RATINGS, SUSPICIOUS_SHARE * ascending.length)
  const crowded = [...runs(ascending).filter(({ ratings }) => ratings >= atLeast)]
  if (crowded.length === 0) return []
  crowded.sort((a, b) => b.ratings - a.ratings)
  const whose = new Map(crowded.slice(0, MAX_EXAMPLES).map(({ second }) => [second, new Set<number>()]))
  for (const [rating, second] of seconds.entries()) whose.get(second)?.add(users[rating] as number)
  return crowded.map(({ second, ratings }) => ({ second, ratings, users: whose.get(second)?.size ?? 0 }))
}
