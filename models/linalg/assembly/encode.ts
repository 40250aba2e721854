import { BLOCK } from './scan-job'
import { rowAt } from './score'

/** Codes of items are in −63 … 63, and stored with 64 added, so that they lie in 1 … 127: prune.ts says why. */
const MAX_CODE = 63
export const OFFSET = 64

/** Bytes of a block's bounds, f64 each: scale, greatest ‖v‖, greatest ‖v − v̂‖. */
const BOUNDS = 24

export function scaleOf(bounds: usize, block: i32): f64 {
  return load<f64>(bounds + <usize>block * BOUNDS)
}

/** The greatest ‖v‖ of this block and of all after it. */
export function normOf(bounds: usize, block: i32): f64 {
  return load<f64>(bounds + <usize>block * BOUNDS, 8)
}

export function errorOf(bounds: usize, block: i32): f64 {
  return load<f64>(bounds + <usize>block * BOUNDS, 16)
}

/** ‖v‖ of every row, roughly: what rows are put in order by. */
export function rowNorms(factors: usize, rows: i32, width: i32, into: usize): void {
  const bytes = (<usize>width) << 2
  for (let r = 0; r < rows; r++) {
    let sum = f32x4.splat(0)
    for (const end = factors + bytes; factors < end; factors += 16) {
      const v = v128.load(factors)
      sum = f32x4.add(sum, f32x4.mul(v, v))
    }
    const low = f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1)
    const high = f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)
    store<f32>(into + ((<usize>r) << 2), sqrt(low + high))
  }
}

/** Shorter rows point nowhere: their products with a user are mostly rounding. */
const SHORTEST: f64 = 7.888609052210118e-31

/** 1/‖v‖ of every row, as `reciprocalOf` (models/ranking/directions.ts) defines it; 0 of one that points nowhere. */
export function reciprocals(factors: usize, rows: i32, width: i32, into: usize): void {
  for (let r = 0; r < rows; r++) {
    const length = lengthOf(factors, width)
    store<f32>(into + ((<usize>r) << 2), length < SHORTEST ? 0 : <f32>(1 / length))
    factors += (<usize>width) << 2
  }
}

/**
 * Encodes blocks `from` … `to`−1: v̂ = scale · code, with one scale a block. Its codes stand in groups of four dimensions: the
 * first four of its first item, those of its second item, and so on.
 *
 * @param order  i32, the rows of the blocks one after the other
 */
export function encodeBlocks(
  factors: usize,
  width: i32,
  order: usize,
  codes: usize,
  bounds: usize,
  from: i32,
  to: i32,
): void {
  const blockBytes = <usize>width * BLOCK
  for (let block = from; block < to; block++) {
    const first = order + ((<usize>block * BLOCK) << 2)
    const scale = scaleFor(factors, width, first)
    let norm: f64 = 0
    let error: f64 = 0
    for (let n = 0; n < BLOCK; n++) {
      const row = rowAt(factors, width, first, n)
      norm = max(norm, lengthOf(row, width))
      error = max(error, encodeRow(row, width, scale, codes + <usize>block * blockBytes + <usize>(4 * n)))
    }
    const bound = bounds + <usize>block * BOUNDS
    store<f64>(bound, scale)
    store<f64>(bound, norm, 8)
    store<f64>(bound, error, 16)
  }
}

function scaleFor(factors: usize, width: i32, rows: usize): f64 {
  let greatest = f32x4.splat(0)
  for (let n = 0; n < BLOCK; n++) {
    const row = rowAt(factors, width, rows, n)
    for (let k: usize = 0; k < (<usize>width) << 2; k += 16) {
      greatest = f32x4.max(greatest, f32x4.abs(v128.load(row + k)))
    }
  }
  const low = max(f32x4.extract_lane(greatest, 0), f32x4.extract_lane(greatest, 1))
  const top = max(low, max(f32x4.extract_lane(greatest, 2), f32x4.extract_lane(greatest, 3)))
  // A block of zeros, or with NaN in it, which is never scanned by codes.
  return top > 0 ? <f64>top / MAX_CODE : 1
}

function lengthOf(row: usize, width: i32): f64 {
  let sum = f64x2.splat(0)
  for (let k: usize = 0; k < (<usize>width) << 2; k += 8) {
    const v = f64x2.promote_low_f32x4(v128.load64_zero(row + k))
    sum = f64x2.add(sum, f64x2.mul(v, v))
  }
  return sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))
}

/** @returns ‖v − v̂‖, with whatever codes were made */
function encodeRow(row: usize, width: i32, scale: f64, into: usize): f64 {
  const scales = f64x2.splat(scale)
  const inverse = f64x2.splat(1 / scale)
  let sum = f64x2.splat(0)
  for (let k: usize = 0; k < (<usize>width) << 2; k += 16) {
    const low = f64x2.promote_low_f32x4(v128.load64_zero(row + k))
    const high = f64x2.promote_low_f32x4(v128.load64_zero(row + k, 8))
    const lowCodes = codesOf(low, inverse)
    const highCodes = codesOf(high, inverse)
    const lowRest = f64x2.sub(low, f64x2.mul(scales, f64x2.convert_low_i32x4_s(lowCodes)))
    const highRest = f64x2.sub(high, f64x2.mul(scales, f64x2.convert_low_i32x4_s(highCodes)))
    sum = f64x2.add(sum, f64x2.add(f64x2.mul(lowRest, lowRest), f64x2.mul(highRest, highRest)))
    const four = i32x4.add(v128.shuffle<i64>(lowCodes, highCodes, 0, 2), i32x4.splat(OFFSET))
    const narrow = i16x8.narrow_i32x4_s(four, four)
    store<i32>(into + k * (BLOCK >> 2), i32x4.extract_lane(i8x16.narrow_i16x8_u(narrow, narrow), 0))
  }
  return sqrt(f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1))
}

function codesOf(v: v128, inverse: v128): v128 {
  const nearest = i32x4.trunc_sat_f64x2_s_zero(f64x2.nearest(f64x2.mul(v, inverse)))
  return i32x4.max_s(i32x4.min_s(nearest, i32x4.splat(MAX_CODE)), i32x4.splat(-MAX_CODE))
}
