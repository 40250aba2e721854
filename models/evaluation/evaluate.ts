import { isPositive } from '../als/observations.ts'
import type { Factors, ObservationRows } from '../als/types.ts'
import { topK } from '../ranking/top-k.ts'
import { ndcg, recall } from './ranking-metrics.ts'

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
 * @returns          "ndcg@10", "recall@20" and "pairs"; only "pairs" (0) where there is nothing to measure with
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
  let ndcgSum = 0
  let recallSum = 0
  heldOut.users.forEach((user, n) => {
    const positives = positivesOf(trainedOn, user)
    for (const item of positives) isCandidate[item] = 0
    const vector = users.data.subarray(user * width, user * width + users.d)
    const ranking = topK(items, vector, 20, (item) => isCandidate[item] === 1).map(({ index }) => index)
    for (const item of positives) isCandidate[item] = 1

    const relevant = new Set(heldOut.items.subarray(heldOut.starts[n], heldOut.starts[n + 1]))
    const places = Int32Array.from(ranking.keys().filter((place) => relevant.has(ranking[place] as number)))
    ndcgSum += ndcg({ places, relevant: relevant.size }, 10)
    recallSum += recall({ places, relevant: relevant.size }, 20)
  })
  return { 'ndcg@10': ndcgSum / count, 'recall@20': recallSum / count, pairs: heldOut.items.length }
}

function positivesOf(trainedOn: ObservationRows, row: number): Int32Array {
  const from = trainedOn.starts[row] as number
  return trainedOn.columns.subarray(from, trainedOn.starts[row + 1]).filter((_, e) => isPositive(trainedOn, from + e))
}
