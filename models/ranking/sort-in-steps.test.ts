import fc from 'fast-check'
import { expect, it } from 'vitest'
import { finish } from './layout.ts'
import { sortInSteps } from './sort-in-steps.ts'

it('sorts as sorting at once does, and keeps equals in their order, at every length', () => {
  // Runs are of 2,048: lengths around their multiples are where merging could go wrong.
  const lengths = fc.oneof(fc.nat(10), fc.nat(20_000), fc.constantFrom(2047, 2048, 2049, 4096, 6145))
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 3000 }), fc.nat(), (length, distinct, seed) => {
      const keys = Int32Array.from({ length }, (_, n) => (Math.imul(n + seed, 2654435761) >>> 1) % distinct)
      const byKey = (x: number, y: number): number => (keys[x] as number) - (keys[y] as number)
      const indices = Int32Array.from({ length }, (_, n) => n)
      const expected = [...indices].sort(byKey)
      expect([...finish(sortInSteps(indices, byKey))]).toEqual(expected)
    }),
    { numRuns: 50 },
  )
})

it('stops often on the way', () => {
  const steps = sortInSteps(
    Int32Array.from({ length: 100_000 }, (_, n) => -n),
    (x, y) => x - y,
  )
  expect([...steps].length).toBeGreaterThan(50)
})
