import { transpose } from '../../als/observations.ts'
import type { ObservationRows } from '../../als/types.ts'
import { createSymmetricMatrix, type SymmetricMatrix } from '../../linalg/inverse.ts'
import type { Fit } from '../model.ts'
import { columnsOf, positiveRows, positivesOf } from './positives.ts'

/** Order of the largest Gram matrix that is inverted: 800 MB and about a minute. */
const MAX_ORDER = 10_000

export interface EaseOptions {
  /** λ */
  readonly regularization: number
}

/**
 * EASE (Steck 2019, "Embarrassingly Shallow Autoencoders for Sparse Data"): the item-to-item weights B with nothing on the
 * diagonal that best give a user's row x of X back, min ‖X − XB‖² + λ‖B‖². In closed form
 *
 *   P = (XᵀX + λI)⁻¹        B = I − P · diag(1 / diag P)        score_j = (xB)_j = x_j − (xP)_j / P_jj
 *
 * so that B itself is never made. The smaller of the two Gram matrices is inverted: with fewer users than items, P follows
 * from theirs (Woodbury), P = (I − Xᵀ (XXᵀ + λI)⁻¹ X) / λ, and is never made either.
 *
 * The returned function throws RangeError where users and items are both more than 10,000, or λ is too small for the matrix to be
 * positive definite.
 */
export function fitEase({ regularization }: EaseOptions): Fit {
  return (training) => {
    const byUser = positiveRows(training)
    const { rows: users } = byUser
    const { itemCount: items, positiveFrom } = training
    if (Math.min(users, items) > MAX_ORDER) throw new RangeError(tooLarge(users, items))
    const byItem = transpose(byUser, items)
    const inverse = users < items ? overUsers(byUser, byItem, regularization) : overItems(byUser, items, regularization)
    const product = new Float64Array(items)
    return {
      scores(history, into) {
        const liked = positivesOf(history, positiveFrom)
        inverse.multiply(liked, product)
        for (let j = 0; j < items; j++) into[j] = -(product[j] as number) / (inverse.diagonal[j] as number)
        for (const i of liked) (into[i] as number) += 1
      },
    }
  }
}

/** P, or a multiple of it: scores are the same. */
interface Inverse {
  readonly diagonal: Float64Array
  /** xP, with x the ones of these items. */
  multiply(liked: Int32Array, product: Float64Array): void
}

function overItems(byUser: ObservationRows, items: number, regularization: number): Inverse {
  const p = inverseGram(byUser, items, regularization)
  return {
    diagonal: Float64Array.from({ length: items }, (_, j) => p.data[j * p.stride + j] as number),
    multiply(liked, product) {
      product.fill(0)
      for (const i of liked) addRow(product, p, i, 1)
    },
  }
}

/** λP = I − XᵀKX with K = (XXᵀ + λI)⁻¹, applied from right to left: users by what they share with x, K, then items. */
function overUsers(byUser: ObservationRows, byItem: ObservationRows, regularization: number): Inverse {
  const users = byUser.rows
  const k = inverseGram(byItem, users, regularization)
  const diagonal = Float64Array.from({ length: byItem.rows }, (_, j) => {
    const likers = columnsOf(byItem, j)
    let sum = 0
    for (const u of likers) for (const v of likers) sum += k.data[u * k.stride + v] as number
    return 1 - sum
  })
  const shared = new Float64Array(users)
  const weights = new Float64Array(users)
  return {
    diagonal,
    multiply(liked, product) {
      shared.fill(0)
      weights.fill(0)
      for (const i of liked) for (const u of columnsOf(byItem, i)) (shared[u] as number)++
      shared.forEach((count, u) => {
        if (count > 0) addRow(weights, k, u, count)
      })
      product.fill(0)
      for (const i of liked) product[i] = 1
      for (let u = 0; u < users; u++) {
        const weight = weights[u] as number
        for (const j of columnsOf(byUser, u)) (product[j] as number) -= weight
      }
    },
  }
}

/** (Σ_r x_r x_rᵀ + λI)⁻¹ over the rows of an incidence matrix with `order` columns. */
function inverseGram(
  { rows, starts, columns }: ObservationRows,
  order: number,
  regularization: number,
): SymmetricMatrix {
  const matrix = createSymmetricMatrix(order)
  const { data, stride } = matrix
  for (let k = 0; k < order; k++) data[k * stride + k] = regularization
  for (let r = 0; r < rows; r++) {
    const end = starts[r + 1] as number
    for (let e = starts[r] as number; e < end; e++) {
      // Columns ascend: this is the upper triangle, which is all that the inversion reads.
      const row = (columns[e] as number) * stride
      for (let f = e; f < end; f++) (data[row + (columns[f] as number)] as number)++
    }
  }
  if (!matrix.invert()) throw new RangeError(notPositiveDefinite(regularization))
  return matrix
}

function addRow(sum: Float64Array, { data, stride }: SymmetricMatrix, row: number, times: number): void {
  for (let j = 0, at = row * stride; j < sum.length; j++, at++) (sum[j] as number) += times * (data[at] as number)
}

function tooLarge(users: number, items: number): string {
  const [most, u, i] = [MAX_ORDER, users, items].map((count) => count.toLocaleString('en'))
  return (
    `EASE inverts a matrix as large as the users or the items, whichever are fewer, up to ${most}: here are ${u} users ` +
    `and ${i} items. Leave ease out of the models.`
  )
}

function notPositiveDefinite(regularization: number): string {
  return `EASE's matrix is not positive definite with regularization ${regularization}. Set it to a greater value.`
}
