import { addSquare, addTile } from './tile'

/**
 * to = from + PᵀP on the tiles that hold the upper triangle; what lies below it is left over from them.
 *
 * @param panel  rows×width, 16-byte aligned as everything here
 * @param width  multiple of 8
 */
export function syrk(panel: usize, rows: i32, width: i32, from: usize, to: usize): void {
  const stride = (<usize>width) << 2
  for (let i: usize = 0; i < stride; i += 16) {
    const row = (i >> 2) * stride
    // Where the diagonal crosses the right half of a tile, the left half lies below it.
    if (i & 16) addSquare(panel, rows, stride, i, from + row + i, to + row + i, stride)
    for (let j = (i + 16) & ~31; j < stride; j += 32) {
      const corner = row + j
      addTile(panel, rows, stride, i, j, from + corner, to + corner, stride)
    }
  }
}

/**
 * VᵀV in double precision, on the upper triangle: one sum for every block of rows, a block a call. Threads take them until
 * none is left; whoever adds the sums up in the order of the blocks gets the same bits however many threads there were.
 *
 * @param next     i32 that threads add to, zero at first
 * @param sums     blocks × width×width, f64
 * @param scratch  width×width, f32
 */
export function gramianBlocks(
  next: usize,
  blockRows: i32,
  factors: usize,
  rows: i32,
  width: i32,
  sums: usize,
  scratch: usize,
): bool {
  const area = <usize>(width * width)
  const block = atomic.add<i32>(next, 1)
  const first = block * blockRows
  if (first >= rows) return false
  const sum = sums + ((<usize>block * area) << 3)
  memory.fill(sum, 0, area << 3)
  const end = min(first + blockRows, rows)
  for (let row = first; row < end; row += PANEL_ROWS) {
    memory.fill(scratch, 0, area << 2)
    syrk(factors + ((<usize>row * width) << 2), min(PANEL_ROWS, end - row), width, scratch, scratch)
    for (let at: usize = 0; at < area; at += 2) {
      const products = f64x2.promote_low_f32x4(v128.load64_zero(scratch + (at << 2)))
      const to = sum + (at << 3)
      v128.store(to, f64x2.add(v128.load(to), products))
    }
  }
  return true
}

/** Rows summed in f32: few enough that the error does not grow with the number of rows. */
const PANEL_ROWS = 128
