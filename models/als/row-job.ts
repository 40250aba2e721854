import type { Address, Workspace } from '../linalg/workspace.ts'
import type { PlacedFactors } from './placed.ts'
import type { Regularization } from './types.ts'

/** The fields of `RowJob` (linalg/assembly/rows.ts), which says what they mean, in its order: 32-bit integers, then f64. */
const INTEGERS = [
  'next',
  'rows',
  'order',
  'starts',
  'columns',
  'weights',
  'targets',
  'factors',
  'width',
  'unobserved',
  'rotated',
  'eigenvalues',
  'rotation',
  'solved',
  'failures',
  'failed',
] as const
const DOUBLES = ['regularization', 'unobservedWeight', 'exponent'] as const

const COLUMNS = INTEGERS.indexOf('columns')
const FAILURES = INTEGERS.indexOf('failures')

type Fields = Partial<Record<(typeof INTEGERS)[number] | (typeof DOUBLES)[number], number>>

/** A job for `solveRow` and `solveRows`, all zeros at first. */
export interface RowJob {
  readonly at: Address
  /** Sets some fields; the others stay. */
  set(fields: Fields): void
  /** Sets where the pairs are: once a fold-in, so without looking names up. */
  observe(columns: Address, weights: Address, targets: Address): void
  /** How many rows f32 could not solve. */
  failures(): number
}

export function createRowJob(workspace: Workspace): RowJob {
  const { at } = workspace.bytes(4 * INTEGERS.length + 8 * DOUBLES.length)
  const integers = new Int32Array(workspace.memory.buffer, at, INTEGERS.length)
  const doubles = new Float64Array(workspace.memory.buffer, at + 4 * INTEGERS.length, DOUBLES.length)
  return {
    at,
    set(fields) {
      INTEGERS.forEach((name, n) => {
        if (fields[name] !== undefined) integers[n] = fields[name]
      })
      DOUBLES.forEach((name, n) => {
        if (fields[name] !== undefined) doubles[n] = fields[name]
      })
    },
    observe(columns, weights, targets) {
      integers[COLUMNS] = columns
      integers[COLUMNS + 1] = weights
      integers[COLUMNS + 2] = targets
    },
    failures: () => integers[FAILURES] as number,
  }
}

/** What the rows of one half-step share: the fixed factors, and the part of every row's matrix that is the same. */
export function describeFixedSide(
  job: RowJob,
  fixed: PlacedFactors,
  { regularization, unobservedWeight, regularizationExponent }: Regularization,
): void {
  job.set({
    factors: fixed.at,
    width: fixed.width,
    regularization,
    unobservedWeight: unobservedWeight * fixed.rows,
    exponent: regularizationExponent,
  })
}

/**
 * α0 VᵀV as the kernels want it: f32, width×width, ones on the diagonal of the padding, whose solution is zero then.
 *
 * @param gramian  VᵀV, d×d
 */
export function writeUnobserved(into: Float32Array, gramian: Float64Array, weight: number, d: number): void {
  const width = Math.sqrt(into.length)
  into.fill(0)
  for (let i = 0; i < width; i++) {
    if (i >= d) into[i * width + i] = 1
    else for (let j = 0; j < d; j++) into[i * width + j] = weight * (gramian[i * d + j] as number)
  }
}
