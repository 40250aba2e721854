import { multiplySubtractF64 } from './multiply-add'

/**
 * A tile of 4×4 entries of A − LᵀR in double precision, held in registers while it runs down two packed panels:
 *
 *   to[r][c] −= Σ_p left[p][r] · right[p][c]        0 ≤ r, c < 4
 *
 * @param left, right  four f64 a row, one row after another
 * @param width        bytes of a row of `to`
 */
export function subtractTileF64(left: usize, right: usize, rows: i32, to: usize, width: usize): void {
  let a0 = v128.load(to)
  let a1 = v128.load(to, 16)
  let b0 = v128.load(to + width)
  let b1 = v128.load(to + width, 16)
  let c0 = v128.load(to + 2 * width)
  let c1 = v128.load(to + 2 * width, 16)
  let d0 = v128.load(to + 3 * width)
  let d1 = v128.load(to + 3 * width, 16)
  for (let p = 0; p < rows; p++) {
    const y0 = v128.load(right)
    const y1 = v128.load(right, 16)
    const x0 = v128.load64_splat(left)
    a0 = multiplySubtractF64(x0, y0, a0)
    a1 = multiplySubtractF64(x0, y1, a1)
    const x1 = v128.load64_splat(left, 8)
    b0 = multiplySubtractF64(x1, y0, b0)
    b1 = multiplySubtractF64(x1, y1, b1)
    const x2 = v128.load64_splat(left, 16)
    c0 = multiplySubtractF64(x2, y0, c0)
    c1 = multiplySubtractF64(x2, y1, c1)
    const x3 = v128.load64_splat(left, 24)
    d0 = multiplySubtractF64(x3, y0, d0)
    d1 = multiplySubtractF64(x3, y1, d1)
    left += 32
    right += 32
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
