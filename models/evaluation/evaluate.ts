import { isPositive } from '../als/observations.ts'
import type { Factors, ObservationRows } from '../als/types.ts'
import { createWorkspace, type Workspace } from '../linalg/workspace.ts'
import { createScorer } from '../ranking/scorer.ts'
import type { Scored } from '../ranking/selection.ts'
import { type Hits, ndcg, recall } from './ranking-metrics.ts'

/** No figure looks further down a list. */
export const LIST_LENGTH = 100

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
 * @param items      need not be copied where they are placed in `workspace`
 * @param trainedOn  rows are users, columns items
 * @param workspace  to work in for a while
 * @returns          "ndcg@10", "ndcg@100", "recall@20" and "pairs"; only "pairs" (0) where there is nothing to measure with
 */
export function evaluateHeldOut(
  users: Factors,
  items: Factors,
  trainedOn: ObservationRows,
  heldOut: HeldOut,
  workspace: Workspace = createWorkspace(),
): Record<string, number> {
  const count = heldOut.users.length
  if (count === 0) return { pairs: 0 }
  const mark = workspace.mark()
  const scorer = createScorer(items, { workspace })
  const { width = users.d } = users
  const hidden = scorer.bitmap()
  const sums = { 'ndcg@10': 0, 'ndcg@100': 0, 'recall@20': 0 }
  heldOut.users.forEach((user, n) => {
    const vector = users.data.subarray(user * width, user * width + users.d)
    const positives = positivesOf(trainedOn, user)
    for (const index of positives) hidden.hide(index)
    const best = scorer.topK(vector, LIST_LENGTH, hidden)
    for (const index of positives) hidden.show(index)
    const hits = hitsOf(best, heldOut.items.subarray(heldOut.starts[n], heldOut.starts[n + 1]))
    sums['ndcg@10'] += ndcg(hits, 10)
    sums['ndcg@100'] += ndcg(hits, 100)
    sums['recall@20'] += recall(hits, 20)
  })
  workspace.release(mark)
  const means = Object.entries(sums).map(([name, sum]) => [name, sum / count])
  return { ...Object.fromEntries(means), pairs: heldOut.items.length }
}

/** Where the relevant items stand among the best. */
export function hitsOf(best: readonly Scored[], items: Iterable<number>): Hits {
  const relevant = new Set(items)
  const places = best.flatMap(({ index }, place) => (relevant.has(index) ? place : []))
  return { places: Int32Array.from(places), relevant: relevant.size }
}

function positivesOf(trainedOn: ObservationRows, row: number): Int32Array {
  const from = trainedOn.starts[row] as number
  return trainedOn.columns.subarray(from, trainedOn.starts[row + 1]).filter((_, e) => isPositive(trainedOn, from + e))
}
