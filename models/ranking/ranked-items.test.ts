import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HALF_LIVES_MS } from './decay.ts'
import { applyChange, mergeStatistics } from './item-statistics.ts'
import { finish } from './layout.ts'
import { popularItems, TREND_FLOOR, topRatedItems, trendingItems } from './ranked-items.ts'
import type { RankedItems } from './ranked-list.ts'
import { createStatisticsTable } from './statistics-table.ts'
import type { ItemStatistics } from './types.ts'

const POSITIVE_FROM = 4
const DAY_MS = 24 * 3_600_000
const PARTITIONS = 3

interface Rating {
  readonly itemId: string
  readonly value: number
  readonly occurredAt: number
}

const arbitraryRatings = fc.array(
  fc.record({
    itemId: fc.nat(12).map((n) => `i${n}`),
    value: fc.integer({ min: 1, max: 10 }).map((n) => n / 2),
    occurredAt: fc.integer({ min: 0, max: 90 * DAY_MS }),
  }),
  { minLength: 1, maxLength: 80 },
)

/** Ratings of as many users, dealt out to the partitions. */
function tableOf(ratings: readonly Rating[]) {
  const partitions = Array.from({ length: PARTITIONS }, () => new Map<string, ItemStatistics>())
  ratings.forEach(({ itemId, value, occurredAt }, n) => {
    const partition = partitions[n % PARTITIONS] as Map<string, ItemStatistics>
    const change = { userId: `u${n}`, itemId, offset: n, occurredAt, before: undefined, after: { value, occurredAt } }
    partition.set(itemId, applyChange(partition.get(itemId), change, POSITIVE_FROM, true))
  })
  const table = createStatisticsTable(PARTITIONS)
  partitions.forEach((partition, n) => {
    for (const [itemId, statistics] of partition) table.set(n, itemId, statistics)
  })
  return { table, partitions }
}

const idsOf = (list: RankedItems): string[] => [...list.values().map(({ itemId }) => itemId)]

/** Item ids by descending score, ties by number of ratings, then by id. */
function byScore(ratings: readonly Rating[], scoreOf: (ofItem: readonly Rating[]) => number): [string, number][] {
  const byItem = Map.groupBy(ratings, ({ itemId }) => itemId)
  return [...byItem]
    .map(([itemId, ofItem]) => ({ itemId, score: scoreOf(ofItem), count: ofItem.length }))
    .sort((x, y) => y.score - x.score || y.count - x.count || (x.itemId < y.itemId ? -1 : 1))
    .map(({ itemId, score }) => [itemId, score])
}

const positivesOf = (ratings: readonly Rating[]) => ratings.filter(({ value }) => value >= POSITIVE_FROM)

describe('a table of statistics', () => {
  it('holds what was set, summed over partitions, with the raters of all', () => {
    fc.assert(
      fc.property(arbitraryRatings, (ratings) => {
        const { table, partitions } = tableOf(ratings)
        for (const { itemId } of ratings) {
          const all = partitions.flatMap((partition) => partition.get(itemId) ?? [])
          const { fortnights: _, ...merged } = all.reduce(mergeStatistics)
          expect(table.of(itemId)).toEqual(merged)
        }
      }),
    )
  })

  it('forgets what is set to nothing', () => {
    const { table } = tableOf([
      { itemId: 'a', value: 5, occurredAt: 1 },
      { itemId: 'b', value: 5, occurredAt: 1 },
    ])
    table.set(0, 'a', undefined)
    expect(table.of('a')).toBeUndefined()
    expect(table.of('never')).toBeUndefined()
    expect([...table.itemsOf(0)]).toEqual([])
    expect([...table.itemsOf(1)]).toEqual(['b'])
    expect(idsOf(finish(popularItems(table)))).toEqual(['b'])
  })
})

describe('lists', () => {
  it('of popular items go by positives, then ratings, then id', () => {
    fc.assert(
      fc.property(arbitraryRatings, (ratings) => {
        const { table } = tableOf(ratings)
        const list = finish(popularItems(table))
        const expected = byScore(ratings, (ofItem) => positivesOf(ofItem).length)
        expect([...list.values().map(({ itemId, score }) => [itemId, score])]).toEqual(expected)
        expect(list).toHaveLength(expected.length)
        for (const [itemId, score] of expected) expect(list.scoreOf(itemId)).toBe(score)
        expect(list.scoreOf('never')).toBeUndefined()
      }),
    )
  })

  it('of top-rated items draw each mean to that of all ratings', () => {
    fc.assert(
      fc.property(arbitraryRatings, (ratings) => {
        const mean = (some: readonly Rating[]): number => some.reduce((sum, { value }) => sum + value, 0) / some.length
        const C = mean(ratings)
        const m = ratings.length / new Set(ratings.map(({ itemId }) => itemId)).size
        const list = finish(topRatedItems(tableOf(ratings).table))
        for (const [itemId, score] of byScore(ratings, (ofItem) => {
          const v = ofItem.length
          return (v / (v + m)) * mean(ofItem) + (m / (v + m)) * C
        })) {
          expect(list.scoreOf(itemId)).toBeCloseTo(score, 10)
        }
        const scores = [...list.values().map(({ score }) => score)]
        expect(scores).toEqual(scores.toSorted((x, y) => y - x))
      }),
    )
  })

  it('of top-rated items place one enthusiast below a crowd that is nearly as happy', () => {
    const crowd = Array.from({ length: 50 }, () => ({ itemId: 'crowd', value: 4.8, occurredAt: 0 }))
    const others = Array.from({ length: 50 }, (_, n) => ({ itemId: `o${n % 5}`, value: 3, occurredAt: 0 }))
    const { table } = tableOf([...crowd, ...others, { itemId: 'one', value: 5, occurredAt: 0 }])
    expect(idsOf(finish(topRatedItems(table))).slice(0, 2)).toEqual(['crowd', 'one'])
  })

  it('of trends halve each positive with its age, of items that were a trend when they were liked last', () => {
    fc.assert(
      fc.property(arbitraryRatings, fc.constantFrom(0, 1, 2), (ratings, window) => {
        const { ranking, newest } = finish(trendingItems(tableOf(ratings).table, window))
        const decayedAt = (ofItem: readonly Rating[], at: number): number =>
          ofItem.reduce((sum, { occurredAt }) => sum + 2 ** ((occurredAt - at) / (HALF_LIVES_MS[window] as number)), 0)
        const lastOf = (ofItem: readonly Rating[]): number => Math.max(...ofItem.map(({ occurredAt }) => occurredAt))
        const positives = positivesOf(ratings)
        const trends = positives.filter(({ itemId }) => {
          const ofItem = positives.filter((other) => other.itemId === itemId)
          return decayedAt(ofItem, lastOf(ofItem)) >= TREND_FLOOR
        })
        expect(newest).toBe(lastOf(trends))
        const expected = byScore(trends, (ofItem) => decayedAt(ofItem, newest))
        expect(ranking).toHaveLength(expected.length)
        for (const [itemId, score] of expected) {
          expect(ranking.scoreOf(itemId)).toBeCloseTo(score, 6)
          expect(ranking.scaled(0.25).scoreOf(itemId)).toBeCloseTo(score / 4, 6)
        }
      }),
    )
  })

  it('of trends hold nothing that one person alone likes, and are not of its time', () => {
    const twice = (itemId: string, occurredAt: number) => [1, 2].map(() => ({ itemId, value: 5, occurredAt }))
    const { table } = tableOf([
      ...twice('old', 0),
      ...twice('new', 2000 * DAY_MS),
      { itemId: 'alone', value: 5, occurredAt: 3000 * DAY_MS },
    ])
    expect(finish(trendingItems(table, 0)).newest).toBe(2000 * DAY_MS)
    // What has decayed to nothing is left out.
    expect(idsOf(finish(trendingItems(table, 0)).ranking)).toEqual(['new'])
    expect(idsOf(finish(trendingItems(table, 2)).ranking)).toEqual(['new', 'old'])
  })

  it('end at a score where they are told to', () => {
    const ratings = ['a', 'a', 'a', 'b', 'b', 'c'].map((itemId) => ({ itemId, value: 5, occurredAt: 0 }))
    const list = finish(popularItems(tableOf(ratings).table)).scaled(0.5)
    for (const [score, itemIds] of [
      [0, ['a', 'b', 'c']],
      [0.5, ['a', 'b', 'c']],
      [0.6, ['a', 'b']],
      [1, ['a', 'b']],
      [1.5, ['a']],
      [2, []],
    ] as const) {
      const part = list.downTo(score)
      expect(idsOf(part), `${score}`).toEqual(itemIds)
      expect(part).toHaveLength(itemIds.length)
      expect(['a', 'b', 'c'].filter((itemId) => part.scoreOf(itemId) !== undefined)).toEqual(itemIds)
    }
  })

  it('are all there of more items than a step looks at', () => {
    const table = createStatisticsTable(1)
    const statistics = { count: 1, sum: 5, positives: 1, decayed: [1, 1, 1], decayedAt: 0 }
    for (let n = 0; n < 20_000; n++) table.set(0, `i${n}`, { ...statistics, positives: n % 100 })
    const scores = [
      ...finish(popularItems(table))
        .values()
        .map(({ score }) => score),
    ]
    expect(scores).toHaveLength(20_000)
    expect(scores).toEqual(scores.toSorted((x, y) => y - x))
  })
})
