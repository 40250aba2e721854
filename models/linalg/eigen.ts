import { EigenvalueDecomposition, Matrix } from 'ml-matrix'

/**
 * A = Q diag(values) Qᵀ of a symmetric matrix, in double precision.
 *
 * @param a  order×order, row after row
 * @returns  `vectors`: Q, order×order, row after row; its columns are the eigenvectors
 */
export function eigenvectors(a: ArrayLike<number>, order: number): { values: number[]; vectors: number[] } {
  const decomposition = new EigenvalueDecomposition(Matrix.from1DArray(order, order, a), { assumeSymmetric: true })
  return { values: decomposition.realEigenvalues, vectors: decomposition.eigenvectorMatrix.to1DArray() }
}
