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
    a0 = f32x4.add(a0, f32x4.mul(x0, y0))
    a1 = f32x4.add(a1, f32x4.mul(x0, y1))
    const x1 = v128.load32_splat(left, 4)
    b0 = f32x4.add(b0, f32x4.mul(x1, y0))
    b1 = f32x4.add(b1, f32x4.mul(x1, y1))
    const x2 = v128.load32_splat(left, 8)
    c0 = f32x4.add(c0, f32x4.mul(x2, y0))
    c1 = f32x4.add(c1, f32x4.mul(x2, y1))
    const x3 = v128.load32_splat(left, 12)
    d0 = f32x4.add(d0, f32x4.mul(x3, y0))
    d1 = f32x4.add(d1, f32x4.mul(x3, y1))
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
    a0 = f32x4.sub(a0, f32x4.mul(x0, y0))
    a1 = f32x4.sub(a1, f32x4.mul(x0, y1))
    const x1 = v128.load32_splat(left, 4)
    b0 = f32x4.sub(b0, f32x4.mul(x1, y0))
    b1 = f32x4.sub(b1, f32x4.mul(x1, y1))
    const x2 = v128.load32_splat(left, 8)
    c0 = f32x4.sub(c0, f32x4.mul(x2, y0))
    c1 = f32x4.sub(c1, f32x4.mul(x2, y1))
    const x3 = v128.load32_splat(left, 12)
    d0 = f32x4.sub(d0, f32x4.mul(x3, y0))
    d1 = f32x4.sub(d1, f32x4.mul(x3, y1))
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
