import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { gramian } from '../linalg/gramian.ts'
import { normal, seededRandom } from '../linalg/random.ts'
import { finish } from '../ranking/layout.ts'
import { arbitraryHalfStep, type HalfStepProblem } from './arbitrary.fixture.ts'
import { prepareExplanation } from './explain.ts'
import { kernels, plain } from './implementations.fixture.ts'
import { NotPositiveDefiniteError } from './reference.ts'
import type { FixedSide, HyperParameters, Observations, Regularization } from './types.ts'

const REST = { epochs: 1, seed: 1, positiveFrom: 4, dislikeWeight: 0 }

function explain(items: FixedSide, observations: Observations, regularization: Regularization) {
  const hyperParameters: HyperParameters = { ...REST, ...regularization, factors: items.factors.d }
  const { contributions, leaveOneOut } = finish(prepareExplanation({ items, hyperParameters }, observations))
  return {
    contributions: (item: Float32Array) => finish(contributions(item)),
    leaveOneOut: () => finish(leaveOneOut()),
  }
}

/** The users of a random problem, each with what was observed of them. */
function* usersOf({ observations: { rows, starts, columns, weights, targets } }: HalfStepProblem) {
  for (let r = 0; r < rows; r++) {
    const [from, to] = [starts[r], starts[r + 1]]
    yield { columns: columns.slice(from, to), weights: weights?.slice(from, to), targets: targets?.slice(from, to) }
  }
}

const vectorOf = ({ factors: { d, data } }: FixedSide, item: number) => data.slice(item * d, (item + 1) * d)
const dotOf = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, k) => sum + value * (y[k] as number), 0)
const sumOf = (numbers: Float64Array) => numbers.reduce((sum, x) => sum + x, 0)

/** Where the terms of a score cancel, what is left of them is rounding. */
const within = (tolerance: number, user: Float32Array, item: Float32Array) =>
  tolerance * Math.hypot(...user) * Math.hypot(...item) + 1e-12

describe('contributions', () => {
  it('sum to the score of every item, graded positives and weighed dislikes among them', () => {
    fc.assert(
      fc.property(arbitraryHalfStep, (problem) => {
        const { fixed, regularization } = problem
        for (const observations of usersOf(problem)) {
          const user = plain.foldIn(fixed, observations, regularization)
          const { contributions } = explain(fixed, observations, regularization)
          for (let i = 0; i < fixed.factors.rows; i++) {
            const item = vectorOf(fixed, i)
            const apart = Math.abs(sumOf(contributions(item)) - dotOf(user, item))
            expect(apart).toBeLessThanOrEqual(within(1e-6, user, item))
          }
        }
      }),
    )
  })

  it.each([
    [64, 100],
    [50, 20],
    [7, 300],
    [64, 10_000],
  ])('sum to the score that is served: %d factors, %d ratings', (d, count) => {
    const random = seededRandom(d)
    const factors = { rows: 400, d, data: Float32Array.from({ length: 400 * d }, () => 0.3 * normal(random)) }
    const fixed = { factors, gramian: gramian(factors) }
    const observations = {
      columns: Int32Array.from({ length: count }, (_, n) => n % 400),
      weights: Float32Array.from({ length: count }, () => 0.5 + random()),
      targets: Float32Array.from({ length: count }, (_, n) => (n % 4 === 0 ? 0 : 1)),
    }
    const regularization = { unobservedWeight: 0.1, regularization: 0.01, regularizationExponent: 1 }
    const user = kernels.foldIn(fixed, observations, regularization)
    const { contributions } = explain(fixed, observations, regularization)
    for (let i = 0; i < 400; i += 7) {
      const item = vectorOf(fixed, i)
      expect(Math.abs(sumOf(contributions(item)) - dotOf(user, item))).toBeLessThanOrEqual(within(1e-4, user, item))
    }
  })

  it('can be put off again and again where there are many', () => {
    const random = seededRandom(1)
    const factors = { rows: 400, d: 64, data: Float32Array.from({ length: 400 * 64 }, () => 0.3 * normal(random)) }
    const regularization = { unobservedWeight: 0.1, regularization: 0.01, regularizationExponent: 1 }
    const columns = Int32Array.from({ length: 10_000 }, (_, n) => n % 400)
    const hyperParameters: HyperParameters = { ...REST, ...regularization, factors: 64 }
    const items = { factors, gramian: gramian(factors) }
    const steps = prepareExplanation({ items, hyperParameters }, { columns })
    expect([...steps].length).toBeGreaterThan(10)
    const { contributions, leaveOneOut } = finish(prepareExplanation({ items, hyperParameters }, { columns }))
    expect([...contributions(vectorOf(items, 0))].length).toBeGreaterThan(1)
    expect([...leaveOneOut()].length).toBeGreaterThan(10)
  })

  it('of dislikes are 0, and so is everything where nothing was liked', () => {
    fc.assert(
      fc.property(arbitraryHalfStep, (problem) => {
        for (const observations of usersOf(problem)) {
          const { columns, weights, targets } = observations
          const pulls = Array.from(columns, (_, e) => (weights?.[e] ?? 1) * (targets?.[e] ?? 1) !== 0)
          const adds = explain(problem.fixed, observations, problem.regularization).contributions(
            vectorOf(problem.fixed, 0),
          )
          expect(adds.length).toBe(pulls.length)
          pulls.forEach((pull, e) => {
            if (!pull) expect(adds[e]).toBe(0)
          })
        }
      }),
    )
    const fixed = { factors: { rows: 1, d: 2, data: Float32Array.of(1, 1) }, gramian: Float64Array.of(1, 1, 1, 1) }
    const singular = { unobservedWeight: 0, regularization: 0, regularizationExponent: 1 }
    const columns = Int32Array.of(0)
    const disliked = explain(fixed, { columns, targets: Float32Array.of(0) }, singular)
    expect([disliked.contributions(Float32Array.of(1, 2)), disliked.leaveOneOut()]).toEqual(
      Array(2).fill(Float64Array.of(0)),
    )
    expect(() => explain(fixed, { columns }, singular)).toThrow(NotPositiveDefiniteError)
  })
})

describe('scores without one observation', () => {
  it('are those of a user who never made it', () => {
    fc.assert(
      fc.property(arbitraryHalfStep, (problem) => {
        const { fixed, regularization } = problem
        const { unobservedWeight, regularizationExponent } = regularization
        for (const observations of usersOf(problem)) {
          const n = observations.weights?.reduce((sum, weight) => sum + weight, 0) ?? 0
          // What it was with all observations stands in for what it would be without this one.
          const diagonal = (n + unobservedWeight * fixed.factors.rows) ** regularizationExponent
          const same = {
            unobservedWeight,
            regularization: regularization.regularization * diagonal,
            regularizationExponent: 0,
          }
          // Without any weight there is no matrix to solve.
          if (same.regularization === 0) continue
          const scores = explain(fixed, observations, regularization).leaveOneOut()
          observations.columns.forEach((column, left) => {
            const isKept = (_: unknown, e: number): boolean => e !== left
            const rest = {
              columns: observations.columns.filter(isKept),
              weights: observations.weights?.filter(isKept),
              targets: observations.targets?.filter(isKept),
            }
            const user = plain.foldIn(fixed, rest, same)
            const item = vectorOf(fixed, column)
            const apart = Math.abs((scores[left] as number) - dotOf(user, item))
            expect(apart).toBeLessThanOrEqual(within(1e-6, user, item) + 1e-9)
          })
        }
      }),
    )
  })
})
