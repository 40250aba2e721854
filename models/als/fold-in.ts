import { rowSolver } from './solve-row.ts'
import type { FixedSide, Observations, Regularization } from './types.ts'

/**
 * Solves one row's vector exactly with the other side fixed: the half-step of a single user (or, with user factors fixed,
 * of a new item).
 *
 * @param observations  columns are rows of `fixed`
 * @returns             length d, on the scale of the batch half-step; zeros where nothing was observed
 * @throws NotPositiveDefiniteError when the hyper-parameters leave the row's matrix singular
 */
export function foldIn(fixed: FixedSide, observations: Observations, regularization: Regularization): Float32Array {
  const vector = new Float32Array(fixed.factors.d)
  rowSolver(fixed, regularization)(observations, 0, observations.columns.length, vector)
  return vector
}
