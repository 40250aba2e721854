import { decompose } from '../linalg/solve.ts'
import { NotPositiveDefiniteError, rowMatrix } from './reference.ts'
import type { Generation, Observations } from './types.ts'

/** Where the scores of one user come from. */
export interface Explanation {
  /**
   * What each observation adds to the score of an item, in their order: they sum to it. A dislike adds exactly 0 although it moves
   * the user's vector: it weighs the others down.
   *
   * @param item  vector of length d, of the generation or folded in
   */
  contributions(item: Float32Array): Float64Array
  /**
   * The score of every observed item for this user without that one observation: how much the others let expect it. The
   * regularization stays as it is with all of them, so this differs by a trifle from folding the rest in.
   */
  leaveOneOut(): Float64Array
}

/**
 * Prepares to explain the scores of one user, in double precision (Hu, Koren, Volinsky 2008, section 5). With A the matrix that
 * the user's vector is solved from (reference.ts) and M = A⁻¹, u = Σ_j w_j t_j M v_j, and so
 *
 *   u·v_i = Σ_j w_j t_j v_iᵀ M v_j
 *
 * Without observation j the matrix is A − w v vᵀ, whose inverse follows from M (Sherman, Morrison 1950). With h = v_jᵀ M v_j the
 * score of item j is then
 *
 *   (u·v_j − w_j t_j h) / (1 − w_j h)
 *
 * Takes n d²/2 + d³/6 multiply-adds, d² + n d more for each item, and n d²/2 for all scores without one.
 *
 * @param observations  columns are items of the generation
 * @throws NotPositiveDefiniteError when the hyper-parameters leave the user's matrix singular
 */
export function prepareExplanation(
  { items, hyperParameters }: Pick<Generation, 'items' | 'hyperParameters'>,
  observations: Observations,
): Explanation {
  const { columns, weights, targets } = observations
  const { d, data, width = d } = items.factors
  const count = columns.length
  /** w t of each observation. */
  const pulls = Float64Array.from(columns, (_, e) => (weights?.[e] ?? 1) * (targets?.[e] ?? 1))
  // As in folding in: without a positive the vector is zero, whatever the matrix.
  if (pulls.every((pull) => pull === 0)) {
    const nothing = (): Float64Array => new Float64Array(count)
    return { contributions: nothing, leaveOneOut: nothing }
  }
  const matrix = new Float64Array(d * d)
  rowMatrix(items, hyperParameters)(observations, 0, count, matrix)
  const cholesky = decompose(matrix, d)
  if (cholesky === undefined) throw new NotPositiveDefiniteError(hyperParameters)

  const startOf = (e: number): number => (columns[e] as number) * width

  /** x·v of every observation's item. */
  function productsWith(x: Float64Array): Float64Array {
    const products = new Float64Array(count)
    for (let e = 0; e < count; e++) {
      const start = startOf(e)
      let sum = 0
      for (let k = 0; k < d; k++) sum += (x[k] as number) * (data[start + k] as number)
      products[e] = sum
    }
    return products
  }

  function solvedVector(): Float64Array {
    const u = new Float64Array(d)
    pulls.forEach((pull, e) => {
      const start = startOf(e)
      for (let k = 0; k < d; k++) (u[k] as number) += pull * (data[start + k] as number)
    })
    cholesky?.solve(u)
    return u
  }

  return {
    contributions(item) {
      const x = Float64Array.from(item)
      cholesky.solve(x)
      return productsWith(x).map((product, e) => (pulls[e] === 0 ? 0 : product * (pulls[e] as number)))
    },

    leaveOneOut() {
      const v = new Float64Array(d)
      return productsWith(solvedVector()).map((score, e) => {
        const start = startOf(e)
        v.set(data.subarray(start, start + d))
        cholesky.reduce(v)
        const h = v.reduce((sum, x) => sum + x * x, 0)
        return (score - (pulls[e] as number) * h) / (1 - (weights?.[e] ?? 1) * h)
      })
    },
  }
}
