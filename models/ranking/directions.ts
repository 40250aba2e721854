import { type PlacedFactors, placeZeros } from '../als/placed.ts'
import type { Steps } from './layout.ts'
import { buildScorer, type Scorer } from './scorer.ts'

/** Rows to a step: a millisecond or two. */
const STEP_ROWS = 4096

/**
 * A scorer of the same items by their directions: each row is divided by its length, in double precision, and rounded, so that
 * the score of a query of length 1 is the cosine. An item without length has score 0. It takes the memory of another copy of the
 * rows and of their codes.
 *
 * @param scorer  of `items`: bitmaps that it made serve this one, too
 */
export function* buildDirections(scorer: Scorer, items: PlacedFactors): Steps<Scorer> {
  const { rows, d, width, data } = items
  const { workspace } = scorer
  const unit = placeZeros(workspace, rows, d)
  for (let from = 0; from < rows; from += STEP_ROWS) {
    for (let row = from; row < Math.min(from + STEP_ROWS, rows); row++) {
      const start = row * width
      const length = lengthOf(data.subarray(start, start + d))
      if (length > 0) for (let k = 0; k < d; k++) unit.data[start + k] = (data[start + k] as number) / length
    }
    yield
  }
  return yield* buildScorer(unit, { workspace, like: scorer })
}

/** @returns undefined: a vector without length points nowhere */
export function directionOf(vector: Float32Array): Float32Array | undefined {
  const length = lengthOf(vector)
  return length > 0 ? vector.map((x) => x / length) : undefined
}

function lengthOf(vector: Float32Array): number {
  let square = 0
  for (const x of vector) square += x * x
  return Math.sqrt(square)
}
