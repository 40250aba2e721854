import { errorOf, normOf, OFFSET } from './encode'
import { BLOCK, ScanJob } from './scan-job'

/** Codes of a user are in −127 … 127. */
const MAX_CODE = 127
/** Rounding to nearest in f32, and the greatest part that is lost of a product that underflows. */
const UNIT_ROUNDOFF: f64 = 5.9604644775390625e-8
const LEAST: f64 = 1.401298464324817e-45
/** The greatest part, times the greatest reciprocal. */
const LEAST_PRODUCT: f64 = 3.552713678800501e-15
/** Below it no partial sum of a score can overflow. */
const MAX_PRODUCT: f64 = 8.507059173023462e37

/**
 * Encodes the user into the job's scratch, and finds out what `marginOf` needs. Everything is in units of the user's scale,
 * so scores are compared in these units, too:
 *
 *   |u·v − û·v̂| ≤ ‖u − û‖ ‖v‖ + ‖û‖ ‖v − v̂‖        (Cauchy and Schwarz)
 *   |score − u·v| ≤ γ ‖u‖ ‖v‖ + d · 2⁻¹⁴⁹           γ = n ε / (1 − n ε), ε = 2⁻²⁴, n = d (Higham 2002, §3.1)
 *
 * One more rounding (n = d + 1) covers those in double precision of the bounds themselves, which are 2⁻²⁹ times smaller.
 *
 * With reciprocals r a score is multiplied once more, and what is multiplied is at most about ‖u‖:
 *
 *   |fl(score · r) − score · r| ≤ ε |score · r| + 2⁻¹⁴⁹        |score · r| < 1.01 ‖u‖ + d · 2⁻⁴⁸, since r ≤ 2¹⁰⁰
 *
 * @returns false: nothing can be said, since a score may overflow, or is not a number, or all are zero
 */
export function encodeUser(job: ScanJob): bool {
  const width = job.width
  const user = job.user
  let top: f64 = 0
  let square: f64 = 0
  for (let k: usize = 0; k < (<usize>width) << 2; k += 4) {
    const x = <f64>load<f32>(user + k)
    top = max(top, abs(x))
    square += x * x
  }
  const norm = sqrt(square)
  if (!(top > 0 && norm * normOf(job.bounds, 0) < MAX_PRODUCT)) return false

  const scale = top / MAX_CODE
  const into = job.scratch + 4 * BLOCK
  let sum = 0
  let codeSquare = 0
  let restSquare: f64 = 0
  for (let k = 0; k < width; k++) {
    const x = <f64>load<f32>(user + ((<usize>k) << 2))
    const code = <i32>nearest(x / scale)
    const rest = x - scale * code
    restSquare += rest * rest
    codeSquare += code * code
    sum += code
    store<i8>(into + k, <i8>code)
  }
  const n = <f64>(job.dimensions + 1) * UNIT_ROUNDOFF
  const gamma = n / (1 - n)
  job.start = -OFFSET * sum
  job.scale = scale
  job.perNorm = (sqrt(restSquare) + gamma * norm) / scale
  job.perError = sqrt(<f64>codeSquare)
  job.reach = (norm + gamma * norm) / scale
  job.underflow = (job.dimensions * LEAST) / scale
  if (job.reciprocals === 0) {
    job.slack = 0
  } else {
    const greatest = 1.01 * norm + job.dimensions * LEAST_PRODUCT
    job.slack = (UNIT_ROUNDOFF * greatest + LEAST) / scale
    // Directions are all of one length: none is too short to matter.
    job.reach = Infinity
  }
  return true
}

/** What the score of an item is multiplied by. */
export function reciprocalOf(job: ScanJob, item: i32): f32 {
  return job.reciprocals === 0 ? 1 : load<f32>(job.reciprocals + ((<usize>item) << 2))
}

/** What a score of this block has to be, before it is multiplied, to reach the threshold; in units of the user's scale. */
export function leastScore(job: ScanJob, block: i32, threshold: f64): f64 {
  if (job.reciprocals === 0) return threshold
  const least = threshold - job.slack
  return least > 0 ? least / <f64>load<f32>(job.greatest + ((<usize>block) << 2)) : -Infinity
}

/** How far the product of codes may be from a score of this block, in units of the user's scale. */
export function marginOf(job: ScanJob, block: i32): f64 {
  return job.perNorm * normOf(job.bounds, block) + job.perError * errorOf(job.bounds, block) + job.underflow
}
