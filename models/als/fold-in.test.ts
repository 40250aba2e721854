import fc from 'fast-check'
import { expect, it } from 'vitest'
import { gramian } from '../linalg/gramian.ts'
import { normal, seededRandom } from '../linalg/random.ts'
import { arbitraryHalfStep } from './arbitrary.fixture.ts'
import { kernels, plain } from './implementations.fixture.ts'

it.each([
  ['plain', plain],
  ['kernels', kernels],
])('folding a user in equals the batch half-step: %s', (_, { foldIn, halfStep }) => {
  fc.assert(
    fc.property(arbitraryHalfStep, ({ fixed, observations, regularization }) => {
      const { rows, d, data } = halfStep(fixed, observations, regularization)
      for (let r = 0; r < rows; r++) {
        const [from, to] = [observations.starts[r], observations.starts[r + 1]]
        const alone = {
          columns: observations.columns.slice(from, to),
          weights: observations.weights?.slice(from, to),
          targets: observations.targets?.slice(from, to),
        }
        const batch = data.subarray(r * d, (r + 1) * d)
        const length = Math.hypot(...batch)
        const apart = foldIn(fixed, alone, regularization).map((x, k) => x - (batch[k] as number))
        expect(Math.hypot(...apart)).toBeLessThanOrEqual(1e-5 * length)
      }
    }),
  )
})

it('the same where the half-step solves rows in their own space', () => {
  const [d, items, users] = [64, 500, 1200]
  const random = seededRandom(3)
  const factors = { rows: items, d, data: Float32Array.from({ length: items * d }, () => 0.3 * normal(random)) }
  // Short rows, and so many of them that preparing the other space pays.
  const lengths = Array.from({ length: users }, (_, r) => 1 + (r % 30))
  const starts = [0, ...lengths].map(
    (
      (sum) => (length: number) =>
        (sum += length)
    )(0),
  )
  const columns = Int32Array.from(
    lengths.flatMap((length, r) => Array.from({ length }, (_, e) => (r * 7 + e * 13) % items)),
  )
  const observations = { rows: users, starts: Int32Array.from(starts), columns }
  const regularization = { unobservedWeight: 0.1, regularization: 0.01, regularizationExponent: 1 }
  const fixed = { factors, gramian: gramian(factors) }
  const batch = kernels.halfStep(fixed, observations, regularization).data
  const solve = kernels.foldIn
  for (let r = 0; r < users; r += 11) {
    const alone = solve(fixed, { columns: columns.slice(starts[r], starts[r + 1]) }, regularization)
    const together = batch.subarray(r * d, (r + 1) * d)
    const apart = Math.hypot(...alone.map((x, k) => x - (together[k] as number)))
    expect(apart).toBeLessThanOrEqual(1e-5 * Math.hypot(...together))
  }
})
