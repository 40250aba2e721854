import type { Item } from '../../models/events/types.ts'

/** What is known of events, to recompute the views from. */

export interface Rating {
  readonly userId: string
  readonly itemId: string
  readonly value: number
  readonly occurredAt: number
  readonly recommendationId: string
}

export interface ServedList {
  readonly recommendationId: string
  readonly userId: string
  readonly items: readonly string[]
  readonly strategy: string
  readonly generation: string
  readonly occurredAt: number
}

export interface Known {
  /** The one that counts of each user and item. */
  readonly ratings: readonly Rating[]
  /** As they are described now. */
  readonly items: ReadonlyMap<string, Item>
  /** Those that are not, though somebody described or deleted them once. */
  readonly deleted: ReadonlySet<string>
  readonly served: readonly ServedList[]
  /** When each record of topic ratings came onto the log, ms since 1970. */
  readonly arrived: readonly number[]
  readonly positiveFrom: number
}

export type Rows = Record<string, unknown>[]

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10)
/** As ClickHouse writes it. */
export const timeOf = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, -1)
export const sum = <T>(all: readonly T[], of: (one: T) => number): number =>
  all.reduce((total, one) => total + of(one), 0)
export const groups = <T>(all: readonly T[], key: (one: T) => string): [string[], T[]][] =>
  [...Map.groupBy(all, key)].map(([joined, theirs]) => [joined.split('\n'), theirs])

const NEVER = '1900-01-01'

/** On which days there was one, and on which one before that. @param days  of each */
export function returnsOf(
  days: readonly (readonly string[])[],
): { day: string; previous_day: string; count: number }[] {
  const pairs = days.flatMap((theirs) => {
    const sorted = [...new Set(theirs)].sort()
    return sorted.map((day, n) => `${day}\n${sorted[n - 1] ?? NEVER}`)
  })
  return groups(pairs, (pair) => pair).map(([[day = '', previous_day = ''], all]) => ({
    ...{ day, previous_day, count: all.length },
  }))
}
