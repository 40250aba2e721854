import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RatingChange } from '../history/types.ts'
import { HALF_LIVES_MS } from './decay.ts'
import { applyChange, mergeStatistics } from './item-statistics.ts'
import type { ItemStatistics } from './types.ts'

const POSITIVE_FROM = 4
const DAY_MS = 24 * 3_600_000
const WEEK_MS = 7 * DAY_MS
const YEAR_MS = 365 * DAY_MS
const FORTNIGHT_MS = 2 * WEEK_MS
/** Of what is summed up. */
const PRECISION = 1e-7

interface Rating {
  readonly value: number
  readonly occurredAt: number
}

/** Within weeks, and over years. */
const arbitraryTime = fc.oneof(
  fc.integer({ min: 0, max: 10 * WEEK_MS }),
  fc.integer({ min: -YEAR_MS, max: 60 * YEAR_MS }),
)

/**
 * Events of a few users on one item: each sets the user's rating or (undefined) withdraws it. Of five no two need to be summed up
 * together that are years apart.
 */
const arbitraryEvents = fc.array(
  fc.record({
    user: fc.nat(4),
    rating: fc.option(
      fc.record({
        value: fc.integer({ min: 1, max: 10 }).map((n) => n / 2),
        occurredAt: arbitraryTime,
      }),
      { nil: undefined },
    ),
  }),
  { maxLength: 30 },
)

interface Event {
  readonly user: number | string
  readonly rating: Rating | undefined
}

function replay(events: readonly Event[], before?: ItemStatistics) {
  const standing = new Map<number | string, Rating>()
  let statistics = before
  events.forEach(({ user, rating }, offset) => {
    const before = standing.get(user)
    if (!before && !rating) return
    const occurredAt = rating?.occurredAt ?? 0
    const change: RatingChange = { userId: String(user), itemId: 'i', offset, occurredAt, before, after: rating }
    statistics = applyChange(statistics, change, POSITIVE_FROM, false)
    if (rating) standing.set(user, rating)
    else standing.delete(user)
  })
  return { statistics, standing: [...standing.values()] }
}

function expectCountOf(ratings: readonly Rating[], statistics: ItemStatistics | undefined): void {
  const positives = ratings.filter(({ value }) => value >= POSITIVE_FROM)
  expect(statistics?.count ?? 0).toBe(ratings.length)
  expect(statistics?.positives ?? 0).toBe(positives.length)
  expect(statistics?.sum ?? 0).toBeCloseTo(ratings.reduce((sum, { value }) => sum + value, 0))
  if (positives.length > 0) expectSumsOf(positives, statistics as ItemStatistics)
}

function expectSumsOf(positives: readonly Rating[], { decayed, decayedAt }: ItemStatistics): void {
  const latest = Math.max(...positives.map(({ occurredAt }) => occurredAt))
  expect(decayedAt).toBeGreaterThanOrEqual(latest)
  // The sum over a day is rounded, by what comes to some milliseconds.
  expect(decayedAt).toBeLessThan(latest + Math.log2(positives.length) * DAY_MS + 10)
  expect(Math.floor(decayedAt / FORTNIGHT_MS)).toBe(Math.floor(latest / FORTNIGHT_MS))
  HALF_LIVES_MS.forEach((halfLife, i) => {
    const sum = positives.reduce((total, { occurredAt }) => total + 2 ** ((occurredAt - decayedAt) / halfLife), 0)
    expect(Math.abs((decayed[i] as number) - sum)).toBeLessThan(PRECISION * sum)
  })
}

/** Positives of as many users. */
const likesAt = (times: readonly number[], name: string) =>
  times.map((occurredAt, n) => ({ user: `${name}${n}`, rating: { value: 5, occurredAt } }))
const withdrawn = (events: readonly Event[]) => events.map(({ user }) => ({ user, rating: undefined }))

describe('item statistics', () => {
  it('equal a recount of the ratings that stand, after any changes and withdrawals', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const { statistics, standing } = replay(events)
        expectCountOf(standing, statistics)
      }),
    )
  })

  it('of an old item are what they were, after a crowd has come and gone', () => {
    const old = fc.array(fc.integer({ min: 20 * YEAR_MS, max: 30 * YEAR_MS }), { minLength: 1, maxLength: 60 })
    // In no more fortnights than are kept apart.
    const fresh = fc.array(fc.integer({ min: 40 * YEAR_MS, max: 40 * YEAR_MS + 6 * WEEK_MS }), { minLength: 1 })
    fc.assert(
      fc.property(old, fresh, fc.boolean(), (times, freshTimes, isReversed) => {
        const [standing, crowd] = [likesAt(times, 'old '), likesAt(freshTimes, 'fresh ')]
        const leaving = withdrawn(isReversed ? crowd.toReversed() : crowd)
        const { statistics } = replay([...standing, ...crowd, ...leaving])
        expectSumsOf(
          standing.map(({ rating }) => rating),
          statistics as ItemStatistics,
        )
      }),
    )
  })

  it('lose no more than a rounding where what is older than some fortnights is withdrawn', () => {
    const crowd = likesAt(
      Array.from({ length: 200 }, (_, n) => n * 5 * DAY_MS),
      'u',
    )
    const leaving = withdrawn(crowd.filter((_, n) => n % 3 === 0))
    const { statistics, standing } = replay([...crowd, ...leaving])
    expectCountOf(standing, statistics)
    expect(replay([...crowd, ...withdrawn(crowd)]).statistics).toEqual({
      ...{ count: 0, sum: 0, positives: 0 },
      ...{ decayed: [0, 0, 0], decayedAt: 0 },
    })
  })

  it('that were stored as one sum are kept while others come and go', () => {
    const { statistics, standing } = replay(likesAt([0, 3 * DAY_MS, YEAR_MS], 'u'))
    const { fortnights: _, ...stored } = statistics as ItemStatistics
    const crowd = likesAt([30 * YEAR_MS, YEAR_MS + FORTNIGHT_MS, 31 * YEAR_MS], 'v')
    const after = replay([...crowd, ...withdrawn(crowd)], stored).statistics as ItemStatistics
    expect(after.count).toBe(3)
    expectSumsOf(standing, after)
  })

  it('of several partitions merge into those of all their ratings', () => {
    fc.assert(
      fc.property(arbitraryEvents, arbitraryEvents, (here, there) => {
        const [x, y] = [replay(here), replay(there)]
        if (!x.statistics || !y.statistics) return
        expectCountOf([...x.standing, ...y.standing], mergeStatistics(x.statistics, y.statistics))
      }),
    )
  })

  it('halve a positive in a day, a week and a month', () => {
    HALF_LIVES_MS.forEach((halfLife, i) => {
      const first = applyChange(undefined, changeTo(5, 0), POSITIVE_FROM, false)
      const second = applyChange(first, changeTo(4, halfLife), POSITIVE_FROM, false)
      expect(second).toMatchObject({ count: 2, sum: 9, positives: 2, decayedAt: halfLife })
      expect(second.decayed[i]).toBeCloseTo(1.5, 7)
    })
    expect(HALF_LIVES_MS).toEqual([DAY_MS, WEEK_MS, 30 * DAY_MS])
  })
})

function changeTo(value: number, occurredAt: number): RatingChange {
  return { userId: 'u', itemId: 'i', offset: 0, occurredAt, before: undefined, after: { value, occurredAt } }
}
