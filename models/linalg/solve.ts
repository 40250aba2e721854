import { CholeskyDecomposition, Matrix, WrapperMatrix1D } from 'ml-matrix'

/**
 * Solves A x = b by Cholesky decomposition, in double precision.
 *
 * @param a  d×d, symmetric, row after row
 * @param b  length d
 * @returns  x, or undefined when A is not positive definite as far as double precision can tell
 */
export function solvePositiveDefinite(a: Float64Array, b: Float64Array): number[] | undefined {
  const cholesky = new CholeskyDecomposition(new WrapperMatrix1D(a, { rows: b.length }))
  return cholesky.isPositiveDefinite() ? cholesky.solve(Matrix.columnVector(b)).to1DArray() : undefined
}

/**
 * A⁻¹ by Cholesky decomposition, in double precision: the readable truth beside `SymmetricMatrix.invert`.
 *
 * @param a  order×order, symmetric, row after row
 * @returns  row after row, or undefined when A is not positive definite as far as double precision can tell
 */
export function inversePositiveDefinite(a: Float64Array, order: number): number[] | undefined {
  const cholesky = new CholeskyDecomposition(new WrapperMatrix1D(a, { rows: order }))
  return cholesky.isPositiveDefinite() ? cholesky.solve(Matrix.eye(order)).to1DArray() : undefined
}
