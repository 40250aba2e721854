import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isHeldOut } from '../evaluation/held-out.ts'
import { generateRatings } from '../evaluation/ratings.fixture.ts'
import type { History, HistoryEntry } from '../history/types.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { arbitraryHalfStep } from './arbitrary.fixture.ts'
import { foldIn } from './fold-in.ts'
import { createGeneration } from './generation.ts'
import { plain } from './implementations.fixture.ts'
import { type ItemRater, prepareItemFoldIn, typicalPositives } from './new-item.ts'
import { observe, transpose, weightInHistory } from './observations.ts'
import { problemBuilder } from './problem.ts'
import { type Training, train } from './train.ts'
import type { FixedSide, Generation, HyperParameters, Regularization } from './types.ts'

const hyperParameters: HyperParameters = {
  factors: 10,
  epochs: 5,
  seed: 1,
  positiveFrom: 4,
  topValue: 5,
  topWeight: 2.5,
  activityExponent: 0.4,
  dislikeWeight: 0,
  unobservedWeight: 0.2,
  regularization: 0.02,
  regularizationExponent: 1,
}

/** All of a generation that new items are folded into: these users. */
function generationOf({ factors, gramian }: FixedSide, regularization: Regularization): Generation {
  const { d, rows } = factors
  return createGeneration({
    id: 'g',
    createdAt: 1,
    itemIds: [],
    items: { factors: { rows: 0, d, data: new Float32Array() }, gramian: new Float64Array(d * d) },
    hyperParameters: { ...hyperParameters, ...regularization, factors: d },
    userGramian: gramian,
    users: rows,
    positives: new Int32Array(),
    ratings: 0,
    metrics: {},
    watermark: [],
    trainSeconds: 0,
    epochsRun: 1,
  })
}

const lengthOf = (v: Float32Array): number => Math.hypot(...v)
const apart = (v: Float32Array, w: Float32Array): number => lengthOf(v.map((x, k) => x - (w[k] as number)))

it('an item folded in is a row of the item half-step', () => {
  const workspace = createWorkspace()
  const start = workspace.mark()
  fc.assert(
    fc.property(arbitraryHalfStep, ({ fixed: users, observations, regularization }) => {
      const { rows, starts, columns, weights } = observations
      const { d, data } = users.factors
      const foldInItem = prepareItemFoldIn(workspace, generationOf(users, regularization))
      const solved = plain.halfStep(users, { rows, starts, columns, weights }, regularization)
      const longest = Math.max(
        0,
        ...Array.from({ length: rows }, (_, r) => lengthOf(solved.data.subarray(r * d, r * d + d))),
      )
      for (let r = 0; r < rows; r++) {
        const raters = Array.from(columns.subarray(starts[r], starts[r + 1]), (row, n) => ({
          vector: data.slice(row * d, (row + 1) * d),
          weight: weights?.[(starts[r] as number) + n] as number,
        }))
        const expected = solved.data.subarray(r * d, (r + 1) * d)
        expect(apart(foldInItem(raters), expected)).toBeLessThanOrEqual(
          1e-4 * Math.max(lengthOf(expected), longest / 10),
        )
      }
      workspace.release(start)
    }),
  )
})

it('the first 500 raters count', () => {
  const users = { rows: 700, d: 3, data: Float32Array.from({ length: 2100 }, (_, n) => Math.sin(n)) }
  const foldInItem = prepareItemFoldIn(
    createWorkspace(),
    generationOf({ factors: users, gramian: new Float64Array(9) }, hyperParameters),
  )
  const raters = Array.from({ length: 700 }, (_, n) => ({ vector: users.data.slice(3 * n, 3 * n + 3), weight: 1 }))
  expect(foldInItem(raters)).toEqual(foldInItem(raters.slice(0, 500)))
  expect(foldInItem(raters)).not.toEqual(foldInItem(raters.slice(0, 499)))
  expect(foldInItem([])).toEqual(new Float32Array(3))
})

it('a few raters can stand for as many as an item usually has', () => {
  const fixed = { factors: { rows: 9, d: 2, data: Float32Array.from({ length: 18 }, (_, n) => Math.sin(n)) } }
  const generation = generationOf({ ...fixed, gramian: Float64Array.of(5, 1, 1, 4) }, hyperParameters)
  const [asItIs, raised] = [0, 6].map((least) => prepareItemFoldIn(createWorkspace(), generation, least))
  const raters = (weights: number[]) =>
    weights.map((weight, n) => ({ vector: fixed.factors.data.slice(2 * n, 2 * n + 2), weight }))
  expect(raised?.(raters([1, 2]))).toEqual(asItIs?.(raters([2, 4])))
  expect(raised?.(raters([5, 4]))).toEqual(asItIs?.(raters([5, 4])))
  expect(raised?.([])).toEqual(new Float32Array(2))
  expect([Int32Array.of(1, 1, 8), Int32Array.of()].map(typicalPositives)).toEqual([6.6, 0])
})

describe('an item that was taken out of a trained generation', () => {
  const generated = generateRatings(120, 40, 3_000, 2)
  // Positives of all heights, and none held out: then training sees the very histories that raters have.
  const rated = Array.from(generated.values, (value, i) => (value === 2 ? 2 : 4 + (i % 5) / 4))
  const block = {
    users: generated.users,
    items: generated.items,
    values: Float64Array.from(rated, (value, i) =>
      isHeldOut(generated.users[i] as string, generated.items[i] as string) ? 1 : value,
    ),
  }
  const builder = problemBuilder(hyperParameters)
  builder.add(block)
  const problem = builder.finish()
  const { itemIds, byUser, sample } = problem
  const training = train(problem, hyperParameters) as Training
  const rest = { id: 'g', createdAt: 1, watermark: [0], trainSeconds: 1 }
  const generation = createGeneration({ ...rest, ...training, hyperParameters, itemIds })
  const histories = new Map<string, History>()
  block.users.forEach((user, i) => {
    const itemId = block.items[i] as string
    const entry: HistoryEntry = {
      ...{ itemId, value: block.values[i] as number, occurredAt: i, offset: i, eventId: `${i}`, superseded: [] },
    }
    histories.set(user, new Map([...(histories.get(user) ?? []), [itemId, entry]]))
  })
  const users = training.userSample
  const vectorOf = (n: number) => users.factors.data.slice(n * users.factors.d, (n + 1) * users.factors.d)

  it('comes back as the item half-step has it, from its raters and what their ratings weigh', () => {
    expect(sample.userIds.length).toBe(byUser.rows)
    const foldInItem = prepareItemFoldIn(createWorkspace(), generation)
    // The rows of the problem in the order of the sample: everybody is in it.
    const ordered = new Float32Array(users.factors.data.length)
    sample.rows.forEach((row, n) => void ordered.set(vectorOf(n), row * users.factors.d))
    const fixed = { factors: { ...users.factors, data: ordered }, gramian: training.userGramian }
    const expected = plain.halfStep(fixed, transpose(byUser, itemIds.length), hyperParameters)
    itemIds.forEach((itemId, column) => {
      const raters = sample.userIds.flatMap((userId, n) => {
        const weight = weightInHistory(histories.get(userId) as History, itemId, hyperParameters)
        return weight > 0 ? [{ vector: vectorOf(n), weight }] : []
      })
      expect(raters.length).toBe(generation.positives[column])
      const item = expected.data.subarray(column * expected.d, (column + 1) * expected.d)
      expect(apart(foldInItem(raters), item)).toBeLessThanOrEqual(1e-4 * lengthOf(item))
    })
  })

  it('appeals to others of the same taste, as soon as three have rated it who are solved without it', () => {
    const foldInItem = prepareItemFoldIn(createWorkspace(), generation)
    const areas = itemIds.flatMap((left) => {
      const people = sample.userIds.map((userId) => {
        const history = histories.get(userId) as History
        const observed = observe(history, generation, (itemId) => itemId === left)
        return { vector: foldIn(generation, observed), weight: weightInHistory(history, left, hyperParameters) }
      })
      const likes = people.filter(({ weight }) => weight > 0)
      if (likes.length < 6) return []
      const item = foldInItem(likes.splice(0, 3))
      const scoreOf = ({ vector }: ItemRater): number => vector.reduce((sum, x, k) => sum + x * (item[k] as number), 0)
      const others = people.filter(({ weight }) => weight === 0).map(scoreOf)
      const won = likes.map((like) => others.filter((score) => score < scoreOf(like)).length / others.length)
      return won.reduce((sum, share) => sum + share, 0) / won.length
    })
    expect(areas.length).toBeGreaterThan(20)
    // The area under the ROC curve: 0.5 is chance.
    expect(areas.reduce((sum, area) => sum + area, 0) / areas.length).toBeGreaterThan(0.65)
  })
})

it('a rating that is withdrawn, a dislike or of something else weighs nothing', () => {
  const entry = (itemId: string, value: number | null): [string, HistoryEntry] => [
    itemId,
    { itemId, value, occurredAt: 1, offset: 1, eventId: itemId, superseded: [] },
  ]
  const history = new Map([entry('liked', 5), entry('disliked', 1), entry('withdrawn', null)])
  const plainly = { positiveFrom: 4, dislikeWeight: 0.5 }
  const weights = [...history.keys(), 'unknown'].map((itemId) => weightInHistory(history, itemId, plainly))
  expect(weights).toEqual([1, 0, 0, 0])
})
