import { decompose } from '../linalg/solve.ts'
import type { Steps } from '../ranking/layout.ts'
import { NotPositiveDefiniteError, rowMatrix } from './reference.ts'
import type { Generation, Observations } from './types.ts'

/** Multiply-adds to a step: half a millisecond. */
const STEP_SIZE = 5e5

/** Where the scores of one user come from, worked out step by step: a user may have any number of ratings. */
export interface Explanation {
  /**
   * What each observation adds to the score of an item, in their order: they sum to it. A dislike adds exactly 0 although it moves
   * the user's vector: it weighs the others down.
   *
   * @param item  vector of length d, of the generation or folded in
   */
  contributions(item: Float32Array): Steps<Float64Array>
  /**
   * The score of every observed item for this user without that one observation: how much the others let expect it. The
   * regularization stays as it is with all of them, so this differs by a trifle from folding the rest in.
   */
  leaveOneOut(): Steps<Float64Array>
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
export function* prepareExplanation(
  { items, hyperParameters }: Pick<Generation, 'items' | 'hyperParameters'>,
  observations: Observations,
): Steps<Explanation> {
  const { columns, weights, targets } = observations
  const { d, data, width = d } = items.factors
  const count = columns.length
  /** w t of each observation. */
  const pulls = Float64Array.from(columns, (_, e) => (weights?.[e] ?? 1) * (targets?.[e] ?? 1))
  // As in folding in: without a positive the vector is zero, whatever the matrix.
  if (pulls.every((pull) => pull === 0)) {
    // biome-ignore lint/correctness/useYield: there is nothing to be done
    const nothing = function* (): Steps<Float64Array> {
      return new Float64Array(count)
    }
    return { contributions: nothing, leaveOneOut: nothing }
  }
  const matrix = new Float64Array(d * d)
  yield* rowMatrix(items, hyperParameters)(observations, 0, count, matrix)
  const cholesky = decompose(matrix, d)
  if (cholesky === undefined) throw new NotPositiveDefiniteError(hyperParameters)

  const startOf = (e: number): number => (columns[e] as number) * width

  /** x·v of every observation's item. */
  function* productsWith(x: Float64Array): Steps<Float64Array> {
    const products = new Float64Array(count)
    const stepRows = Math.ceil(STEP_SIZE / d)
    for (let from = 0; from < count; from += stepRows) {
      const to = Math.min(from + stepRows, count)
      for (let e = from; e < to; e++) {
        const start = startOf(e)
        let sum = 0
        for (let k = 0; k < d; k++) sum += (x[k] as number) * (data[start + k] as number)
        products[e] = sum
      }
      yield
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
    *contributions(item) {
      const x = Float64Array.from(item)
      cholesky.solve(x)
      const amounts = yield* productsWith(x)
      for (let e = 0; e < count; e++) amounts[e] = pulls[e] === 0 ? 0 : (amounts[e] as number) * (pulls[e] as number)
      return amounts
    },

    *leaveOneOut() {
      const scores = yield* productsWith(solvedVector())
      const stepRows = Math.ceil(STEP_SIZE / (d * d))
      const v = new Float64Array(d)
      for (let e = 0; e < count; e++) {
        const start = startOf(e)
        v.set(data.subarray(start, start + d))
        cholesky.reduce(v)
        const h = v.reduce((sum, x) => sum + x * x, 0)
        scores[e] = ((scores[e] as number) - (pulls[e] as number) * h) / (1 - (weights?.[e] ?? 1) * h)
        if (e % stepRows === stepRows - 1) yield
      }
      return scores
    },
  }
}
