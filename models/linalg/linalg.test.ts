import fc from 'fast-check'
import { Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { arbitraryFactors } from '../als/arbitrary.fixture.ts'
import { dot, dotRows } from './dot.ts'
import { gramian } from './gramian.ts'
import { normal, seededRandom } from './random.ts'
import { decompose, solvePositiveDefinite } from './solve.ts'

const arbitraryMatrix = fc
  .record({ rows: fc.nat(9), d: fc.integer({ min: 1, max: 9 }) })
  .chain(({ rows, d }) => arbitraryFactors(rows, d))

it('the Gramian is VᵀV', () => {
  fc.assert(
    fc.property(arbitraryMatrix, (v) => {
      const matrix = Matrix.from1DArray(v.rows, v.d, v.data)
      const expected = v.rows === 0 ? Matrix.zeros(v.d, v.d) : matrix.transpose().mmul(matrix)
      const actual = gramian(v)
      expected.to1DArray().forEach((x, at) => {
        expect(actual[at]).toBeCloseTo(x, 9)
      })
    }),
  )
})

describe('solve', () => {
  it('A x = b', () => {
    fc.assert(
      fc.property(arbitraryMatrix, (v) => {
        const a = gramian(v)
        for (let k = 0; k < v.d; k++) (a[k * v.d + k] as number) += 1
        const b = Float64Array.from({ length: v.d }, (_, k) => k - 2)
        const x = solvePositiveDefinite(a, b) as number[]
        const [again, half] = [b.slice(), b.slice()]
        decompose(a, v.d)?.solve(again)
        decompose(a, v.d)?.reduce(half)
        again.forEach((value, k) => {
          expect(value).toBeCloseTo(x[k] as number, 9)
        })
        const product = x.reduce((sum, value, k) => sum + value * (b[k] as number), 0)
        expect(half.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(product, 9)
        b.forEach((expected, k) => {
          const row = a.subarray(k * v.d, (k + 1) * v.d)
          expect(row.reduce((sum, value, j) => sum + value * (x[j] as number), 0)).toBeCloseTo(expected, 9)
        })
      }),
    )
  })

  it('has no answer where A is not positive definite', () => {
    expect(solvePositiveDefinite(Float64Array.of(1, 2, 2, 4), Float64Array.of(1, 1))).toBeUndefined()
    expect(decompose(Float64Array.of(1, 2, 2, 4), 2)).toBeUndefined()
  })
})

describe('dot', () => {
  it('rounds to f32 after every multiplication and every addition', () => {
    // In double precision, or with a fused multiply-add, the tail of the first product would survive the difference.
    const u = Float32Array.of(1 + 2 ** -12, 1)
    const v = Float32Array.of(1 + 2 ** -12, -1)
    expect(dot(u, v, 0)).toBe(2 ** -11)
  })

  it('comes to the same bits for many rows as for one', () => {
    fc.assert(
      fc.property(arbitraryMatrix, fc.nat(9), fc.integer({ min: 1, max: 100 }), (v, start, seed) => {
        const random = seededRandom(seed)
        const u = Float32Array.from({ length: v.d }, () => normal(random))
        const from = Math.min(start, v.rows)
        const scores = new Float32Array(v.rows - from)
        dotRows(u, v.data, from, v.rows - from, scores)
        scores.forEach((score, n) => {
          expect(score).toBe(dot(u, v.data, (from + n) * v.d))
        })
      }),
    )
  })
})

describe('seeded generator', () => {
  it('repeats itself for the same seed only', () => {
    const draws = (seed: number) => Array.from({ length: 5 }, seededRandom(seed))
    expect(draws(7)).toEqual(draws(7))
    expect(draws(7)).not.toEqual(draws(8))
  })

  it('draws from N(0, 1)', () => {
    const random = seededRandom(42)
    const draws = Array.from({ length: 20_000 }, () => normal(random))
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length
    expect(Math.abs(mean)).toBeLessThan(0.03)
    expect(Math.abs(variance - 1)).toBeLessThan(0.05)
    expect(draws.filter((x) => Math.abs(x) > 1.96).length / draws.length).toBeCloseTo(0.05, 2)
  })
})
