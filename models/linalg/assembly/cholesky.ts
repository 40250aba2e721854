import { multiplyAdd, multiplySubtract } from './multiply-add'
import { subtractSquare, subtractTile } from './tile'

/** A pivot that lost so much of its diagonal entry to cancellation has too few right digits left in f32. */
const LEAST_PIVOT: f32 = 0.03

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
    // Where the diagonal crosses the right half of a tile, the left half lies below it.
    if (i & 16) subtractSquare(a, above, width, i, rows + i, width)
    for (let j = (i + 16) & ~31; j < width; j += 32) subtractTile(a, above, width, i, j, rows + j, width)
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
    s0 = multiplySubtract(v128.load(row), v128.load32_splat(y), s0)
    s1 = multiplySubtract(v128.load(row + width), v128.load32_splat(y, 4), s1)
    s2 = multiplySubtract(v128.load(row + 2 * width), v128.load32_splat(y, 8), s2)
    s3 = multiplySubtract(v128.load(row + 3 * width), v128.load32_splat(y, 12), s3)
    row += 4 * width
  }
  v128.store(b + i, f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)))
}

/** Decomposes the 4×4 block on the diagonal, and solves the rest of its rows, and of b, against it. */
function finishRows(rows: usize, b: usize, i: usize, width: usize, d0: f32, d1: f32, d2: f32, d3: f32): bool {
  const row1 = rows + width
  const row2 = row1 + width
  const row3 = row2 + width
  // First without roots, A = Lᵀ D L: they are slow, and would stand between one pivot and the next. The comparisons are false
  // for NaN too.
  const p0 = load<f32>(rows + i)
  const a01 = load<f32>(rows + i, 4)
  const a02 = load<f32>(rows + i, 8)
  const a03 = load<f32>(rows + i, 12)
  const r0: f32 = 1 / p0
  const l01 = a01 * r0
  const l02 = a02 * r0
  const l03 = a03 * r0
  const p1 = load<f32>(row1 + i, 4) - l01 * a01
  const a12 = load<f32>(row1 + i, 8) - l01 * a02
  const a13 = load<f32>(row1 + i, 12) - l01 * a03
  const r1: f32 = 1 / p1
  const l12 = a12 * r1
  const l13 = a13 * r1
  const p2 = load<f32>(row2 + i, 8) - l02 * a02 - l12 * a12
  const a23 = load<f32>(row2 + i, 12) - l02 * a03 - l12 * a13
  const l23 = a23 / p2
  const p3 = load<f32>(row3 + i, 12) - l03 * a03 - l13 * a13 - l23 * a23
  if (!(p0 > LEAST_PIVOT * d0)) return false
  if (!(p1 > LEAST_PIVOT * d1)) return false
  if (!(p2 > LEAST_PIVOT * d2)) return false
  if (!(p3 > LEAST_PIVOT * d3 && p3 < Infinity)) return false

  const q = f32x4.div(f32x4.splat(1), f32x4.sqrt(vectorOf(p0, p1, p2, p3)))
  const q0 = f32x4.extract_lane(q, 0)
  const q1 = f32x4.extract_lane(q, 1)
  const q2 = f32x4.extract_lane(q, 2)
  const q3 = f32x4.extract_lane(q, 3)
  // What is kept on the diagonal are the reciprocals: nobody needs the roots themselves.
  v128.store(rows + i, f32x4.mul(vectorOf(1, a01, a02, a03), f32x4.splat(q0)))
  v128.store(row1 + i, f32x4.mul(vectorOf(0, 1, a12, a13), f32x4.splat(q1)))
  v128.store(row2 + i, f32x4.mul(vectorOf(0, 0, 1, a23), f32x4.splat(q2)))
  v128.store(row3 + i, vectorOf(0, 0, 0, q3))

  const z0 = load<f32>(b + i)
  const z1 = load<f32>(b + i, 4) - l01 * z0
  const z2 = load<f32>(b + i, 8) - l02 * z0 - l12 * z1
  const z3 = load<f32>(b + i, 12) - l03 * z0 - l13 * z1 - l23 * z2
  v128.store(b + i, f32x4.mul(vectorOf(z0, z1, z2, z3), q))

  const f01 = f32x4.splat(l01)
  const f02 = f32x4.splat(l02)
  const f03 = f32x4.splat(l03)
  const f12 = f32x4.splat(l12)
  const f13 = f32x4.splat(l13)
  const f23 = f32x4.splat(l23)
  for (let j = i + 16; j < width; j += 16) {
    const s0 = v128.load(rows + j)
    const s1 = multiplySubtract(f01, s0, v128.load(row1 + j))
    const s2 = multiplySubtract(f12, s1, multiplySubtract(f02, s0, v128.load(row2 + j)))
    const s3 = multiplySubtract(f13, s1, multiplySubtract(f03, s0, v128.load(row3 + j)))
    v128.store(rows + j, f32x4.mul(s0, f32x4.splat(q0)))
    v128.store(row1 + j, f32x4.mul(s1, f32x4.splat(q1)))
    v128.store(row2 + j, f32x4.mul(s2, f32x4.splat(q2)))
    v128.store(row3 + j, f32x4.mul(multiplySubtract(f23, s2, s3), f32x4.splat(q3)))
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
    // What was solved last comes last: the rest need not wait for it.
    for (let j = width - 16; j >= end; j -= 16) {
      const known = v128.load(x + j)
      s0 = multiplyAdd(v128.load(row0 + j), known, s0)
      s1 = multiplyAdd(v128.load(row1 + j), known, s1)
      s2 = multiplyAdd(v128.load(row2 + j), known, s2)
      s3 = multiplyAdd(v128.load(row3 + j), known, s3)
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
    // In one piece, as it will be loaded.
    v128.store(x + i, vectorOf(x0, x1, x2, x3))
  }
}

/** The sum over each of four vectors, as one vector. */
export function sumsOf(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  const even = f32x4.add(v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), v128.shuffle<f32>(s0, s1, 2, 6, 3, 7))
  const odd = f32x4.add(v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), v128.shuffle<f32>(s2, s3, 2, 6, 3, 7))
  return f32x4.add(v128.shuffle<f32>(even, odd, 0, 1, 4, 5), v128.shuffle<f32>(even, odd, 2, 3, 6, 7))
}

function vectorOf(x0: f32, x1: f32, x2: f32, x3: f32): v128 {
  const low = f32x4.replace_lane(f32x4.splat(x0), 1, x1)
  return f32x4.replace_lane(f32x4.replace_lane(low, 2, x2), 3, x3)
}
