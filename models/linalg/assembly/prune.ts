import { encodeUser, leastScore, marginOf, reciprocalOf } from './bounds'
import { normOf, scaleOf } from './encode'
import { numberKey, numberOf, offer } from './heap'
import { ALL, BLOCK, codeBytes, hiddenIn, ScanJob } from './scan-job'

/**
 * Finds all items that may be among the k of greatest score: those whose score can be as great as the k-th greatest of the
 * scores that are certain. Blocks are in falling order of their greatest ‖v‖, and what is too short to matter ends the scan.
 *
 * The products are exact: relaxed_dot leaves open what becomes of a second operand above 127 and of a sum of two products
 * above 2¹⁵. Codes of items are in 1 … 127, and 2 · 127 · 127 < 2¹⁵.
 *
 * @returns false: there are too many candidates, or there are no bounds
 */
export function prune(job: ScanJob): bool {
  if (!encodeUser(job)) return false
  const user = job.scratch + 4 * BLOCK
  const userEnd = user + <usize>job.width
  const start = i32x4.splat(job.start)
  const bytes = codeBytes(job)
  job.count = 0
  let threshold: f64 = -Infinity
  for (let block = 0; block < job.blocks; block++) {
    if (job.reach * normOf(job.bounds, block) + job.underflow < threshold) break
    const hidden = hiddenIn(job, block)
    if (hidden === ALL) continue
    // The sum of products that an item has to exceed: rounding is far less than what `floor` leaves. The conversion saturates.
    const toBeat = floor((leastScore(job, block, threshold) - marginOf(job, block)) / scaleOf(job.bounds, block)) - 1
    const least = i32x4.splat(<i32>toBeat)
    let at = job.codes + <usize>block * bytes
    let s0 = start
    let s1 = start
    let s2 = start
    let s3 = start
    let s4 = start
    let s5 = start
    let s6 = start
    let s7 = start
    for (let u = user; u < userEnd; u += 4) {
      const x = v128.load32_splat(u)
      s0 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.load(at), s0)
      s1 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.load(at, 16), s1)
      s2 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.load(at, 32), s2)
      s3 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.load(at, 48), s3)
      s4 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.load(at, 64), s4)
      s5 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.load(at, 80), s5)
      s6 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.load(at, 96), s6)
      s7 = i32x4.relaxed_dot_i8x16_i7x16_add_s(x, v128.load(at, 112), s7)
      at += 128
    }
    const c0 = i32x4.gt_s(s0, least)
    const c1 = i32x4.gt_s(s1, least)
    const c2 = i32x4.gt_s(s2, least)
    const c3 = i32x4.gt_s(s3, least)
    const c4 = i32x4.gt_s(s4, least)
    const c5 = i32x4.gt_s(s5, least)
    const c6 = i32x4.gt_s(s6, least)
    const c7 = i32x4.gt_s(s7, least)
    const some = v128.or(v128.or(v128.or(c0, c1), v128.or(c2, c3)), v128.or(v128.or(c4, c5), v128.or(c6, c7)))
    if (!v128.any_true(some)) continue
    const low = i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(c0, c1), i16x8.narrow_i32x4_s(c2, c3)))
    const high = i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.narrow_i32x4_s(c4, c5), i16x8.narrow_i32x4_s(c6, c7)))
    const candidates = (<u32>low | ((<u32>high) << 16)) & ~hidden
    if (candidates === 0) continue
    v128.store(job.scratch, s0)
    v128.store(job.scratch, s1, 16)
    v128.store(job.scratch, s2, 32)
    v128.store(job.scratch, s3, 48)
    v128.store(job.scratch, s4, 64)
    v128.store(job.scratch, s5, 80)
    v128.store(job.scratch, s6, 96)
    v128.store(job.scratch, s7, 112)
    threshold = take(job, block, candidates, threshold)
    if (job.count > job.room - BLOCK) {
      sift(job, threshold)
      // Hardly anything stands out: scoring everything is no more work.
      if (job.count > job.room >> 1) return false
    }
  }
  sift(job, threshold)
  return true
}

/**
 * Notes the candidates of a block, whose sums are in the scratch: where they are, and their sums.
 *
 * @returns the k-th greatest of the scores that are certain by now, in units of the user's scale
 */
function take(job: ScanJob, block: i32, candidates: u32, threshold: f64): f64 {
  const margin = marginOf(job, block)
  const scale = scaleOf(job.bounds, block)
  let at = job.candidates + ((<usize>job.count) << 3)
  job.count += popcnt(candidates)
  for (; candidates !== 0; candidates &= candidates - 1) {
    const lane = ctz(candidates)
    const sum = load<i32>(job.scratch + ((<usize>lane) << 2))
    store<i32>(at, (block << 5) | lane)
    store<i32>(at, sum, 4)
    at += 8
    const certain = (scale * sum - margin) * factorAt(job, (block << 5) | lane) - job.slack
    job.size = offer(job.kept, job.size, job.k, numberKey(certain))
  }
  return job.size < job.k ? threshold : numberOf(load<u64>(job.kept))
}

/** Of the item at a place. */
function factorAt(job: ScanJob, place: i32): f64 {
  return job.reciprocals === 0 ? 1 : <f64>reciprocalOf(job, load<i32>(job.order + ((<usize>place) << 2)))
}

/** Keeps the candidates that can still reach the threshold. */
function sift(job: ScanJob, threshold: f64): void {
  let to = job.candidates
  for (let at = to, end = to + ((<usize>job.count) << 3); at < end; at += 8) {
    const block = load<i32>(at) >> 5
    const most = scaleOf(job.bounds, block) * load<i32>(at, 4) + marginOf(job, block)
    if (most * factorAt(job, load<i32>(at)) + job.slack < threshold) continue
    store<u64>(to, load<u64>(at))
    to += 8
  }
  job.count = <i32>((to - job.candidates) >> 3)
}
