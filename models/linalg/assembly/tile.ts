import { multiplyAdd, multiplySubtract } from './multiply-add'

/**
 * The one inner loop of training: a tile of 4×8 entries of A + PᵀP (or A − PᵀP), held in registers while it runs down the
 * panel P. 16 products and sums a row against 6 loads: the arithmetic is what bounds it.
 *
 *   to[r][c] = from[r][c] ± Σ_p panel[p][i+r] · panel[p][j+c]        0 ≤ r < 4, 0 ≤ c < 8
 *
 * All lengths are bytes: `i` and `j` are places within a row of the panel, `stride` is the length of such a row, `width`
 * that of a row of `from` and `to`. These two point at the tile's corner and may be the same.
 */
export function addTile(
  panel: usize,
  rows: i32,
  stride: usize,
  i: usize,
  j: usize,
  from: usize,
  to: usize,
  width: usize,
): void {
  let a0 = v128.load(from)
  let a1 = v128.load(from, 16)
  let b0 = v128.load(from + width)
  let b1 = v128.load(from + width, 16)
  let c0 = v128.load(from + 2 * width)
  let c1 = v128.load(from + 2 * width, 16)
  let d0 = v128.load(from + 3 * width)
  let d1 = v128.load(from + 3 * width, 16)
  let left = panel + i
  let right = panel + j
  for (let p = 0; p < rows; p++) {
    const y0 = v128.load(right)
    const y1 = v128.load(right, 16)
    const x0 = v128.load32_splat(left)
    a0 = multiplyAdd(x0, y0, a0)
    a1 = multiplyAdd(x0, y1, a1)
    const x1 = v128.load32_splat(left, 4)
    b0 = multiplyAdd(x1, y0, b0)
    b1 = multiplyAdd(x1, y1, b1)
    const x2 = v128.load32_splat(left, 8)
    c0 = multiplyAdd(x2, y0, c0)
    c1 = multiplyAdd(x2, y1, c1)
    const x3 = v128.load32_splat(left, 12)
    d0 = multiplyAdd(x3, y0, d0)
    d1 = multiplyAdd(x3, y1, d1)
    left += stride
    right += stride
  }
  v128.store(to, a0)
  v128.store(to, a1, 16)
  v128.store(to + width, b0)
  v128.store(to + width, b1, 16)
  v128.store(to + 2 * width, c0)
  v128.store(to + 2 * width, c1, 16)
  v128.store(to + 3 * width, d0)
  v128.store(to + 3 * width, d1, 16)
}

/** The tile with the products taken away: what a Cholesky decomposition does with the rows it has finished. */
export function subtractTile(
  panel: usize,
  rows: i32,
  stride: usize,
  i: usize,
  j: usize,
  to: usize,
  width: usize,
): void {
  let a0 = v128.load(to)
  let a1 = v128.load(to, 16)
  let b0 = v128.load(to + width)
  let b1 = v128.load(to + width, 16)
  let c0 = v128.load(to + 2 * width)
  let c1 = v128.load(to + 2 * width, 16)
  let d0 = v128.load(to + 3 * width)
  let d1 = v128.load(to + 3 * width, 16)
  let left = panel + i
  let right = panel + j
  for (let p = 0; p < rows; p++) {
    const y0 = v128.load(right)
    const y1 = v128.load(right, 16)
    const x0 = v128.load32_splat(left)
    a0 = multiplySubtract(x0, y0, a0)
    a1 = multiplySubtract(x0, y1, a1)
    const x1 = v128.load32_splat(left, 4)
    b0 = multiplySubtract(x1, y0, b0)
    b1 = multiplySubtract(x1, y1, b1)
    const x2 = v128.load32_splat(left, 8)
    c0 = multiplySubtract(x2, y0, c0)
    c1 = multiplySubtract(x2, y1, c1)
    const x3 = v128.load32_splat(left, 12)
    d0 = multiplySubtract(x3, y0, d0)
    d1 = multiplySubtract(x3, y1, d1)
    left += stride
    right += stride
  }
  v128.store(to, a0)
  v128.store(to, a1, 16)
  v128.store(to + width, b0)
  v128.store(to + width, b1, 16)
  v128.store(to + 2 * width, c0)
  v128.store(to + 2 * width, c1, 16)
  v128.store(to + 3 * width, d0)
  v128.store(to + 3 * width, d1, 16)
}

/** The left half of a tile, 4×4, with i = j: on the diagonal, where the right half belongs to another tile. Two rows of the panel at a time. */
export function addSquare(
  panel: usize,
  rows: i32,
  stride: usize,
  i: usize,
  from: usize,
  to: usize,
  width: usize,
): void {
  let a0 = v128.load(from)
  let b0 = v128.load(from + width)
  let c0 = v128.load(from + 2 * width)
  let d0 = v128.load(from + 3 * width)
  let a1 = f32x4.splat(0)
  let b1 = f32x4.splat(0)
  let c1 = f32x4.splat(0)
  let d1 = f32x4.splat(0)
  let at = panel + i
  let p = 0
  for (; p + 2 <= rows; p += 2) {
    const y0 = v128.load(at)
    a0 = multiplyAdd(v128.load32_splat(at), y0, a0)
    b0 = multiplyAdd(v128.load32_splat(at, 4), y0, b0)
    c0 = multiplyAdd(v128.load32_splat(at, 8), y0, c0)
    d0 = multiplyAdd(v128.load32_splat(at, 12), y0, d0)
    at += stride
    const y1 = v128.load(at)
    a1 = multiplyAdd(v128.load32_splat(at), y1, a1)
    b1 = multiplyAdd(v128.load32_splat(at, 4), y1, b1)
    c1 = multiplyAdd(v128.load32_splat(at, 8), y1, c1)
    d1 = multiplyAdd(v128.load32_splat(at, 12), y1, d1)
    at += stride
  }
  if (p < rows) {
    const y0 = v128.load(at)
    a0 = multiplyAdd(v128.load32_splat(at), y0, a0)
    b0 = multiplyAdd(v128.load32_splat(at, 4), y0, b0)
    c0 = multiplyAdd(v128.load32_splat(at, 8), y0, c0)
    d0 = multiplyAdd(v128.load32_splat(at, 12), y0, d0)
  }
  v128.store(to, f32x4.add(a0, a1))
  v128.store(to + width, f32x4.add(b0, b1))
  v128.store(to + 2 * width, f32x4.add(c0, c1))
  v128.store(to + 3 * width, f32x4.add(d0, d1))
}

/** The square with the products taken away; `rows` is even. */
export function subtractSquare(panel: usize, rows: i32, stride: usize, i: usize, to: usize, width: usize): void {
  let a0 = v128.load(to)
  let b0 = v128.load(to + width)
  let c0 = v128.load(to + 2 * width)
  let d0 = v128.load(to + 3 * width)
  let a1 = f32x4.splat(0)
  let b1 = f32x4.splat(0)
  let c1 = f32x4.splat(0)
  let d1 = f32x4.splat(0)
  let at = panel + i
  for (let p = 0; p < rows; p += 2) {
    const y0 = v128.load(at)
    a0 = multiplySubtract(v128.load32_splat(at), y0, a0)
    b0 = multiplySubtract(v128.load32_splat(at, 4), y0, b0)
    c0 = multiplySubtract(v128.load32_splat(at, 8), y0, c0)
    d0 = multiplySubtract(v128.load32_splat(at, 12), y0, d0)
    at += stride
    const y1 = v128.load(at)
    a1 = multiplySubtract(v128.load32_splat(at), y1, a1)
    b1 = multiplySubtract(v128.load32_splat(at, 4), y1, b1)
    c1 = multiplySubtract(v128.load32_splat(at, 8), y1, c1)
    d1 = multiplySubtract(v128.load32_splat(at, 12), y1, d1)
    at += stride
  }
  v128.store(to, f32x4.add(a0, a1))
  v128.store(to + width, f32x4.add(b0, b1))
  v128.store(to + 2 * width, f32x4.add(c0, c1))
  v128.store(to + 3 * width, f32x4.add(d0, d1))
}
