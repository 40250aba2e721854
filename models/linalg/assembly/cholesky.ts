import { subtractTile } from './tile'

/** A pivot that lost so much of its diagonal entry to cancellation has too few right digits left in f32. */
const LEAST_PIVOT: f32 = 1e-3

/**
 * Solves A x = b by A = UᵀU in f32: four rows of U at a time, each block computed from all rows above it (left-looking), and
 * b reduced to Uᵀ y = b on the way. Overwrites A with U and b with x.
 *
 * @param a      order×order, upper triangle; what lies below it is overwritten
 * @param order  multiple of 8
 * @returns      false: A is not positive definite, or so nearly singular that f32 cannot tell. b is spoilt then
 */
export function solvePositiveDefinite(a: usize, b: usize, order: i32): bool {
  const width = (<usize>order) << 2
  for (let i: usize = 0; i < width; i += 16) {
    const above = <i32>(i >> 2)
    const rows = a + (i >> 2) * width
    // The diagonal as it was: what the pivots are judged by.
    const d0 = load<f32>(rows + i)
    const d1 = load<f32>(rows + width + i, 4)
    const d2 = load<f32>(rows + 2 * width + i, 8)
    const d3 = load<f32>(rows + 3 * width + i, 12)
    for (let j = i & ~31; j < width; j += 32) subtractTile(a, above, width, i, j, rows + j, width)
    reduce(a, b, above, i, width)
    if (!finishRows(rows, b, i, width, d0, d1, d2, d3)) return false
  }
  substituteBack(a, b, width)
  return true
}

/** b[i … i+3] −= Σ_p U[p][i … i+3] · y[p] over the finished rows. */
function reduce(a: usize, b: usize, above: i32, i: usize, width: usize): void {
  let s0 = v128.load(b + i)
  let s1 = f32x4.splat(0)
  let s2 = f32x4.splat(0)
  let s3 = f32x4.splat(0)
  let row = a + i
  for (let p = 0; p < above; p += 4) {
    const y = b + ((<usize>p) << 2)
    s0 = f32x4.sub(s0, f32x4.mul(v128.load(row), v128.load32_splat(y)))
    s1 = f32x4.sub(s1, f32x4.mul(v128.load(row + width), v128.load32_splat(y, 4)))
    s2 = f32x4.sub(s2, f32x4.mul(v128.load(row + 2 * width), v128.load32_splat(y, 8)))
    s3 = f32x4.sub(s3, f32x4.mul(v128.load(row + 3 * width), v128.load32_splat(y, 12)))
    row += 4 * width
  }
  v128.store(b + i, f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)))
}

/** Decomposes the 4×4 block on the diagonal, and solves the rest of its rows, and of b, against it. */
function finishRows(rows: usize, b: usize, i: usize, width: usize, d0: f32, d1: f32, d2: f32, d3: f32): bool {
  const row1 = rows + width
  const row2 = row1 + width
  const row3 = row2 + width
  // The comparisons are false for NaN too.
  const p0 = load<f32>(rows + i)
  if (!(p0 > LEAST_PIVOT * d0)) return false
  const q0: f32 = 1 / sqrt(p0)
  const u01 = load<f32>(rows + i, 4) * q0
  const u02 = load<f32>(rows + i, 8) * q0
  const u03 = load<f32>(rows + i, 12) * q0
  const p1 = load<f32>(row1 + i, 4) - u01 * u01
  if (!(p1 > LEAST_PIVOT * d1)) return false
  const q1: f32 = 1 / sqrt(p1)
  const u12 = (load<f32>(row1 + i, 8) - u01 * u02) * q1
  const u13 = (load<f32>(row1 + i, 12) - u01 * u03) * q1
  const p2 = load<f32>(row2 + i, 8) - u02 * u02 - u12 * u12
  if (!(p2 > LEAST_PIVOT * d2)) return false
  const q2: f32 = 1 / sqrt(p2)
  const u23 = (load<f32>(row2 + i, 12) - u02 * u03 - u12 * u13) * q2
  const p3 = load<f32>(row3 + i, 12) - u03 * u03 - u13 * u13 - u23 * u23
  if (!(p3 > LEAST_PIVOT * d3 && p3 < Infinity)) return false
  const q3: f32 = 1 / sqrt(p3)

  // What is kept on the diagonal are the reciprocals: nobody needs the roots themselves.
  store<f32>(rows + i, q0)
  store<f32>(row1 + i, q1, 4)
  store<f32>(row2 + i, q2, 8)
  store<f32>(row3 + i, q3, 12)
  store<f32>(rows + i, u01, 4)
  store<f32>(rows + i, u02, 8)
  store<f32>(rows + i, u03, 12)
  store<f32>(row1 + i, u12, 8)
  store<f32>(row1 + i, u13, 12)
  store<f32>(row2 + i, u23, 12)

  const y0 = load<f32>(b + i) * q0
  const y1 = (load<f32>(b + i, 4) - u01 * y0) * q1
  const y2 = (load<f32>(b + i, 8) - u02 * y0 - u12 * y1) * q2
  const y3 = (load<f32>(b + i, 12) - u03 * y0 - u13 * y1 - u23 * y2) * q3
  store<f32>(b + i, y0)
  store<f32>(b + i, y1, 4)
  store<f32>(b + i, y2, 8)
  store<f32>(b + i, y3, 12)

  for (let j = i + 16; j < width; j += 16) {
    const r0 = f32x4.mul(v128.load(rows + j), f32x4.splat(q0))
    let r1 = f32x4.sub(v128.load(row1 + j), f32x4.mul(f32x4.splat(u01), r0))
    r1 = f32x4.mul(r1, f32x4.splat(q1))
    let r2 = f32x4.sub(v128.load(row2 + j), f32x4.mul(f32x4.splat(u02), r0))
    r2 = f32x4.mul(f32x4.sub(r2, f32x4.mul(f32x4.splat(u12), r1)), f32x4.splat(q2))
    let r3 = f32x4.sub(v128.load(row3 + j), f32x4.mul(f32x4.splat(u03), r0))
    r3 = f32x4.sub(r3, f32x4.mul(f32x4.splat(u13), r1))
    r3 = f32x4.mul(f32x4.sub(r3, f32x4.mul(f32x4.splat(u23), r2)), f32x4.splat(q3))
    v128.store(rows + j, r0)
    v128.store(row1 + j, r1)
    v128.store(row2 + j, r2)
    v128.store(row3 + j, r3)
  }
  return true
}

/** Solves U x = y from the last four rows up, x in place of y. */
function substituteBack(a: usize, x: usize, width: usize): void {
  for (let end = width; end > 0; end -= 16) {
    const i = end - 16
    const row0 = a + (i >> 2) * width
    const row1 = row0 + width
    const row2 = row1 + width
    const row3 = row2 + width
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let s2 = f32x4.splat(0)
    let s3 = f32x4.splat(0)
    for (let j = end; j < width; j += 16) {
      const known = v128.load(x + j)
      s0 = f32x4.add(s0, f32x4.mul(v128.load(row0 + j), known))
      s1 = f32x4.add(s1, f32x4.mul(v128.load(row1 + j), known))
      s2 = f32x4.add(s2, f32x4.mul(v128.load(row2 + j), known))
      s3 = f32x4.add(s3, f32x4.mul(v128.load(row3 + j), known))
    }
    const rest = f32x4.sub(v128.load(x + i), sumsOf(s0, s1, s2, s3))
    const x3 = f32x4.extract_lane(rest, 3) * load<f32>(row3 + i, 12)
    const x2 = (f32x4.extract_lane(rest, 2) - load<f32>(row2 + i, 12) * x3) * load<f32>(row2 + i, 8)
    const x1 =
      (f32x4.extract_lane(rest, 1) - load<f32>(row1 + i, 8) * x2 - load<f32>(row1 + i, 12) * x3) *
      load<f32>(row1 + i, 4)
    const x0 =
      (f32x4.extract_lane(rest, 0) -
        load<f32>(row0 + i, 4) * x1 -
        load<f32>(row0 + i, 8) * x2 -
        load<f32>(row0 + i, 12) * x3) *
      load<f32>(row0 + i)
    store<f32>(x + i, x0)
    store<f32>(x + i, x1, 4)
    store<f32>(x + i, x2, 8)
    store<f32>(x + i, x3, 12)
  }
}

/** The sum over each of four vectors, as one vector. */
export function sumsOf(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const even = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7))
  const odd = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7))
  return f32x4.add(v128.shuffle<f32>(even, odd, 0, 1, 4, 5), v128.shuffle<f32>(even, odd, 2, 3, 6, 7))
}
