import { solvePositiveDefinite, sumsOf } from './cholesky'
import { gather, gatherTransposed, rootWeight, targetOf } from './gather'
import { syrk } from './syrk'

/** What the rows of one half-step have in common. models/als/row-job.ts writes it, and knows the order of its fields. */
@unmanaged
export class RowJob {
  /** Place in `order` of the next row that no thread has taken; they add to it atomically. */
  next: i32
  rows: i32
  /** Row numbers, long rows first, so that no thread is left alone with one at the end. */
  order: usize
  /** Compressed sparse rows. `weights` and `targets` of 0: all are 1. */
  starts: usize
  columns: usize
  weights: usize
  targets: usize
  /** V, its rows padded with zeros to `width`, a multiple of 8 */
  factors: usize
  width: i32
  /** α0 VᵀV, width×width, upper triangle, with ones on the diagonal of the padding */
  unobserved: usize
  /** V Q, where α0 VᵀV = Q diag(eigenvalues) Qᵀ; 0: not at hand, every row is solved in the basis of V */
  rotated: usize
  eigenvalues: usize
  /** Q, width×width, row after row */
  rotation: usize
  /** Where solved rows go, `width` each. */
  solved: usize
  /** Rows that f32 could not solve: how many (counted atomically), and which. */
  failures: i32
  failed: usize
  /** λ, α0·|I| and ν */
  regularization: f64
  unobservedWeight: f64
  exponent: f64
}

/** JavaScript's: the library's own would bring tables along, and nothing of the memory may be taken. */
declare function pow(base: f64, exponent: f64): f64

/** Rows taken at a time: a few microseconds of work, long beside the atomic addition. */
const CHUNK = 4
const LEAST_OF_GREATEST: f32 = 1e-3
/** A panel fits into the nearest cache. */
const PANEL_FLOATS = 8192
const MAX_PANEL_ROWS = 128

/** Bytes that a thread needs to itself to solve rows of this width. */
export function scratchBytes(width: i32): i32 {
  return (max(max(MAX_PANEL_ROWS, PANEL_FLOATS / width), width) * width + width * width + 4 * width) << 2
}

/**
 * Solves the next rows that nobody has taken. Any number of threads may do this at once: each row is solved by one of them.
 *
 * @returns false: none was left. A chunk a call, since a call that is running never changes over to better compiled code
 */
export function solveRows(at: usize, scratch: usize): bool {
  const job = changetype<RowJob>(at)
  const first = atomic.add<i32>(at, CHUNK)
  if (first >= job.rows) return false
  for (let n = first; n < min(first + CHUNK, job.rows); n++) {
    const row = load<i32>(job.order + ((<usize>n) << 2))
    const from = load<i32>(job.starts + ((<usize>row) << 2))
    const to = load<i32>(job.starts + ((<usize>row) << 2), 4)
    const into = job.solved + <usize>row * ((<usize>job.width) << 2)
    if (!solveRow(at, from, to, into, scratch)) {
      const failure = atomic.add<i32>(at + offsetof<RowJob>('failures'), 1)
      store<i32>(job.failed + ((<usize>failure) << 2), row)
    }
  }
  return true
}

/**
 * Solves the row whose observed pairs are entries `from` … `to`−1:
 *
 *   (Σ w v vᵀ + α0 VᵀV + λ (n + α0|I|)^ν I) u = Σ w t v        n = Σ w
 *
 * A row shorter than a vector is cheaper on its other side. In the basis of the eigenvectors α0 VᵀV + λ(…)I is diagonal, D;
 * with the columns of S being D^(-1/2) Qᵀ √w v (Woodbury's identity, pushed through):
 *
 *   u = Q D^(-1/2) S (I + SᵀS)⁻¹ (√w t)
 *
 * which is a system as large as the row is long.
 *
 * @returns false: f32 cannot solve it, and `into` holds nothing of use
 */
export function solveRow(at: usize, from: i32, to: i32, into: usize, scratch: usize): bool {
  const job = changetype<RowJob>(at)
  const skipped = (<usize>from) << 2
  const columns = job.columns + skipped
  const weights = job.weights === 0 ? 0 : job.weights + skipped
  const targets = job.targets === 0 ? 0 : job.targets + skipped
  const count = to - from
  memory.fill(into, 0, (<usize>job.width) << 2)
  if (!pulls(weights, targets, count)) return true
  const diagonal = <f32>(
    (job.regularization * power(observedWeight(weights, count) + job.unobservedWeight, job.exponent))
  )
  const across = (count + 7) & ~7
  if (
    job.rotated !== 0 &&
    isShort(across, job.width) &&
    inverseRoots(job.eigenvalues, diagonal, job.width, scratch) &&
    solveShort(job, columns, weights, targets, count, across, into, scratch)
  ) {
    return true
  }
  return solveLong(job, columns, weights, targets, count, diagonal, into, scratch)
}

/** Whether anything of the right-hand side is not zero. */
function pulls(weights: usize, targets: usize, count: i32): bool {
  for (let e = 0; e < count; e++) {
    if (rootWeight(weights, e) !== 0 && targetOf(targets, e) !== 0) return true
  }
  return false
}

function observedWeight(weights: usize, count: i32): f64 {
  if (weights === 0) return count
  let sum: f64 = 0
  for (let e = 0; e < count; e++) sum += load<f32>(weights + ((<usize>e) << 2))
  return sum
}

function power(base: f64, exponent: f64): f64 {
  if (exponent === 1) return base
  return exponent === 0 ? 1 : pow(base, exponent)
}

/** Whether a row of this length is solved faster in its own space: multiply-adds of the one way against the other's. */
function isShort(across: i32, width: i32): bool {
  const n = <f64>across
  const d = <f64>width
  return n * n * d + (n * n * n) / 3 + 4 * n * d + 2 * d * d < n * d * d + (d * d * d) / 3
}

function solveLong(
  job: RowJob,
  columns: usize,
  weights: usize,
  targets: usize,
  count: i32,
  diagonal: f32,
  into: usize,
  scratch: usize,
): bool {
  const width = job.width
  const panelRows = max(8, min(MAX_PANEL_ROWS, PANEL_FLOATS / width))
  const panel = scratch
  const a = panel + ((<usize>panelRows * width) << 2)
  let before = job.unobserved
  for (let first = 0; first < count; first += panelRows) {
    const rows = min(panelRows, count - first)
    const skipped = (<usize>first) << 2
    gather(
      job.factors,
      width,
      columns + skipped,
      weights === 0 ? 0 : weights + skipped,
      targets === 0 ? 0 : targets + skipped,
      rows,
      panel,
      into,
    )
    syrk(panel, rows, width, before, a)
    before = a
  }
  addToDiagonal(a, width, diagonal)
  return solvePositiveDefinite(a, into, width)
}

function addToDiagonal(a: usize, width: i32, diagonal: f32): void {
  const step = (<usize>width + 1) << 2
  let at = a
  for (let k = 0; k < width; k++) {
    store<f32>(at, load<f32>(at) + diagonal)
    at += step
  }
}

function solveShort(
  job: RowJob,
  columns: usize,
  weights: usize,
  targets: usize,
  count: i32,
  across: i32,
  into: usize,
  scratch: usize,
): bool {
  const width = job.width
  const bytes = (<usize>width) << 2
  const acrossBytes = (<usize>across) << 2
  const scales = scratch
  const c = scales + bytes
  const s = c + bytes
  const a = s + bytes * <usize>across
  gatherTransposed(job.rotated, width, columns, weights, count, scales, s, across)

  memory.fill(a, 0, acrossBytes * <usize>across)
  addToDiagonal(a, across, 1)
  syrk(s, width, across, a, a)
  for (let e = 0; e < across; e++) {
    store<f32>(c + ((<usize>e) << 2), e < count ? rootWeight(weights, e) * targetOf(targets, e) : 0)
  }
  if (!solvePositiveDefinite(a, c, across)) return false

  multiply(s, width, across, c, a)
  for (let k: usize = 0; k < bytes; k += 16) v128.store(a + k, f32x4.mul(v128.load(a + k), v128.load(scales + k)))
  multiply(job.rotation, width, width, a, into)
  return true
}

/**
 * D^(-1/2), by which short rows are scaled.
 *
 * @returns false: its entries are so far apart that the rounding of the large ones' directions would be blown up in the small ones'
 */
function inverseRoots(eigenvalues: usize, diagonal: f32, width: i32, into: usize): bool {
  let least: f32 = Infinity
  let greatest: f32 = 0
  for (let k: usize = 0; k < (<usize>width) << 2; k += 4) {
    const entry = load<f32>(eigenvalues + k) + diagonal
    least = min(least, entry)
    greatest = max(greatest, entry)
    store<f32>(into + k, 1 / sqrt(entry))
  }
  return least > LEAST_OF_GREATEST * greatest
}

/** into = M x, with M rows×width; both multiples of 4 */
export function multiply(m: usize, rows: i32, width: i32, x: usize, into: usize): void {
  const stride = (<usize>width) << 2
  for (let r = 0; r < rows; r += 4) {
    const row = m + <usize>r * stride
    let s0 = f32x4.splat(0)
    let s1 = f32x4.splat(0)
    let s2 = f32x4.splat(0)
    let s3 = f32x4.splat(0)
    for (let j: usize = 0; j < stride; j += 16) {
      const y = v128.load(x + j)
      s0 = f32x4.add(s0, f32x4.mul(v128.load(row + j), y))
      s1 = f32x4.add(s1, f32x4.mul(v128.load(row + stride + j), y))
      s2 = f32x4.add(s2, f32x4.mul(v128.load(row + 2 * stride + j), y))
      s3 = f32x4.add(s3, f32x4.mul(v128.load(row + 3 * stride + j), y))
    }
    v128.store(into + ((<usize>r) << 2), sumsOf(s0, s1, s2, s3))
  }
}

/**
 * Rows × rotation, a chunk a call as `solveRows`: factors turned into the basis of the eigenvectors.
 *
 * @param next      i32 that threads add to, zero at first
 * @param rotation  transposed: Qᵀ, width×width
 */
export function rotateRows(
  next: usize,
  rows: i32,
  width: i32,
  factors: usize,
  transposed: usize,
  into: usize,
  _scratch: usize,
): bool {
  const bytes = (<usize>width) << 2
  const first = atomic.add<i32>(next, ROTATED_AT_A_TIME)
  if (first >= rows) return false
  for (let r = first; r < min(first + ROTATED_AT_A_TIME, rows); r++) {
    multiply(transposed, width, width, factors + <usize>r * bytes, into + <usize>r * bytes)
  }
  return true
}

const ROTATED_AT_A_TIME = 64
