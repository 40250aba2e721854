import type { PlacedFactors } from '../als/placed.ts'
import type { Workspace } from '../linalg/workspace.ts'
import type { ScanFields } from './scan-job.ts'

/** Items are scanned in blocks of so many. */
export const BLOCK_ROWS = 32
/** Scale, norm and error of a block of codes. */
const BOUNDS = 3

/** A copy of the items that the kernels scan faster than the rows themselves. */
export interface Layout {
  readonly fields: ScanFields & { readonly blocks: number }
  /** Where each item is in the order of the scan; undefined: that of the rows. */
  readonly placeOf?: Int32Array
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
export function encode(workspace: Workspace, { rows, width, at }: PlacedFactors): Layout {
  const { kernels } = workspace
  const blocks = Math.ceil(rows / BLOCK_ROWS)
  const order = workspace.integers(blocks * BLOCK_ROWS)
  const codes = workspace.bytes(blocks * BLOCK_ROWS * width)
  const bounds = workspace.doubles(blocks * BOUNDS)

  const mark = workspace.mark()
  const norms = workspace.floats(rows)
  kernels.rowNorms(at, rows, width, norms.at)
  const placeOf = fallingOrder(norms.data, order.data)
  workspace.release(mark)
  // The last block is filled up with its last item, whose places there are hidden.
  order.data.fill(order.data[rows - 1] ?? 0, rows)

  kernels.encodeBlocks(at, width, order.at, codes.at, bounds.at, 0, blocks)
  greatestToCome(bounds.data, blocks)
  return { fields: { blocks, codes: codes.at, bounds: bounds.at, order: order.at }, placeOf }
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
