import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RatingChange } from '../history/types.ts'
import { applyChange, HALF_LIVES_MS, mergeStatistics } from './item-statistics.ts'
import type { ItemStatistics } from './types.ts'

const POSITIVE_FROM = 4
const DAY_MS = 24 * 3_600_000
const WEEK_MS = 7 * DAY_MS

interface Rating {
  readonly value: number
  readonly occurredAt: number
}

/** Events of a few users on one item: each sets the user's rating or (undefined) withdraws it. */
const arbitraryEvents = fc.array(
  fc.record({
    user: fc.nat(5),
    rating: fc.option(
      fc.record({
        value: fc.integer({ min: 1, max: 10 }).map((n) => n / 2),
        occurredAt: fc.integer({ min: 0, max: 10 * WEEK_MS }),
      }),
      { nil: undefined },
    ),
  }),
  { maxLength: 30 },
)

function replay(events: readonly { user: number; rating: Rating | undefined }[]) {
  const standing = new Map<number, Rating>()
  let statistics: ItemStatistics | undefined
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
  const at = statistics?.decayedAt ?? 0
  HALF_LIVES_MS.forEach((halfLife, i) => {
    const decayed = positives.reduce((sum, { occurredAt }) => sum + 2 ** ((occurredAt - at) / halfLife), 0)
    expect(statistics?.decayed[i] ?? 0).toBeCloseTo(decayed)
  })
}

describe('item statistics', () => {
  it('equal a recount of the ratings that stand, after any changes and withdrawals', () => {
    fc.assert(
      fc.property(arbitraryEvents, (events) => {
        const { statistics, standing } = replay(events)
        expectCountOf(standing, statistics)
      }),
    )
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
      expect(second.decayed[i]).toBe(1.5)
    })
    expect(HALF_LIVES_MS).toEqual([DAY_MS, WEEK_MS, 30 * DAY_MS])
  })
})

function changeTo(value: number, occurredAt: number): RatingChange {
  return { userId: 'u', itemId: 'i', offset: 0, occurredAt, before: undefined, after: { value, occurredAt } }
}
