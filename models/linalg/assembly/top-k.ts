import { reciprocalOf } from './bounds'
import { indexOf, offer, rankingKey, scoreOf, sortDescending } from './heap'
import { prune } from './prune'
import { ALL, BLOCK, hiddenIn, ScanJob } from './scan-job'
import { scorePanel, scoreRows } from './score'

/**
 * The k items of greatest score that are not hidden, exactly; ties go to the lower item. A score that is not a number, or
 * negative and beyond f32, is none.
 *
 * @returns how many there are in `job.kept`, best first
 */
export function topK(at: usize): i32 {
  const job = changetype<ScanJob>(at)
  job.size = 0
  if (job.panels !== 0) rankPanels(job)
  else if (job.k < job.rows >> 4 && prune(job)) rankCandidates(job)
  else rankRows(job)
  sortDescending(job.kept, job.size)
  for (let n = 0; n < job.size; n++) {
    const result = job.kept + ((<usize>n) << 3)
    const key = load<u64>(result)
    store<f32>(result, scoreOf(key))
    store<i32>(result, indexOf(key), 4)
  }
  return job.size
}

function rankPanels(job: ScanJob): void {
  const bytes = (<usize>job.dimensions) << 7
  for (let block = 0; block < job.blocks; block++) {
    const hidden = hiddenIn(job, block)
    if (hidden === ALL) continue
    scorePanel(job.panels + <usize>block * bytes, job.dimensions, job.user, job.scratch)
    multiplyLanes(job, block * BLOCK)
    // Items come in ascending order: a later one has to be better.
    const toBeat: f32 = job.size < job.k ? -Infinity : scoreOf(load<u64>(job.kept))
    offerLanes(job, block * BLOCK, ~hidden & lanesAbove(job.scratch, toBeat))
  }
}

function lanesAbove(scores: usize, toBeat: f32): u32 {
  const least = f32x4.splat(toBeat)
  let lanes: u32 = 0
  for (let n = 0; n < BLOCK; n += 4) {
    lanes |= (<u32>i32x4.bitmask(f32x4.gt(v128.load(scores + ((<usize>n) << 2)), least))) << n
  }
  return lanes
}

/** Offers items from their scores in the scratch; `first` is the place of the first one. */
function offerLanes(job: ScanJob, first: i32, lanes: u32): void {
  for (; lanes !== 0; lanes &= lanes - 1) {
    const lane = ctz(lanes)
    const score = load<f32>(job.scratch + ((<usize>lane) << 2))
    job.size = offer(job.kept, job.size, job.k, rankingKey(score, itemAt(job, first + lane)))
  }
}

function itemAt(job: ScanJob, place: i32): i32 {
  return job.order === 0 ? place : load<i32>(job.order + ((<usize>place) << 2))
}

/** Makes scores in the scratch what they count for; `first` is the place of the first one. */
function multiplyLanes(job: ScanJob, first: i32): void {
  if (job.reciprocals === 0) return
  for (let n = 0; n < BLOCK; n++) {
    // Past the last item of panels: hidden, whatever is made of them.
    const item = min(itemAt(job, first + n), job.rows - 1)
    const at = job.scratch + ((<usize>n) << 2)
    store<f32>(at, multiplied(load<f32>(at), reciprocalOf(job, item)))
  }
}

/** Zero has no sign among the keys. */
function multiplied(score: f32, reciprocal: f32): f32 {
  return score * reciprocal + 0
}

/** Every item, from its row. */
function rankRows(job: ScanJob): void {
  job.size = 0
  for (let block = 0; block < job.blocks; block++) {
    const hidden = hiddenIn(job, block)
    if (hidden === ALL) continue
    scoreRows(job.factors, job.width, job.order + ((<usize>(block * BLOCK)) << 2), BLOCK, job.user, job.scratch)
    multiplyLanes(job, block * BLOCK)
    offerLanes(job, block * BLOCK, ~hidden & lanesAbove(job.scratch, -Infinity))
  }
}

/** The candidates that `prune` left. */
function rankCandidates(job: ScanJob): void {
  job.size = 0
  for (let first = 0; first < job.count; first += BLOCK) {
    const count = min(BLOCK, job.count - first)
    // Items take the places of candidates that were read before.
    const items = job.candidates + ((<usize>first) << 2)
    for (let n = 0; n < count; n++) {
      const place = load<i32>(job.candidates + ((<usize>(first + n)) << 3))
      store<i32>(items + ((<usize>n) << 2), load<i32>(job.order + ((<usize>place) << 2)))
    }
    scoreRows(job.factors, job.width, items, count, job.user, job.scratch)
    for (let n = 0; n < count; n++) {
      const item = load<i32>(items + ((<usize>n) << 2))
      const score = multiplied(load<f32>(job.scratch + ((<usize>n) << 2)), reciprocalOf(job, item))
      job.size = offer(job.kept, job.size, job.k, rankingKey(score, item))
    }
  }
}
