import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gramian } from '../linalg/gramian.ts'
import { arbitraryHalfStep, type HalfStepProblem } from './arbitrary.fixture.ts'
import { kernels, plain } from './implementations.fixture.ts'
import { NotPositiveDefiniteError } from './reference.ts'

/**
 * The terms of the loss that hold row r, as the equation has them:
 * Σ_(i∈S) w (t − u·v)² + α0 Σ_i (u·v)² + λ (n + α0|I|)^ν ‖u‖²
 */
function loss({ fixed, observations, regularization }: HalfStepProblem, r: number, u: number[]): number {
  const { rows, d, data } = fixed.factors
  const { unobservedWeight, regularizationExponent } = regularization
  const product = (i: number) => u.reduce((sum, x, k) => sum + x * (data[i * d + k] as number), 0)
  let total = 0
  let n = 0
  for (let e = observations.starts[r] as number; e < (observations.starts[r + 1] as number); e++) {
    const w = observations.weights?.[e] ?? 1
    total += w * ((observations.targets?.[e] ?? 1) - product(observations.columns[e] as number)) ** 2
    n += w
  }
  for (let i = 0; i < rows; i++) total += unobservedWeight * product(i) ** 2
  const lambda = regularization.regularization * (n + unobservedWeight * rows) ** regularizationExponent
  return total + lambda * u.reduce((sum, x) => sum + x * x, 0)
}

describe.each([
  ['plain', plain],
  ['kernels', kernels],
])('half-step: %s', (_, { halfStep }) => {
  it('finds the minimum: no step away from a row lowers the loss', () => {
    fc.assert(
      fc.property(arbitraryHalfStep, fc.integer({ min: 1, max: 1000 }), (problem, seed) => {
        const { d, rows, data } = halfStep(problem.fixed, problem.observations, problem.regularization)
        for (let r = 0; r < rows; r++) {
          const u = Array.from(data.subarray(r * d, (r + 1) * d))
          const least = loss(problem, r, u)
          for (const length of [1e-3, 0.1, 10]) {
            const away = u.map((x, k) => x + length * Math.sin(seed * (k + 1)))
            expect(loss(problem, r, away)).toBeGreaterThanOrEqual(least * (1 - 1e-6) - 1e-9)
          }
        }
      }),
    )
  })

  it('leaves no slope at the solution', () => {
    fc.assert(
      fc.property(arbitraryHalfStep, (problem) => {
        const { d, rows, data } = halfStep(problem.fixed, problem.observations, problem.regularization)
        const h = 1e-3
        for (let r = 0; r < rows; r++) {
          const u = Array.from(data.subarray(r * d, (r + 1) * d))
          u.forEach((_, k) => {
            const [before, after] = [-h, h].map((step) => loss(problem, r, u.with(k, (u[k] as number) + step)))
            // Rounding u to f32 moves it by at most 2^-24 of itself; curvature makes a slope of that.
            const curvature = ((before as number) + (after as number) - 2 * loss(problem, r, u)) / h ** 2
            const slope = ((after as number) - (before as number)) / (2 * h)
            expect(Math.abs(slope)).toBeLessThanOrEqual(1e-4 * (1 + curvature))
          })
        }
      }),
    )
  })

  it('gives zeros to a row in which nothing was observed', () => {
    fc.assert(
      fc.property(arbitraryHalfStep, ({ fixed, observations, regularization }) => {
        const unweighted = { ...observations, weights: new Float32Array(observations.columns.length) }
        const { data } = halfStep(fixed, unweighted, { ...regularization, regularization: 0 })
        expect(data.every((x) => x === 0)).toBe(true)
      }),
    )
  })

  it('names the hyper-parameters when they leave a matrix singular', () => {
    const factors = { rows: 1, d: 2, data: Float32Array.of(1, 2) }
    const observations = {
      rows: 1,
      starts: Int32Array.of(0, 1),
      columns: Int32Array.of(0),
      weights: Float32Array.of(1),
      targets: Float32Array.of(1),
    }
    const solve = () =>
      halfStep({ factors, gramian: gramian(factors) }, observations, {
        unobservedWeight: 0,
        regularization: 0,
        regularizationExponent: 1,
      })
    expect(solve).toThrow(NotPositiveDefiniteError)
    expect(solve).toThrow(/regularization 0, unobserved weight 0.*REGULARIZATION/)
  })
})
