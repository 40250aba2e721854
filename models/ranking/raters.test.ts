import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RatingChange } from '../history/types.ts'
import { applyChange, mergeStatistics } from './item-statistics.ts'
import { MAX_RATERS } from './raters.ts'
import type { ItemStatistics, Rater } from './types.ts'

const POSITIVE_FROM = 4

/** An event of a user on one item; undefined: withdrawn, erased or dropped. */
interface Event {
  readonly userId: string
  readonly rating: { readonly value: number; readonly occurredAt: number } | undefined
}

/** Few times, so that only the offset tells some apart, and many users, so that nobody is by chance the only one. */
const eventsOf = (users: fc.Arbitrary<string>) =>
  fc.array(
    fc.record({
      userId: users,
      rating: fc.option(
        fc.record({ value: fc.integer({ min: 3, max: 5 }), occurredAt: fc.integer({ min: -3, max: 8 }) }),
        { nil: undefined, freq: 3 },
      ),
    }),
    { maxLength: 60 },
  )
const here = eventsOf(fc.nat(9).map((n) => `here ${n}`))
const there = eventsOf(fc.nat(9).map((n) => `there ${n}`))

/** @returns the statistics after each event, and who stands in the end, latest first */
function replay(events: readonly Event[], before?: ItemStatistics) {
  const standing = new Map<string, { rating: NonNullable<Event['rating']>; offset: number }>()
  let statistics = before
  events.forEach(({ userId, rating }, offset) => {
    const change = { userId, itemId: 'i', offset, occurredAt: rating?.occurredAt ?? 0, after: rating }
    statistics = apply(statistics, { ...change, before: standing.get(userId)?.rating })
    if (rating) standing.set(userId, { rating, offset })
    else standing.delete(userId)
  })
  const raters = [...standing]
    .filter(([, { rating }]) => rating.value >= POSITIVE_FROM)
    .map(([userId, { rating, offset }]): Rater => ({ userId, occurredAt: rating.occurredAt, offset }))
    .sort((x, y) => y.occurredAt - x.occurredAt || y.offset - x.offset)
  return { statistics, raters }
}

const apply = (statistics: ItemStatistics | undefined, change: RatingChange): ItemStatistics =>
  applyChange(statistics, change, POSITIVE_FROM, true)

/** More users than are kept, each with a positive, in a random order of time. */
const crowd = fc
  .array(fc.nat(1_000), { minLength: MAX_RATERS + 1, maxLength: MAX_RATERS + 100 })
  .map((times) => times.map((occurredAt, n): Event => ({ userId: `u${n}`, rating: { value: 5, occurredAt } })))

describe('raters', () => {
  it('are those whose positive stands, latest first, after any sequence of changes', () => {
    fc.assert(
      fc.property(here, (events) => {
        const { statistics, raters } = replay(events)
        expect(statistics?.raters ?? []).toEqual(raters)
        expect(statistics?.positives ?? 0).toBe(raters.length)
      }),
    )
  })

  it('of several partitions are those of all', () => {
    fc.assert(
      fc.property(here, there, (x, y) => {
        const [inX, inY] = [replay(x), replay(y)]
        if (!inX.statistics || !inY.statistics) return
        const all = [...inX.raters, ...inY.raters].sort((a, b) => b.occurredAt - a.occurredAt || b.offset - a.offset)
        expect(mergeStatistics(inX.statistics, inY.statistics).raters ?? []).toEqual(all)
      }),
    )
  })

  it('are cut to the latest, whatever order they come in', () => {
    fc.assert(
      fc.property(crowd, crowd, (x, y) => {
        const others = y.map(({ userId, rating }) => ({ userId: `other ${userId}`, rating }))
        const [inX, inY] = [replay(x), replay(others)]
        expect(inX.statistics?.raters).toEqual(inX.raters.slice(0, MAX_RATERS))
        const merged = mergeStatistics(inX.statistics as ItemStatistics, inY.statistics as ItemStatistics)
        expect(merged.raters).toHaveLength(MAX_RATERS)
        expect(merged.raters?.map(({ occurredAt }) => occurredAt)).toEqual(
          [...inX.raters, ...inY.raters]
            .map(({ occurredAt }) => occurredAt)
            .sort((a, b) => b - a)
            .slice(0, MAX_RATERS),
        )
      }),
      { numRuns: 5 },
    )
  })

  it('that were cut do not come back when others leave, and whoever is there stands', () => {
    fc.assert(
      fc.property(crowd, fc.array(fc.nat(MAX_RATERS), { maxLength: 30 }), (events, leaving) => {
        const left = new Set(leaving.map((n) => `u${n}`))
        const { statistics, raters } = replay([
          ...events,
          ...[...left].map((userId) => ({ userId, rating: undefined })),
        ])
        const all = replay(events).raters.slice(0, MAX_RATERS)
        expect(statistics?.raters).toEqual(all.filter(({ userId }) => !left.has(userId)))
        const standing = new Set(raters.map(({ userId }) => userId))
        expect(statistics?.raters?.filter(({ userId }) => !standing.has(userId))).toEqual([])
      }),
      { numRuns: 3 },
    )
  })

  it('are dropped once it need not be known who they are', () => {
    const { statistics } = replay([{ userId: 'ada', rating: { value: 5, occurredAt: 1 } }])
    expect(statistics?.raters).toHaveLength(1)
    const after = { value: 5, occurredAt: 2 }
    const change: RatingChange = { userId: 'bob', itemId: 'i', offset: 1, occurredAt: 2, before: undefined, after }
    expect(applyChange(statistics, change, POSITIVE_FROM, false)).not.toHaveProperty('raters')
  })
})
