import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startCrew } from '../../infra/threads.ts'
import { helpersIn } from '../linalg/crew.ts'
import { gramian } from '../linalg/gramian.ts'
import { normal, seededRandom } from '../linalg/random.ts'
import { kernels, plain } from './implementations.fixture.ts'
import { initialFactors } from './initial-factors.ts'
import { transpose } from './observations.ts'
import type { TrainingProblem } from './problem.ts'
import { type Training, train } from './train.ts'
import type { Factors, ObservationRows, Regularization } from './types.ts'

const USUAL: Regularization = { unobservedWeight: 0.01, regularization: 0.01, regularizationExponent: 1 }
const FIXED = { epochs: 2, seed: 1, positiveFrom: 4, dislikeWeight: 0 }

interface Shape {
  readonly d: number
  readonly columnCount: number
  /** Pairs of each row. */
  readonly lengths: readonly number[]
  /** Weights are drawn from these; undefined: all are 1 and left out. */
  readonly weights: readonly number[] | undefined
  readonly scale: number
  readonly seed: number
}

/** Factors and ratings as training meets them, drawn from a seed: too many numbers for a shrinking generator. */
function problemOf({ d, columnCount, lengths, weights, scale, seed }: Shape) {
  const random = seededRandom(seed)
  const data = Float32Array.from({ length: columnCount * d }, () => scale * normal(random))
  const factors: Factors = { rows: columnCount, d, data }
  const starts = [0]
  const columns: number[] = []
  for (const length of lengths) {
    const step = columnCount / Math.min(length, columnCount)
    for (let n = 0; n < Math.min(length, columnCount); n++) columns.push(Math.floor((n + random()) * step))
    starts.push(columns.length)
  }
  const observations: ObservationRows = {
    rows: lengths.length,
    starts: Int32Array.from(starts),
    columns: Int32Array.from(columns, (column) => Math.min(column, columnCount - 1)),
    weights: weights && Float32Array.from(columns, () => weights[Math.floor(random() * weights.length)] as number),
    targets: weights && Float32Array.from(columns, () => (random() < 0.7 ? 1 : random() < 0.5 ? 0 : -2.5)),
  }
  return { fixed: { factors, gramian: gramian(factors) }, observations }
}

/**
 * The greatest distance of a row from the reference, by the reference's length, or by a tenth of the longest row's: where the
 * terms of a right-hand side cancel, what is left of them is rounding.
 */
function worstError(shape: Shape, regularization: Regularization): number {
  const { fixed, observations } = problemOf(shape)
  const { d, data: expected } = plain.halfStep(fixed, observations, regularization)
  const actual = kernels.halfStep(fixed, observations, regularization).data
  const lengthOf = (row: Float32Array): number => Math.hypot(...row)
  const row = (data: Float32Array, r: number) => data.subarray(r * d, (r + 1) * d)
  const longest = Math.max(...shape.lengths.map((_, r) => lengthOf(row(expected, r))))
  return shape.lengths.reduce((worst, _, r) => {
    const apart = lengthOf(row(actual, r).map((x, k) => x - (row(expected, r)[k] as number)))
    return Math.max(worst, apart === 0 ? 0 : apart / Math.max(lengthOf(row(expected, r)), longest / 10))
  }, 0)
}

const regularizations: fc.Arbitrary<Regularization> = fc.record({
  unobservedWeight: fc.constantFrom(0.001, 0.01, 0.3, 10),
  regularization: fc.constantFrom(1e-4, 0.003, 0.1, 1),
  regularizationExponent: fc.constantFrom(0, 0.5, 1),
})

describe('the kernels give what the reference gives, to 1e-4', () => {
  it('on random problems: any d, empty rows, short ones and long ones, weights from nothing to a hundred', () => {
    const shapes = fc.record({
      d: fc.integer({ min: 1, max: 70 }),
      columnCount: fc.integer({ min: 1, max: 300 }),
      // Many short rows are what makes solving them in their own space pay: without them that way is not taken.
      lengths: fc
        .record({ any: fc.array(fc.nat(300), { maxLength: 8 }), short: fc.nat(12), times: fc.constantFrom(1, 800) })
        .map(({ any, short, times }) => [...any, ...new Array<number>(times).fill(short)]),
      weights: fc.constantFrom(undefined, [1], [0, 1, 0.25], [0, 1e-3, 1, 100]),
      scale: fc.constantFrom(1e-3, 0.1, 1, 30),
      seed: fc.nat(),
    })
    fc.assert(
      fc.property(shapes, regularizations, (shape, regularization) => {
        expect(worstError(shape, regularization)).toBeLessThan(1e-4)
      }),
      { numRuns: 150 },
    )
  })

  it.each([8, 64, 100, 128, 200, 512, 768])('at d = %i, in the space of the factors and in that of the row', (d) => {
    // At 512 the reference takes too long for as many rows as it takes to make the other space pay.
    const lengths = [1, d >> 2, d, 2 * d, ...new Array<number>(d > 200 ? 0 : 700).fill(5)]
    const shape = { d, columnCount: 2 * d, lengths, weights: undefined, scale: 0.3, seed: d }
    expect(worstError(shape, USUAL)).toBeLessThan(1e-4)
  })

  it('in a row of 10,000', () => {
    const shape = { d: 20, columnCount: 12_000, lengths: [10_000], weights: [0, 0.5, 1], scale: 0.3, seed: 1 }
    expect(worstError(shape, USUAL)).toBeLessThan(1e-4)
  })

  it('where a row is so nearly singular that f32 has no digits left', () => {
    const shape = { d: 12, columnCount: 12, lengths: [12, 3], weights: [1e4], scale: 30, seed: 3 }
    const hardly = { unobservedWeight: 0, regularization: 1e-3, regularizationExponent: 0 }
    expect(worstError(shape, hardly)).toBeLessThan(1e-4)
  })
})

describe('threads', () => {
  it.each([
    ['as ratings are', 8, undefined],
    ['with dislikes', 13, [1, 0.5]],
    ['longer than a block of the Gramian', 24, undefined],
  ])('come to the same bits, be they 1, 2 or 3: %s', (_, d, weights) => {
    const lengths = Array.from({ length: 9000 }, (_, r) => 1 + ((r * 7919) % 40))
    const { observations } = problemOf({ d, columnCount: 400, lengths, weights, scale: 1, seed: 5 })
    const problem: TrainingProblem = {
      itemIds: Array.from({ length: 400 }, (_, n) => `${n}`),
      byUser: observations,
      heldOut: { users: new Int32Array(), starts: new Int32Array(1), items: new Int32Array() },
      sample: { userIds: [], rows: new Int32Array() },
      ratings: observations.columns.length,
    }
    const trainedOn = (threads: number) => {
      const crew = startCrew(threads)
      // The test is worth nothing unless the helpers take part: wait for them.
      const control = new Int32Array(crew.workspace.memory.buffer, crew.invitation.control)
      const deadline = performance.now() + 20_000
      while (helpersIn(control) < threads - 1) if (performance.now() > deadline) throw new Error('helpers did not come')
      const training = train(problem, { ...USUAL, ...FIXED, factors: d }, { crew }) as Training
      crew.close()
      return { factors: training.items.factors.data, gramians: [training.items.gramian, training.userGramian] }
    }
    const alone = trainedOn(1)
    expect(trainedOn(2)).toEqual(alone)
    expect(trainedOn(3)).toEqual(alone)
  })
})

describe('training', () => {
  it('lowers the loss with every half-step', () => {
    fc.assert(
      fc.property(
        fc.record({ d: fc.integer({ min: 2, max: 24 }), seed: fc.nat() }),
        regularizations,
        ({ d, seed }, regularization) => {
          const lengths = Array.from({ length: 60 }, (_, r) => 1 + ((r * 31) % 20))
          const { observations } = problemOf({ d, columnCount: 50, lengths, weights: [1, 0.5], scale: 0.1, seed })
          const byItem = transpose(observations, 50)
          let items: Factors = initialFactors(
            Array.from({ length: 50 }, (_, n) => `${n}`),
            d,
            seed,
          )
          let users: Factors = { rows: 60, d, data: new Float32Array(60 * d) }
          let before = Infinity
          for (let epoch = 0; epoch < 4; epoch++) {
            for (const side of ['users', 'items'] as const) {
              if (side === 'users') users = kernels.halfStep(fixedOf(items), observations, regularization)
              else items = kernels.halfStep(fixedOf(users), byItem, regularization)
              const after = loss(users, items, observations, regularization)
              expect(after).toBeLessThanOrEqual(before * (1 + 1e-5))
              before = after
            }
          }
        },
      ),
      { numRuns: 30 },
    )
  })
})

const fixedOf = (factors: Factors) => ({ factors, gramian: gramian(factors) })

/** The whole loss, as numerics has it, in double precision. */
function loss(users: Factors, items: Factors, observations: ObservationRows, regularization: Regularization): number {
  const { unobservedWeight: alpha, regularization: lambda, regularizationExponent: nu } = regularization
  const dot = (u: number, i: number): number => {
    let sum = 0
    for (let k = 0; k < users.d; k++) {
      sum += (users.data[u * users.d + k] as number) * (items.data[i * users.d + k] as number)
    }
    return sum
  }
  const observed = { users: new Float64Array(users.rows), items: new Float64Array(items.rows) }
  let total = 0
  for (let u = 0; u < users.rows; u++) {
    for (let i = 0; i < items.rows; i++) total += alpha * dot(u, i) ** 2
    for (let e = observations.starts[u] as number; e < (observations.starts[u + 1] as number); e++) {
      const [i, w] = [observations.columns[e] as number, observations.weights?.[e] ?? 1]
      total += w * ((observations.targets?.[e] ?? 1) - dot(u, i)) ** 2
      ;(observed.users[u] as number) += w
      ;(observed.items[i] as number) += w
    }
  }
  for (const [factors, weights, others] of [
    [users, observed.users, items.rows],
    [items, observed.items, users.rows],
  ] as const) {
    for (let r = 0; r < factors.rows; r++) {
      const square = factors.data.subarray(r * factors.d, (r + 1) * factors.d).reduce((sum, x) => sum + x * x, 0)
      total += lambda * ((weights[r] as number) + alpha * others) ** nu * square
    }
  }
  return total
}
