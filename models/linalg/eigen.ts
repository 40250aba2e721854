import { EigenvalueDecomposition, Matrix } from 'ml-matrix'

/**
 * A = Q diag(values) Qᵀ of a symmetric matrix, in double precision.
 *
 * @param a  order×order, row after row
 */
export function eigenvectors(
  a: ArrayLike<number>,
  order: number,
): { values: number[]; q: number[]; transposed: number[] } {
  const decomposition = new EigenvalueDecomposition(Matrix.from1DArray(order, order, a), { assumeSymmetric: true })
  const vectors = decomposition.eigenvectorMatrix
  return {
    values: decomposition.realEigenvalues,
    q: vectors.to1DArray(),
    transposed: vectors.transpose().to1DArray(),
  }
}
