import { copyInto, type PlacedFactors, placeZeros } from '../als/placed.ts'
import type { Factors } from '../als/types.ts'
import type { Workspace } from '../linalg/workspace.ts'
import type { ScanFields } from './scan-job.ts'

/** Items are scanned in blocks of so many. */
export const BLOCK_ROWS = 32
/** Scale, norm and error of a block of codes. */
const BOUNDS = 3

/** Work that can be put off at every step, a millisecond or two. */
export type Steps<Result> = Generator<undefined, Result>

export function finish<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const { done, value } = steps.next()
    if (done) return value
  }
}

/** Rows to a step. */
const STEP_ROWS = 2048

/** A copy of the items that the kernels scan faster than the rows themselves. */
export interface Layout {
  readonly fields: ScanFields & { readonly blocks: number }
  /** Where each item is in the order of the scan, and the item at each place; undefined: that of the rows. */
  readonly placeOf?: Int32Array
  readonly order?: Int32Array
  /** What the score of each item is multiplied by, and rounded to f32; undefined: scores stay as they are. */
  readonly reciprocals?: Float32Array
}

/** The rows themselves, padded for the kernels. */
export function* placeInSteps(workspace: Workspace, { rows, d, data }: Factors): Steps<PlacedFactors> {
  const placed = placeZeros(workspace, rows, d)
  const { width } = placed
  for (let from = 0; from < rows; from += STEP_ROWS) {
    const to = Math.min(from + STEP_ROWS, rows)
    const step = { rows: to - from, d, data: data.subarray(from * d, to * d) }
    copyInto({ ...placed, rows: step.rows, data: placed.data.subarray(from * width, to * width) }, step)
    yield
  }
  return placed
}

/** Blocks of items turned on their side, in f32: block b has dimension k of its item n at (b·d + k)·32 + n. */
export function layPanels(workspace: Workspace, { rows, d, width, data }: PlacedFactors): Layout {
  const blocks = Math.ceil(rows / BLOCK_ROWS)
  const panels = workspace.floats(blocks * d * BLOCK_ROWS)
  for (let r = 0; r < rows; r++) {
    const into = Math.floor(r / BLOCK_ROWS) * d * BLOCK_ROWS + (r % BLOCK_ROWS)
    for (let k = 0; k < d; k++) panels.data[into + k * BLOCK_ROWS] = data[r * width + k] as number
  }
  return { fields: { blocks, panels: panels.at } }
}

/**
 * The items in 7 bits a number, by falling length: a scan ends where even the longest item left cannot reach what it has
 * found (Teflioudi et al. 2015), and neighbours share their scale and their bounds at little loss.
 */
export function* encode(workspace: Workspace, placed: PlacedFactors): Steps<Layout> {
  const { rows, width, at } = placed
  const { kernels } = workspace
  const blocks = Math.ceil(rows / BLOCK_ROWS)
  const order = workspace.integers(blocks * BLOCK_ROWS)
  const codes = workspace.bytes(blocks * BLOCK_ROWS * width)
  const bounds = workspace.doubles(blocks * BOUNDS)

  const placeOf = fallingOrder(yield* normsOf(workspace, placed), order.data)
  yield
  // The last block is filled up with its last item, whose places there are hidden.
  order.data.fill(order.data[rows - 1] ?? 0, rows)

  const stepBlocks = STEP_ROWS / BLOCK_ROWS
  for (let from = 0; from < blocks; from += stepBlocks) {
    kernels.encodeBlocks(at, width, order.at, codes.at, bounds.at, from, Math.min(from + stepBlocks, blocks))
    yield
  }
  greatestToCome(bounds.data, blocks)
  return { fields: { blocks, codes: codes.at, bounds: bounds.at, order: order.at }, placeOf, order: order.data }
}

/** Not in the workspace, where others may take room between the steps. */
function* normsOf(workspace: Workspace, { rows, width, at }: PlacedFactors): Steps<Float32Array> {
  const norms = new Float32Array(rows)
  const some = workspace.floats(STEP_ROWS)
  for (let from = 0; from < rows; from += STEP_ROWS) {
    const count = Math.min(STEP_ROWS, rows - from)
    workspace.kernels.rowNorms(at + 4 * from * width, count, width, some.at)
    norms.set(some.data.subarray(0, count), from)
    yield
  }
  return norms
}

/** Norms are told apart to 1/256, as the upper bits of an f32 do: near enough, and one counting sort. */
const KEY_SHIFT = 15

/** Puts rows in falling order of their norms, ties by row. @returns the place of each row */
function fallingOrder(norms: Float32Array, order: Int32Array): Int32Array {
  const bits = new Uint32Array(norms.buffer, norms.byteOffset, norms.length)
  // Without the sign, which a NaN may have.
  const keyOf = (row: number): number => ((bits[row] as number) & 0x7fffffff) >>> KEY_SHIFT
  const next = new Int32Array(1 << (31 - KEY_SHIFT))
  for (let row = 0; row < norms.length; row++) (next[keyOf(row)] as number)++
  for (let key = next.length - 1, before = 0; key >= 0; key--) {
    const count = next[key] as number
    next[key] = before
    before += count
  }
  const placeOf = new Int32Array(norms.length)
  for (let row = 0; row < norms.length; row++) {
    const place = next[keyOf(row)] as number
    next[keyOf(row)] = place + 1
    placeOf[row] = place
    order[place] = row
  }
  return placeOf
}

/** A block's norm becomes the greatest of its own and of those after it, since the order is a rough one. */
function greatestToCome(bounds: Float64Array, blocks: number): void {
  for (let block = blocks - 2; block >= 0; block--) {
    const norm = block * BOUNDS + 1
    bounds[norm] = Math.max(bounds[norm] as number, bounds[norm + BOUNDS] as number)
  }
}
