import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dot } from '../linalg/dot.ts'
import { similarItems } from './similar.ts'
import { topK } from './top-k.ts'

/** Small integers, so that scores tie often; more rows than one block of the scan. */
const arbitraryQuery = fc.record({ rows: fc.nat(600), d: fc.integer({ min: 1, max: 3 }) }).chain(({ rows, d }) =>
  fc.record({
    items: fc
      .array(fc.integer({ min: -2, max: 2 }), { minLength: rows * d, maxLength: rows * d })
      .map((values) => ({ rows, d, data: Float32Array.from(values) })),
    user: fc.array(fc.integer({ min: -3, max: 3 }), { minLength: d, maxLength: d }).map((u) => Float32Array.from(u)),
    k: fc.oneof(fc.nat(12), fc.nat(700)),
    modulus: fc.integer({ min: 1, max: 5 }),
  }),
)

it('top-K is the head of all allowed items sorted by score, then index', () => {
  fc.assert(
    fc.property(arbitraryQuery, ({ items, user, k, modulus }) => {
      const allowed = (index: number) => index % modulus === 0
      const sorted = Array.from({ length: items.rows }, (_, index) => ({
        index,
        score: dot(user, items.data, index * items.d),
      }))
        .filter(({ index }) => allowed(index))
        .sort((x, y) => y.score - x.score || x.index - y.index)
      expect(topK(items, user, k, allowed)).toEqual(sorted.slice(0, k))
    }),
    { numRuns: 300 },
  )
})

it('asks nothing about items that would not enter the list', () => {
  const items = { rows: 1000, d: 1, data: Float32Array.from({ length: 1000 }, (_, n) => -n) }
  const asked: number[] = []
  topK(items, Float32Array.of(1), 3, (index) => asked.push(index) > 0)
  expect(asked).toEqual([0, 1, 2])
})

it('similar items are nearest by cosine, whatever their length, without the item itself', () => {
  const items = { rows: 5, d: 2, data: Float32Array.of(1, 0, 9, 1, 0, 0, 0.5, 0, -1, 0) }
  const ranked = similarItems(items, 0, 4)
  expect(ranked.map(({ index }) => index)).toEqual([3, 1, 2, 4])
  expect(ranked.map(({ score }) => score)).toEqual([1, expect.closeTo(9 / Math.sqrt(82)), 0, -1])
  expect(similarItems(items, 0, 2, (index) => index !== 3).map(({ index }) => index)).toEqual([1, 2])
})
