import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { openDataset } from '../datasets/open.ts'
import { explore } from './explore.ts'

const DATASETS = process.env.DATASETS_DIR ?? join(import.meta.dirname, '../../../shared/data')
const SMALL = join(DATASETS, 'ml-latest-small')

describe.skipIf(!existsSync(SMALL))('ml-latest-small, beside a plain recomputation', async () => {
  const rows = (file: string): string[][] => parse(readFileSync(join(SMALL, file)), { from: 2 })
  const ratings = rows('ratings.csv').map(([user, item, value, time]) => ({
    user: String(user),
    item: String(item),
    value: Number(value),
    time: Number(time),
  }))
  const films = rows('movies.csv')
  const dataset = await openDataset(SMALL, Date.now())
  const exploration = await explore(dataset, { scale: dataset.scale as never, now: Date.now() })

  const countsBy = (key: (rating: (typeof ratings)[number]) => string): Map<string, number> => {
    const counts = new Map<string, number>()
    for (const rating of ratings) counts.set(key(rating), (counts.get(key(rating)) ?? 0) + 1)
    return counts
  }
  const total = (numbers: Iterable<number>): number => [...numbers].reduce((sum, n) => sum + n, 0)
  const byUser = countsBy(({ user }) => user)
  const byItem = countsBy(({ item }) => item)

  it('counts', () => {
    expect(exploration.counts).toEqual({
      users: byUser.size,
      items: byItem.size,
      described: films.length,
      unrated: films.filter(([item]) => !byItem.has(String(item))).length,
      ratings: ratings.length,
      rejected: 0,
      density: ratings.length / (byUser.size * byItem.size),
      meanValue: expect.closeTo(total(ratings.map(({ value }) => value)) / ratings.length, 10),
      from: new Date(Math.min(...ratings.map(({ time }) => time)) * 1000).toISOString(),
      to: new Date(ratings.reduce((last, { time }) => Math.max(last, time), 0) * 1000).toISOString(),
    })
  })

  it('tells how often each value was given', () => {
    const byValue = [...countsBy(({ value }) => String(value))].map(([value, count]) => [Number(value), count])
    byValue.sort(([a = 0], [b = 0]) => a - b)
    expect(exploration.values.map(({ from, ratings: count }) => [from, count])).toEqual(byValue)
  })

  it.each([
    ['user', exploration.ratingsPerUser, byUser],
    ['item', exploration.ratingsPerItem, byItem],
  ])('spreads the ratings by %s', (_, { mean, quantiles, bars }, by) => {
    const counts = [...by.values()].sort((a, b) => a - b)
    expect(mean).toBeCloseTo(ratings.length / counts.length, 10)
    expect(total(bars.map(({ owners }) => owners))).toBe(counts.length)
    for (const { from, to, owners } of bars) expect(counts.filter((n) => n >= from && n <= to)).toHaveLength(owners)
    const shares = { min: 0, p10: 0.1, p25: 0.25, median: 0.5, p75: 0.75, p90: 0.9, p99: 0.99, max: 1 }
    for (const [name, share] of Object.entries(shares)) {
      const quantile = quantiles[name as keyof typeof shares]
      // At least that share has at most as many, and fewer than that share have less.
      expect(counts.filter((n) => n <= quantile).length).toBeGreaterThanOrEqual(share * counts.length)
      expect(counts.filter((n) => n < quantile).length).toBeLessThanOrEqual(share * counts.length)
    }
  })

  it('fills the matrix: what its parts hold adds up to all ratings', () => {
    const [users, items] = [byUser, byItem].map((by) => [...by].sort(([, a], [, b]) => b - a).map(([id]) => id)) as [
      string[],
      string[],
    ]
    const size = (n: number, part: number): number => Math.ceil(((part + 1) * n) / 10) - Math.ceil((part * n) / 10)
    const held = exploration.fill.map((row, u) =>
      row.map((share, i) => share * size(users.length, u) * size(items.length, i)),
    )
    expect(total(held.flat())).toBeCloseTo(ratings.length, 6)
    // Whoever shares a count with the one at the border may stand on either side of it: none does at the most active tenth.
    const active = new Set(users.slice(0, size(users.length, 0)))
    expect(total(held[0] ?? [])).toBeCloseTo(ratings.filter(({ user }) => active.has(user)).length, 6)
  })

  it('tells of time', () => {
    const byMonth = countsBy(({ time }) => new Date(time * 1000).toISOString().slice(0, 7))
    const { unit, bars } = exploration.activity
    expect(unit).toBe('month')
    const told = bars.filter(({ ratings: n }) => n > 0).map(({ from, ratings: n }) => [from.slice(0, 7), n])
    expect(told).toEqual([...byMonth].sort(([a], [b]) => (a < b ? -1 : 1)))
    expect(bars).toHaveLength(271)
  })

  it('tells of the long tail', () => {
    const counts = [...byItem.values()].sort((a, b) => b - a)
    const { gini, itemsFor80, once, curve } = exploration.longTail
    expect(total(counts.slice(0, itemsFor80))).toBeGreaterThanOrEqual(0.8 * ratings.length)
    expect(total(counts.slice(0, itemsFor80 - 1))).toBeLessThan(0.8 * ratings.length)
    expect(once).toBe(counts.filter((n) => n === 1).length)
    for (const { items, ratings: share } of curve)
      expect(share).toBeCloseTo(total(counts.slice(0, Math.round(items * counts.length))) / ratings.length, 10)
    // Half of the relative mean difference of all pairs of items: another way to write Gini's coefficient.
    const histogram = [...Map.groupBy(counts, (n) => n)].map(([n, all]) => [n, all.length] as const)
    const differences = total(histogram.flatMap(([a, m]) => histogram.map(([b, n]) => m * n * Math.abs(a - b))))
    expect(gini).toBeCloseTo(differences / (2 * counts.length * ratings.length), 10)
  })

  it('tells of genres', () => {
    const genresOf = new Map(
      films.map(([item, , genres]) => [item, genres === '(no genres listed)' ? [null] : genres?.split('|')]),
    )
    const valuesOf = new Map(
      [...Map.groupBy(ratings, ({ item }) => item)].map(([item, own]) => [item, own.map(({ value }) => value)]),
    )
    const all = new Set([...genresOf.values()].flatMap((genres) => genres ?? []))
    expect(new Set(exploration.genres.map(({ genre }) => genre))).toEqual(all)
    for (const { genre, items, ratings: count, share, meanValue } of exploration.genres) {
      const ofGenre = films.map(([item]) => String(item)).filter((item) => genresOf.get(item)?.includes(genre as never))
      const values = ofGenre.flatMap((item) => valuesOf.get(item) ?? [])
      expect([items, count]).toEqual([ofGenre.length, values.length])
      expect(share).toBeCloseTo(values.length / ratings.length, 10)
      expect(meanValue).toBeCloseTo(total(values) / values.length, 10)
    }
  })

  it('finds the films that it is known to have twice, and its one burst', () => {
    const told = exploration.suspicious.filter(({ count }) => count > 0)
    expect(told.map(({ name, count }) => [name, count])).toEqual([
      ['bursts', 1],
      ['same-title', 5],
    ])
    const titles = new Set(told[1]?.examples.map(({ title }) => title))
    const several = [...Map.groupBy(films, ([, title]) => title)].filter(([, all]) => all.length > 1)
    expect(titles).toEqual(new Set(several.map(([title]) => title)))
    const seconds = [...countsBy(({ user, time }) => `${user} ${time}`)].filter(([, n]) => n >= 100)
    expect(seconds.map(([, n]) => n)).toContain(told[0]?.examples[0]?.['in that second'])
  })
})
