import { rowSolver } from './solve-row.ts'
import type { Factors, FixedSide, ObservationRows, Regularization } from './types.ts'

/**
 * Solves every row of one side exactly with the other side fixed: half an epoch of ALS.
 *
 * @param observations  columns are rows of `fixed`
 * @returns             a row of zeros where nothing was observed
 * @throws NotPositiveDefiniteError when the hyper-parameters leave a row's matrix singular
 */
export function halfStep(fixed: FixedSide, observations: ObservationRows, regularization: Regularization): Factors {
  const { rows, starts } = observations
  const { d } = fixed.factors
  const data = new Float32Array(rows * d)
  const solveRow = rowSolver(fixed, regularization)
  for (let r = 0; r < rows; r++) {
    solveRow(observations, starts[r] as number, starts[r + 1] as number, data.subarray(r * d, (r + 1) * d))
  }
  return { rows, d, data }
}
