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

/** A = L Lᵀ, decomposed once to solve with again and again, in double precision. */
export interface Cholesky {
  /** b becomes L⁻¹ b, whose square is bᵀ A⁻¹ b: half of solving. */
  reduce(b: Float64Array): void
  /** b becomes A⁻¹ b. */
  solve(b: Float64Array): void
}

/**
 * @param a  order×order, symmetric, row after row
 * @returns  undefined when A is not positive definite as far as double precision can tell
 */
export function decompose(a: Float64Array, order: number): Cholesky | undefined {
  const cholesky = new CholeskyDecomposition(new WrapperMatrix1D(a, { rows: order }))
  if (!cholesky.isPositiveDefinite()) return undefined
  // Substituted by hand: ml-matrix takes five times as long, with a call for every entry.
  const lower = Float64Array.from(cholesky.lowerTriangularMatrix.to1DArray())

  function reduce(b: Float64Array): void {
    for (let k = 0; k < order; k++) {
      const row = k * order
      let rest = b[k] as number
      for (let j = 0; j < k; j++) rest -= (lower[row + j] as number) * (b[j] as number)
      b[k] = rest / (lower[row + k] as number)
    }
  }

  return {
    reduce,
    solve(b) {
      reduce(b)
      for (let k = order - 1; k >= 0; k--) {
        const row = k * order
        const x = (b[k] as number) / (lower[row + k] as number)
        b[k] = x
        for (let j = 0; j < k; j++) (b[j] as number) -= (lower[row + j] as number) * x
      }
    },
  }
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
