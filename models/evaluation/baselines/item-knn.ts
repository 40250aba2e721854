import { transpose } from '../../als/observations.ts'
import type { ObservationRows } from '../../als/types.ts'
import { createSelection } from '../../ranking/selection.ts'
import type { Fit } from '../model.ts'
import { columnsOf, positiveRows, positivesOf } from './positives.ts'

export interface ItemKnnOptions {
  /** K: how many items may speak for an item. */
  readonly neighbours: number
  /** h, in the unit of a geometric mean of two popularities: what is known from few users counts for less. */
  readonly shrinkage: number
}

/**
 * Item-based nearest neighbours (Deshpande and Karypis 2004), by the cosine of the sets of users who like an item, shrunk
 * (Bell and Koren 2007), with N(j) the K items most similar to j:
 *
 *   s_ij = n_ij / (√(n_i n_j) + h)        score(u, j) = Σ_{i ∈ N(j), liked by u} s_ij
 *
 * Needs 16 bytes for each of K · |I| pairs, never |I|².
 */
export function fitItemKnn({ neighbours, shrinkage }: ItemKnnOptions): Fit {
  return (training) => {
    const byUser = positiveRows(training)
    const byItem = transpose(byUser, training.itemCount)
    // Turned around: the items that an item speaks for.
    const supported = transpose(nearest(byUser, byItem, neighbours, shrinkage), training.itemCount)
    return {
      scores(history, into) {
        into.fill(0)
        for (const i of positivesOf(history, training.positiveFrom)) {
          for (let e = supported.starts[i] as number; e < (supported.starts[i + 1] as number); e++) {
            ;(into[supported.columns[e] as number] as number) += supported.weights?.[e] as number
          }
        }
      },
    }
  }
}

/** Row j holds the K items most similar to j, ties by lower index, with the similarities as weights. */
function nearest(byUser: ObservationRows, byItem: ObservationRows, k: number, shrinkage: number): ObservationRows {
  const { rows } = byItem
  const popularity = (i: number): number => (byItem.starts[i + 1] as number) - (byItem.starts[i] as number)
  const starts = new Int32Array(rows + 1)
  const columns = new Int32Array(rows * k)
  const weights = new Float32Array(rows * k)
  const common = new Int32Array(rows)
  let end = 0
  for (let j = 0; j < rows; j++) {
    const met: number[] = []
    for (const user of columnsOf(byItem, j)) {
      for (const i of columnsOf(byUser, user)) if ((common[i] as number)++ === 0) met.push(i)
    }
    const selection = createSelection(k)
    for (const i of met) {
      const similarity = (common[i] as number) / (Math.sqrt(popularity(i) * popularity(j)) + shrinkage)
      common[i] = 0
      if (i !== j && similarity >= selection.toBeat) selection.offer(i, similarity)
    }
    for (const { index, score } of selection.ranked()) {
      columns[end] = index
      weights[end++] = score
    }
    starts[j + 1] = end
  }
  return { rows, starts, columns: columns.subarray(0, end), weights: weights.subarray(0, end) }
}
