import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSymmetricMatrix } from './inverse.ts'
import { normal, seededRandom } from './random.ts'
import { inversePositiveDefinite } from './solve.ts'

/** VᵀV + λI with `rows` random rows, so that λ alone keeps it from being singular where there are fewer than the order. */
function randomGram(order: number, rows: number, regularization: number, seed: number): Float64Array {
  const random = seededRandom(seed)
  const a = new Float64Array(order * order)
  for (let r = 0; r < rows; r++) {
    const v = Float64Array.from({ length: order }, () => normal(random))
    for (let i = 0; i < order; i++) {
      for (let j = 0; j < order; j++) (a[i * order + j] as number) += (v[i] as number) * (v[j] as number)
    }
  }
  for (let k = 0; k < order; k++) (a[k * order + k] as number) += regularization
  return a
}

/** The matrix of these entries, upper triangle only: what is below it must not be read. */
function upperTriangle(a: Float64Array, order: number) {
  const matrix = createSymmetricMatrix(order)
  for (let i = 0; i < order; i++) {
    for (let j = 0; j < order; j++) matrix.data[i * matrix.stride + j] = i <= j ? (a[i * order + j] as number) : NaN
  }
  return matrix
}

describe('inverse', () => {
  it('is that of the reference, at orders within a block, at its edge and over several', () => {
    const orders = fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 60, max: 70 }), fc.constant(150))
    fc.assert(
      fc.property(orders, fc.nat(80), fc.constantFrom(1e-3, 1, 500), fc.nat(), (order, rows, regularization, seed) => {
        const a = randomGram(order, rows, regularization, seed)
        const expected = inversePositiveDefinite(a, order) as number[]
        const matrix = upperTriangle(a, order)
        expect(matrix.invert()).toBe(true)
        const greatest = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0)
        for (let i = 0; i < order; i++) {
          for (let j = 0; j < order; j++) {
            const apart = (matrix.data[i * matrix.stride + j] as number) - (expected[i * order + j] as number)
            expect(Math.abs(apart)).toBeLessThanOrEqual(1e-9 * greatest)
          }
        }
      }),
      { numRuns: 30 },
    )
  })

  it('does not exist where the matrix is singular, indefinite or holds what is no number', () => {
    expect(upperTriangle(randomGram(100, 40, 0, 1), 100).invert()).toBe(false)
    expect(upperTriangle(Float64Array.of(1, 2, 2, 1), 2).invert()).toBe(false)
    expect(upperTriangle(Float64Array.of(1, NaN, NaN, 1), 2).invert()).toBe(false)
    expect(upperTriangle(Float64Array.of(Infinity), 1).invert()).toBe(false)
  })
})
