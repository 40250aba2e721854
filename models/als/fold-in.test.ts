import fc from 'fast-check'
import { expect, it } from 'vitest'
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
