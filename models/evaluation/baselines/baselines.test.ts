import fc from 'fast-check'
import { Matrix } from 'ml-matrix'
import { describe, expect, it } from 'vitest'
import { inversePositiveDefinite } from '../../linalg/solve.ts'
import { type Fit, type Interactions, rowOf, type TrainingSet } from '../model.ts'
import { fitEase } from './ease.ts'
import { fitItemKnn } from './item-knn.ts'
import { fitPopularity } from './popularity.ts'
import { fitRandom } from './random.ts'

const LIKED = 5
const DISLIKED = 2

/** A row for each user: the value of every item, 0 where it is not known. */
type Table = readonly (readonly number[])[]

const tableOf = (users: number, items: number) => {
  const value = fc.constantFrom(0, 0, DISLIKED, LIKED)
  const row = fc.array(value, { minLength: items, maxLength: items })
  return fc.array(row, { minLength: users, maxLength: users })
}
/** Sometimes with more users than items, sometimes with fewer. */
const arbitraryTable: fc.Arbitrary<Table> = fc
  .record({ users: fc.integer({ min: 1, max: 12 }), items: fc.integer({ min: 1, max: 12 }) })
  .chain(({ users, items }) => tableOf(users, items))

function trainingSet(table: Table): TrainingSet {
  const known = table.map((row) => row.flatMap((value, item) => (value > 0 ? [{ item, value }] : [])))
  let end = 0
  return {
    rows: table.length,
    starts: Int32Array.from([0, ...known.map(({ length }) => (end += length))]),
    items: Int32Array.from(known.flat(), ({ item }) => item),
    values: Float32Array.from(known.flat(), ({ value }) => value),
    itemCount: (table[0] as readonly number[]).length,
    positiveFrom: 4,
  }
}

const likes = (table: Table): number[][] => table.map((row) => row.map((value) => (value === LIKED ? 1 : 0)))

/** Scores of everything for each user of the table, and for one whom the model never met. */
function scoresOf(fitModel: Fit, table: Table): number[][] {
  const training = trainingSet(table)
  const model = fitModel(training, 1)
  const histories = [...table.keys()].map((user) => rowOf(training, user))
  return [...histories, { items: Int32Array.of(0), values: Float32Array.of(LIKED) }].map((history: Interactions) => {
    const into = new Float32Array(training.itemCount).fill(NaN)
    model.scores(history, into)
    return [...into]
  })
}

function expectClose(actual: number[][], expected: number[][]): void {
  const greatest = Math.max(1e-9, ...expected.flat().map(Math.abs))
  const apart = actual.flat().map((x, n) => Math.abs(x - (expected.flat()[n] as number)))
  expect(Math.max(...apart)).toBeLessThanOrEqual(1e-5 * greatest)
}

/** The users of the table, and the one who likes item 0 alone. */
const everybody = (table: Table): number[][] => [
  ...likes(table),
  ...likes([(table[0] as number[]).map((_, item) => (item === 0 ? LIKED : 0))]),
]

describe('EASE', () => {
  it('is the closed form, whether users or items are fewer', () => {
    fc.assert(
      fc.property(arbitraryTable, fc.constantFrom(0.5, 3, 200), (table, regularization) => {
        const x = new Matrix(likes(table))
        const gram = x.transpose().mmul(x).add(Matrix.eye(x.columns).mul(regularization))
        const p = inversePositiveDefinite(Float64Array.from(gram.to1DArray()), x.columns) as number[]
        const at = (i: number, j: number) => p[i * x.columns + j] as number
        const b = new Matrix(
          Array.from({ length: x.columns }, (_, i) =>
            Array.from({ length: x.columns }, (_, j) => (i === j ? 0 : -at(i, j) / at(j, j))),
          ),
        )
        expectClose(scoresOf(fitEase({ regularization }), table), new Matrix(everybody(table)).mmul(b).to2DArray())
      }),
    )
  })

  it('refuses what has more than 10,000 of both, and says so', () => {
    const identity = { starts: Int32Array.from({ length: 10_002 }, (_, n) => n), itemCount: 10_001, positiveFrom: 1 }
    const items = Int32Array.from({ length: 10_001 }, (_, n) => n)
    const training = { ...identity, rows: 10_001, items, values: new Float32Array(10_001).fill(1) }
    expect(() => fitEase({ regularization: 1 })(training, 1)).toThrow(/up to 10,000: here are 10,001 users and 10,001/)
  })

  it('names the regularization that leaves its matrix singular', () => {
    const same = trainingSet([
      [LIKED, LIKED],
      [LIKED, LIKED],
    ])
    expect(() => fitEase({ regularization: 0 })(same, 1)).toThrow(/positive definite with regularization 0/)
  })
})

describe('item-kNN', () => {
  it('is the sum of the cosines with the K nearest, shrunk', () => {
    fc.assert(
      fc.property(arbitraryTable, fc.integer({ min: 1, max: 5 }), fc.constantFrom(0, 1.5), (table, k, h) => {
        const columns = new Matrix(likes(table)).transpose().to2DArray()
        const product = (x: number[], y: number[]) => x.reduce((sum, value, n) => sum + value * (y[n] as number), 0)
        const near = columns.map((y, j) =>
          columns
            .map((x, i) => ({
              i,
              s: i === j ? 0 : product(x, y) / (Math.sqrt(product(x, x) * product(y, y)) + h) || 0,
            }))
            .toSorted((a, b) => b.s - a.s || a.i - b.i)
            .slice(0, k),
        )
        const expected = everybody(table).map((x) =>
          near.map((them) => them.reduce((sum, { i, s }) => sum + (x[i] as number) * s, 0)),
        )
        expectClose(scoresOf(fitItemKnn({ neighbours: k, shrinkage: h }), table), expected)
      }),
    )
  })
})

describe('popularity', () => {
  it('counts positives, those of later too', () => {
    const model = fitPopularity(
      trainingSet([
        [LIKED, DISLIKED, LIKED],
        [0, DISLIKED, LIKED],
      ]),
      1,
    )
    const into = new Float32Array(3)
    const scores = () => {
      model.scores({ items: new Int32Array(), values: new Float32Array() }, into)
      return [...into]
    }
    expect(scores()).toEqual([1, 0, 2])
    model.learn?.(1, LIKED)
    model.learn?.(2, DISLIKED)
    expect(scores()).toEqual([1, 1, 2])
  })
})

describe('random', () => {
  it('scores a history alike whoever was asked about before, and otherwise with another seed', () => {
    const training = trainingSet([
      [LIKED, 0, LIKED, 0],
      [LIKED, LIKED, 0, 0],
    ])
    const scores = (seed: number, ...users: number[]) => {
      const [model, into] = [fitRandom(training, seed), new Float32Array(4)]
      for (const user of users) model.scores(rowOf(training, user), into)
      return [...into]
    }
    expect(scores(1, 0)).toEqual(scores(1, 1, 0))
    expect(scores(1, 0)).not.toEqual(scores(1, 1))
    expect(scores(1, 0)).not.toEqual(scores(2, 0))
  })
})
