import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normal, seededRandom } from '../linalg/random.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { centre } from './biases.ts'
import { type ExplicitHyperParameters, type ExplicitModel, prepareEstimates, trainExplicit } from './explicit.ts'
import { prepareFoldIn } from './fold-in.ts'
import { placeFactors } from './placed.ts'
import type { ObservationRows } from './types.ts'

const HYPER_PARAMETERS: ExplicitHyperParameters = {
  factors: 3,
  epochs: 10,
  seed: 1,
  regularization: 0.05,
  regularizationExponent: 1,
  damping: 2,
}

type Rating = readonly [user: number, item: number, value: number]

function rowsOf(ratings: readonly Rating[], users: number): ObservationRows {
  const sorted = ratings.toSorted(([u, i], [v, j]) => u - v || i - j)
  return {
    rows: users,
    starts: Int32Array.from({ length: users + 1 }, (_, row) => sorted.filter(([user]) => user < row).length),
    columns: Int32Array.from(sorted, ([, item]) => item),
    targets: Float32Array.from(sorted, ([, , value]) => value),
  }
}

function rowOf({ starts, columns, targets }: ObservationRows, row: number) {
  return {
    columns: columns.subarray(starts[row], starts[row + 1]),
    targets: targets?.subarray(starts[row], starts[row + 1]),
  }
}

const trained = (
  ratings: ObservationRows,
  items: number,
  changes: Partial<ExplicitHyperParameters> = {},
): ExplicitModel => trainExplicit(ratings, items, { ...HYPER_PARAMETERS, ...changes }) as ExplicitModel

/** The loss as the equation has it, each user solved for these item factors. */
function loss({ biases, items, regularization: of }: ExplicitModel, ratings: ObservationRows): number {
  const workspace = createWorkspace()
  const foldIn = prepareFoldIn(workspace, placeFactors(workspace, items), new Float64Array(items.d ** 2), of)
  const square = (v: Float32Array): number => v.reduce((sum, x) => sum + x * x, 0)
  const lengths = (v: Float32Array, n: number): number => of.regularization * n ** of.regularizationExponent * square(v)
  const raters = new Int32Array(items.rows)
  let total = 0
  for (let row = 0; row < ratings.rows; row++) {
    const { columns, targets } = rowOf(ratings, row)
    const centred = new Float32Array(columns.length)
    centre({ columns, targets }, biases, centred)
    const user = foldIn({ columns, targets: centred })
    columns.forEach((item, e) => {
      const product = user.reduce((sum, x, k) => sum + x * (items.data[item * items.d + k] as number), 0)
      total += ((centred[e] as number) - product) ** 2
      ;(raters[item] as number)++
    })
    total += lengths(user, columns.length)
  }
  raters.forEach((n, item) => {
    total += lengths(items.data.subarray(item * items.d, (item + 1) * items.d), n)
  })
  return total
}

const arbitraryRatings = fc.uniqueArray(fc.tuple(fc.nat(6), fc.nat(5), fc.integer({ min: 1, max: 10 })), {
  selector: ([user, item]) => 10 * user + item,
  maxLength: 40,
})

describe('explicit ALS', () => {
  it('lowers its loss every epoch', () => {
    const regularization = fc.constantFrom(0.01, 0.1, 1)
    fc.assert(
      fc.property(arbitraryRatings, regularization, fc.constantFrom(0, 0.5, 1), (ratings, regularization, exponent) => {
        const rows = rowsOf(ratings, 7)
        const losses = [1, 2, 3, 4, 5].map((epochs) =>
          loss(trained(rows, 6, { epochs, regularization, regularizationExponent: exponent }), rows),
        )
        losses.forEach((after, epoch) => {
          expect(after).toBeLessThanOrEqual((losses[epoch - 1] ?? Infinity) * (1 + 1e-5) + 1e-9)
        })
      }),
      { numRuns: 40 },
    )
  })

  it('estimates what it never saw, from a taste that biases cannot tell', () => {
    const random = seededRandom(3)
    const [users, items] = [60, 40]
    const tastes = Array.from({ length: users + items }, () => normal(random))
    const all = Array.from({ length: users * items }, (_, n): Rating => {
      const [user, item] = [Math.floor(n / items), n % items]
      return [user, item, 3 + (tastes[user] as number) * (tastes[users + item] as number)]
    })
    const isHeldOut = all.map(() => random() < 0.5)
    const rows = rowsOf(
      all.filter((_, n) => !isHeldOut[n]),
      users,
    )
    const rmse = (regularization: number): number => {
      const estimate = prepareEstimates(trained(rows, items, { regularization }))
      const estimates = Array.from({ length: users }, (_, user) => {
        const into = new Float32Array(items)
        estimate(rowOf(rows, user), into)
        return into
      })
      const errors = all
        .filter((_, n) => isHeldOut[n])
        .map(([user, item, value]) => (estimates[user]?.[item] ?? 0) - value)
      return Math.sqrt(errors.reduce((sum, error) => sum + error * error, 0) / errors.length)
    }
    // So much regularization leaves the biases alone.
    expect(rmse(0.01)).toBeLessThan(0.2 * rmse(1e6))
  })

  it('estimates the mean and the item biases, damped, for a user who rated nothing', () => {
    const rows = rowsOf(
      [
        [0, 0, 5],
        [1, 0, 5],
        [0, 1, 2],
      ],
      2,
    )
    const into = new Float32Array(3)
    prepareEstimates(trained(rows, 3))({ columns: new Int32Array(), targets: new Float32Array() }, into)
    // μ = 4, two ratings one above it and one two below, as if two more stood at it; nobody rated item 2.
    expect([...into]).toEqual([4 + 2 / 4, expect.closeTo(4 - 2 / 3), 4])
  })

  it('gives the same bits for the same seed, and others for another', () => {
    const rows = rowsOf(
      [
        [0, 0, 5],
        [0, 1, 2],
        [1, 0, 4],
        [1, 1, 1],
        [1, 2, 5],
      ],
      2,
    )
    const data = (seed: number) => trained(rows, 3, { seed }).items.data
    expect(data(1)).toEqual(data(1))
    expect(data(1)).not.toEqual(data(2))
  })

  it('ends without a model when it is told to stop', () => {
    const rows = rowsOf([[0, 0, 5]], 1)
    expect(trainExplicit(rows, 1, HYPER_PARAMETERS, { shouldStop: () => true })).toBeUndefined()
  })
})
