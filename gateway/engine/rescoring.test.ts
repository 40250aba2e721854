import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../../models/events/types.ts'
import { rescore } from '../../models/ranking/rescored.ts'
import { rescoringOf } from './rescoring.ts'

const NOW = Date.UTC(2026, 0)
const DAY_MS = 24 * 3_600_000

const itemFrom = (updatedAt: number): Item => ({
  type: 'item',
  itemId: 'film',
  title: 'Film',
  genres: ['Comedy'],
  year: null,
  poster: null,
  available: true,
  attributes: {},
  updatedAt,
})
const comedy = { field: 'genres', has: 'Comedy' }

describe('what a score becomes', () => {
  it('is a number of the same sign, whatever it was, however many boosts there are and however old an item is', () => {
    const factor = fc.oneof(fc.constantFrom(1e-3, 1e3), fc.double({ min: 1e-3, max: 1e3, noNaN: true }))
    const halfLifeDays = fc.oneof(fc.constant(0.01), fc.double({ min: 0.01, max: 1e6, noNaN: true }))
    const score = fc.float({ noNaN: true, noDefaultInfinity: true })
    const updatedAt = fc.integer({ min: 0, max: NOW + 1e9 })
    fc.assert(
      fc.property(fc.array(factor, { maxLength: 20 }), halfLifeDays, updatedAt, score, (factors, days, time, score) => {
        const rescoring = rescoringOf(
          {
            limit: 10,
            skip: 0,
            boost: factors.map((factor) => ({ filter: comedy, factor })),
            decay: { field: 'updatedAt', halfLifeDays: days },
          },
          { get: () => itemFrom(time), version: () => 1 },
          NOW,
        )
        const rescored = rescore(score, rescoring?.factorOf('film') as number)
        expect(Number.isFinite(rescored)).toBe(true)
        expect(Math.sign(rescored)).toBe(Math.sign(score))
      }),
    )
  })

  it('is halved for each half-life, up to sixty of them', () => {
    const factorAfter = (days: number) =>
      rescoringOf(
        { limit: 10, skip: 0, decay: { field: 'updatedAt', halfLifeDays: 2 } },
        { get: () => itemFrom(NOW - days * DAY_MS), version: () => 1 },
        NOW,
      )?.factorOf('film')
    expect([-1, 0, 2, 3, 4, 119, 120, 122, 5000].map(factorAfter)).toEqual([
      ...[1, 1, 0.5, 2 ** -1.5, 0.25, 2 ** -59.5, 2 ** -60, 2 ** -60, 2 ** -60],
    ])
  })

  it('of an item of unknown age stands behind every other one that was as good', () => {
    const decay = { field: 'year', halfLifeDays: 365 }
    const factorOf = (item: Item) =>
      rescoringOf({ limit: 10, skip: 0, decay }, { get: () => item, version: () => 1 }, NOW)?.factorOf('film')
    const film = itemFrom(NOW)
    expect(factorOf({ ...film, year: null })).toBeLessThan(factorOf({ ...film, year: 1970 }) as number)
  })
})
