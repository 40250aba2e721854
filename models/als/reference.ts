import { addWeightedGramian, mirrorUpperTriangle } from '../linalg/gramian.ts'
import { solvePositiveDefinite } from '../linalg/solve.ts'
import { finish, type Steps } from '../ranking/layout.ts'
import type { Factors, FixedSide, ObservationRows, Observations, Regularization } from './types.ts'

/** The system of a row has no unique solution that double precision can find: the hyper-parameters are too small. */
export class NotPositiveDefiniteError extends Error {
  override readonly name = 'NotPositiveDefiniteError'

  constructor({ regularization, unobservedWeight, regularizationExponent }: Regularization) {
    super(
      `A factor vector could not be solved: its matrix is not positive definite with regularization ${regularization}, ` +
        `unobserved weight ${unobservedWeight} and regularization exponent ${regularizationExponent}. ` +
        'No model was changed. Set REGULARIZATION (or UNOBSERVED_WEIGHT) to a greater value.',
    )
  }
}

/** Writes the matrix of the row whose observed pairs are entries `from` … `to`−1 to `into` (d×d, both triangles). */
type WriteRowMatrix = (observations: Observations, from: number, to: number, into: Float64Array) => Steps<void>

/** Multiply-adds to a step of writing a matrix: half a millisecond. */
const STEP_SIZE = 5e5

/**
 * Prepares to write rows' matrices, in double precision and step by step:
 *
 *   Σ_{i∈S} w v vᵀ + α0 VᵀV + λ (n + α0|I|)^ν I        n = Σ_{i∈S} w
 */
export function rowMatrix({ factors, gramian }: FixedSide, regularization: Regularization): WriteRowMatrix {
  const { rows, d } = factors
  const { unobservedWeight, regularizationExponent } = regularization
  const unobserved = gramian.map((g) => unobservedWeight * g)
  // Whole panels (gramian.ts): the sums are those of one step.
  const stepRows = 4 * Math.ceil(STEP_SIZE / (2 * d * d))
  return function* (observations, from, to, into) {
    let n = 0
    for (let e = from; e < to; e++) n += observations.weights?.[e] ?? 1
    into.set(unobserved)
    for (let first = from; first < to; first += stepRows) {
      addWeightedGramian(into, factors, observations, first, Math.min(first + stepRows, to))
      yield
    }
    const diagonal = regularization.regularization * (n + unobservedWeight * rows) ** regularizationExponent
    for (let k = 0; k < d; k++) (into[k * d + k] as number) += diagonal
    mirrorUpperTriangle(into, d)
  }
}

/** Solves the row whose observed pairs are entries `from` … `to`−1 and writes its vector to `into` (length d). */
type SolveRow = (observations: Observations, from: number, to: number, into: Float32Array) => void

/**
 * Prepares to solve rows against one fixed side, each exactly:
 *
 *   (Σ_{i∈S} w v vᵀ + α0 VᵀV + λ (n + α0|I|)^ν I) u = Σ_{i∈S} w t v      n = Σ_{i∈S} w
 *
 * (Rendle et al. 2021, "Revisiting the Performance of iALS on Item Recommendation Benchmarks".) This is the plain form of it, in
 * double precision and rounded to f32 at the end: what the kernels are held against, and what solves the rows that f32
 * cannot. A right-hand side of zeros gives zeros without solving. The returned function keeps its working memory, so it
 * serves one row at a time.
 *
 * @throws NotPositiveDefiniteError from the returned function
 */
export function rowSolver({ factors, gramian }: FixedSide, regularization: Regularization): SolveRow {
  const { d, data, width = d } = factors
  const writeMatrix = rowMatrix({ factors, gramian }, regularization)
  const a = new Float64Array(d * d)
  const b = new Float64Array(d)

  return (observations, from, to, into) => {
    const { columns, weights, targets } = observations
    let rightHandSide = false
    b.fill(0)
    for (let e = from; e < to; e++) {
      const target = (weights?.[e] ?? 1) * (targets?.[e] ?? 1)
      if (target === 0) continue
      rightHandSide = true
      const start = (columns[e] as number) * width
      for (let k = 0; k < d; k++) (b[k] as number) += target * (data[start + k] as number)
    }
    if (!rightHandSide) {
      into.fill(0)
      return
    }
    finish(writeMatrix(observations, from, to, a))
    const solution = solvePositiveDefinite(a, b)
    if (solution === undefined) throw new NotPositiveDefiniteError(regularization)
    into.set(solution)
  }
}

/**
 * Half an epoch of ALS in its plain form: every row solved with the other side fixed.
 *
 * @param observations  columns are rows of `fixed`
 * @returns             a row of zeros where nothing was observed
 * @throws NotPositiveDefiniteError when the hyper-parameters leave a row's matrix singular
 */
export function plainHalfStep(
  fixed: FixedSide,
  observations: ObservationRows,
  regularization: Regularization,
): Factors {
  const { rows, starts } = observations
  const { d } = fixed.factors
  const data = new Float32Array(rows * d)
  const solveRow = rowSolver(fixed, regularization)
  for (let r = 0; r < rows; r++) {
    solveRow(observations, starts[r] as number, starts[r + 1] as number, data.subarray(r * d, (r + 1) * d))
  }
  return { rows, d, data }
}
