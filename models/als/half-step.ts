import type { Crew } from '../linalg/crew.ts'
import { eigenvectors } from '../linalg/eigen.ts'
import { mirrorUpperTriangle } from '../linalg/gramian.ts'
import { type PlacedFactors, type PlacedRows, widthOf } from './placed.ts'
import { rowSolver } from './reference.ts'
import { createRowJob, describeFixedSide, writeUnobserved } from './row-job.ts'
import type { Regularization } from './types.ts'

/** Rows of one block of a Gramian. Fixed, so that the sum does not depend on who computed it; more where there are many rows. */
const BLOCK_ROWS = 4096
const MAX_BLOCKS = 32

/** Solves one side with the other fixed, again and again: it keeps its working memory in the crew's workspace. */
export interface HalfStep {
  /** VᵀV in double precision, d×d, row after row: the same bits on any number of threads. */
  gramian(factors: PlacedFactors): Float64Array
  /**
   * Solves every row exactly into `solved` (see reference.ts for the equation); zeros where nothing was observed. The same
   * bits on any number of threads, since one thread solves a row and what rows share is computed before.
   *
   * @param gramian      of `fixed`
   * @param observations columns are rows of `fixed`
   * @throws NotPositiveDefiniteError when the hyper-parameters leave a row's matrix singular
   */
  solve(
    fixed: PlacedFactors,
    gramian: Float64Array,
    observations: PlacedRows,
    regularization: Regularization,
    solved: PlacedFactors,
  ): void
}

/** @param maxRows of either side */
export function createHalfStep(crew: Crew, d: number, maxRows: number): HalfStep {
  const { workspace } = crew
  const { kernels } = workspace
  const width = widthOf(d)
  const area = width * width
  const next = workspace.integers(1)
  const unobserved = workspace.floats(area)
  const eigenvalues = workspace.floats(width)
  const rotation = workspace.floats(area)
  const transposed = workspace.floats(area)
  const rotated = workspace.floats(maxRows * width)
  const failed = workspace.integers(maxRows)
  const job = createRowJob(workspace)
  const blocks = Math.min(MAX_BLOCKS, Math.ceil(maxRows / BLOCK_ROWS))
  const sums = workspace.doubles(blocks * area)

  function gramian({ rows, at }: PlacedFactors): Float64Array {
    const blockRows = Math.max(BLOCK_ROWS, Math.ceil(rows / MAX_BLOCKS))
    next.data[0] = 0
    crew.run('gramianBlocks', [next.at, blockRows, at, rows, width, sums.at], 4 * area)
    const total = new Float64Array(d * d)
    for (let block = 0; block < Math.ceil(rows / blockRows); block++) {
      for (let i = 0; i < d; i++) {
        for (let j = i; j < d; j++) (total[i * d + j] as number) += sums.data[block * area + i * width + j] as number
      }
    }
    mirrorUpperTriangle(total, d)
    return total
  }

  /** Turns the fixed side into the basis in which what its rows share is diagonal. */
  function rotate(fixed: PlacedFactors, shared: Float64Array): void {
    const { values, vectors } = eigenvectors(shared, d)
    // In the padding D is what the rows add to it: any positive number serves, and 1 is among the others.
    eigenvalues.data.fill(1)
    eigenvalues.data.set(values)
    rotation.data.fill(0)
    transposed.data.fill(0)
    for (let i = 0; i < d; i++) {
      for (let k = 0; k < d; k++) {
        rotation.data[i * width + k] = vectors[i * d + k] as number
        transposed.data[k * width + i] = vectors[i * d + k] as number
      }
    }
    next.data[0] = 0
    crew.run('rotateRows', [next.at, fixed.rows, width, fixed.at, transposed.at, rotated.at], 0)
  }

  return {
    gramian,
    solve(fixed, gramian, observations, regularization, solved) {
      writeUnobserved(unobserved.data, gramian, regularization.unobservedWeight, d)
      const isRotated = shortRowsPay(observations, fixed.rows, width)
      if (isRotated) {
        rotate(
          fixed,
          gramian.map((g) => regularization.unobservedWeight * g),
        )
      }
      describeFixedSide(job, fixed, regularization)
      job.set({
        ...observations.at,
        next: 0,
        rows: observations.rows,
        unobserved: unobserved.at,
        rotated: isRotated ? rotated.at : 0,
        eigenvalues: eigenvalues.at,
        rotation: rotation.at,
        solved: solved.at,
        failures: 0,
        failed: failed.at,
      })
      crew.run('solveRows', [job.at], kernels.scratchBytes(width))
      const rest = failed.data.subarray(0, job.failures())
      if (rest.length > 0) solvePlainly(rest)

      /** What f32 cannot solve double precision can, unless nothing can. */
      function solvePlainly(rows: Int32Array): void {
        const solveRow = rowSolver({ factors: fixed, gramian }, regularization)
        for (const r of rows) {
          const [from, to] = [observations.starts[r] as number, observations.starts[r + 1] as number]
          solveRow(observations, from, to, solved.data.subarray(r * width, r * width + d))
        }
      }
    },
  }
}

/**
 * Whether solving short rows in their own space saves more multiply-adds than it costs to prepare: an eigendecomposition, some
 * 10 d³ in plain JavaScript, which is ten times slower than the kernels, and turning the fixed side.
 */
function shortRowsPay({ rows, starts }: PlacedRows, fixedRows: number, d: number): boolean {
  let saved = 0
  for (let r = 0; r < rows; r++) {
    const n = (starts[r + 1] as number) - (starts[r] as number)
    if (n < d) saved += (n * d * (d - n)) / 2 + (d ** 3 - n ** 3) / 6 - d * d
  }
  return saved > 100 * d ** 3 + fixedRows * d * d
}
