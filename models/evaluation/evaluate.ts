import { isPositive } from '../als/observations.ts'
import type { Factors, ObservationRows } from '../als/types.ts'
import { dotRows } from '../linalg/dot.ts'
import { ndcg, recall } from './ranking-metrics.ts'
import { standingOf } from './standing.ts'

/** Held-out positives by user: `users[n]` (a row of the user factors) has items[starts[n]] … items[starts[n+1]−1]. */
export interface HeldOut {
  readonly users: Int32Array
  readonly starts: Int32Array
  readonly items: Int32Array
}

/**
 * Figures of a model on held-out positives, averaged over users. Candidates are all items except the user's training
 * positives: known dislikes stay candidates.
 *
 * @param users      solved without the held-out pairs
 * @param trainedOn  rows are users, columns items
 * @returns          "ndcg@10", "ndcg@100", "recall@20" and "pairs"; only "pairs" (0) where there is nothing to measure with
 */
export function evaluateHeldOut(
  users: Factors,
  items: Factors,
  trainedOn: ObservationRows,
  heldOut: HeldOut,
): Record<string, number> {
  const count = heldOut.users.length
  if (count === 0) return { pairs: 0 }
  const { width = users.d } = users
  const isCandidate = new Uint8Array(items.rows).fill(1)
  const scores = new Float32Array(items.rows)
  const sums = { 'ndcg@10': 0, 'ndcg@100': 0, 'recall@20': 0 }
  heldOut.users.forEach((user, n) => {
    const vector = users.data.subarray(user * width, user * width + users.d)
    dotRows(vector, items.data, 0, items.rows, scores)
    const positives = positivesOf(trainedOn, user)
    for (const item of positives) isCandidate[item] = 0
    const relevant = heldOut.items.subarray(heldOut.starts[n], heldOut.starts[n + 1])
    const standing = standingOf(scores, isCandidate, relevant, 0)
    for (const item of positives) isCandidate[item] = 1
    sums['ndcg@10'] += ndcg(standing, 10)
    sums['ndcg@100'] += ndcg(standing, 100)
    sums['recall@20'] += recall(standing, 20)
  })
  const means = Object.entries(sums).map(([name, sum]) => [name, sum / count])
  return { ...Object.fromEntries(means), pairs: heldOut.items.length }
}

function positivesOf(trainedOn: ObservationRows, row: number): Int32Array {
  const from = trainedOn.starts[row] as number
  return trainedOn.columns.subarray(from, trainedOn.starts[row + 1]).filter((_, e) => isPositive(trainedOn, from + e))
}
