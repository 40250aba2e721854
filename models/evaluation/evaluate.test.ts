import { expect, it } from 'vitest'
import { evaluateHeldOut } from './evaluate.ts'

/** Three items on a line; a user of factor 1 ranks them 2, 1, 0. */
const items = { rows: 3, d: 1, data: Float32Array.of(1, 2, 3) }
const users = { rows: 2, d: 1, data: Float32Array.of(1, 1) }

it('ranks held-out items among all but the training positives: dislikes stay candidates', () => {
  const trainedOn = {
    rows: 2,
    starts: Int32Array.of(0, 1, 2),
    columns: Int32Array.of(2, 2),
    weights: Float32Array.of(1, 1),
    targets: Float32Array.of(1, 0),
  }
  const heldOut = { users: Int32Array.of(0, 1), starts: Int32Array.of(0, 1, 2), items: Int32Array.of(1, 1) }
  const metrics = evaluateHeldOut(users, items, trainedOn, heldOut)
  // First for the user who had liked item 2, second for the one who had disliked it.
  expect(metrics['ndcg@10']).toBeCloseTo((1 + 1 / Math.log2(3)) / 2)
  expect(metrics['ndcg@100']).toBe(metrics['ndcg@10'])
  expect(metrics['recall@20']).toBe(1)
  expect(metrics.pairs).toBe(2)
})

it('has no figures where nothing is held out', () => {
  const none = { users: new Int32Array(), starts: Int32Array.of(0), items: new Int32Array() }
  const untrained = {
    rows: 2,
    starts: new Int32Array(3),
    columns: new Int32Array(),
    weights: new Float32Array(),
    targets: new Float32Array(),
  }
  expect(evaluateHeldOut(users, items, untrained, none)).toEqual({ pairs: 0 })
})
