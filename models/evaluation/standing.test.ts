import fc from 'fast-check'
import { expect, it } from 'vitest'
import { standingOf } from './standing.ts'

const all = (length: number): Uint8Array => new Uint8Array(length).fill(1)

it('ranks by score, ties by item order', () => {
  const scores = Float32Array.of(0.5, 0.9, 0.5, 0.1, 0.5)
  // 1, then 0, 2 and 4, then 3.
  expect(standingOf(scores, all(5), Int32Array.of(2, 3), 0)).toEqual({
    places: Int32Array.of(2, 4),
    relevant: 2,
    candidates: 5,
  })
})

it('counts only candidates, and what is missed as relevant', () => {
  const scores = Float32Array.of(3, 2, 1)
  const { places, relevant, candidates } = standingOf(scores, Uint8Array.of(0, 1, 1), Int32Array.of(2), 4)
  expect([[...places], relevant, candidates]).toEqual([[1], 5, 2])
})

it('refuses a score that is not a number', () => {
  expect(() => standingOf(Float32Array.of(1, Number.NaN), all(2), Int32Array.of(0), 0)).toThrow(/item 1/)
})

it('agrees with sorting everything', () => {
  const item = fc.record({
    score: fc.integer({ min: -3, max: 3 }),
    isCandidate: fc.boolean(),
    isRelevant: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(item, { maxLength: 40 }), (items) => {
      const ranked = [...items.keys()]
        .filter((n) => items[n]?.isCandidate)
        .sort((x, y) => (items[y]?.score ?? 0) - (items[x]?.score ?? 0) || x - y)
      const relevant = ranked.filter((n) => items[n]?.isRelevant)
      const { places } = standingOf(
        Float32Array.from(items, ({ score }) => score),
        Uint8Array.from(items, ({ isCandidate }) => Number(isCandidate)),
        Int32Array.from(relevant).sort(),
        0,
      )
      expect([...places]).toEqual(relevant.map((n) => ranked.indexOf(n)))
    }),
  )
})
