import { expect, it } from 'vitest'
import { fitAls, problemOf } from './als.ts'
import type { TrainingSet } from './model.ts'

const OPTIONS = {
  factors: 3,
  epochs: 10,
  unobservedWeight: 0.1,
  regularization: 0.01,
  regularizationExponent: 1,
  dislikeWeight: 0,
}

/** Two tastes: items 0–2 and items 3–5; the last user dislikes all they know. */
const training: TrainingSet = {
  rows: 5,
  starts: Int32Array.of(0, 3, 5, 8, 11, 12),
  items: Int32Array.of(0, 1, 2, 0, 1, 3, 4, 5, 0, 4, 5, 0),
  values: Float32Array.of(5, 5, 5, 4, 5, 5, 5, 5, 1, 5, 4, 1),
  itemCount: 6,
  positiveFrom: 4,
}
const scoresOf = (history: { items: number[]; values: number[] }, dislikeWeight = 0): number[] => {
  const into = new Float32Array(6)
  fitAls({ ...OPTIONS, dislikeWeight })(training, 1).scores(
    { items: Int32Array.from(history.items), values: Float32Array.from(history.values) },
    into,
  )
  return [...into]
}

it('recommends what people of the same taste like', () => {
  const [a = 0, b = 0, c = 0, ...others] = scoresOf({ items: [0, 1], values: [5, 5] })
  for (const other of others) expect(Math.min(a, b, c)).toBeGreaterThan(other + 0.2)
})

it('finds the best of what is not hidden', () => {
  const recommender = fitAls(OPTIONS)(training, 1)
  const history = { items: Int32Array.of(1, 3), values: Float32Array.of(5, 5) }
  const scores = new Float32Array(6)
  recommender.scores(history, scores)
  const ranked = [0, 2, 4, 5].sort((x, y) => (scores[y] as number) - (scores[x] as number))
  expect(recommender.best?.(history, Int32Array.of(1, 3), 3)).toEqual(ranked.slice(0, 3))
  // Nothing stays hidden.
  expect(recommender.best?.(history, new Int32Array(), 6)).toHaveLength(6)
})

it('learns from interactions that have no values, all of which are positive', () => {
  const given = { ...training, values: new Float32Array(12).fill(1), positiveFrom: Number.NEGATIVE_INFINITY }
  expect(problemOf(given, { positiveFrom: given.positiveFrom, dislikeWeight: 0 }).byUser.rows).toBe(5)
  const into = new Float32Array(6)
  fitAls({ ...OPTIONS, topWeight: 2 })(given, 1).scores(
    { items: Int32Array.of(4, 5), values: Float32Array.of(1, 1) },
    into,
  )
  expect(into[3]).toBeGreaterThan(0.2 + Math.max(into[1] as number, into[2] as number))
})

it('learns from dislikes only when they have a weight', () => {
  const liked = { items: [4], values: [5] }
  const both = { items: [3, 4], values: [1, 5] }
  expect(scoresOf(both)).toEqual(scoresOf(liked))
  expect(scoresOf(both, 1)[3]).toBeLessThan((scoresOf(liked, 1)[3] ?? 0) - 0.05)
})

it('trains on users who like something, and on dislikes as they weigh', () => {
  const without = problemOf(training, { positiveFrom: 4, dislikeWeight: 0 })
  expect([...without.byUser.starts]).toEqual([0, 3, 5, 8, 10])
  expect(without.byUser.weights).toBeUndefined()
  const weighed = problemOf(training, { positiveFrom: 4, dislikeWeight: 0.5 })
  expect([...weighed.byUser.starts]).toEqual([0, 3, 5, 8, 11])
  expect([...(weighed.byUser.weights ?? [])].slice(-3)).toEqual([0.5, 1, 1])
})
