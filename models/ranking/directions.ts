import type { PlacedFactors } from '../als/placed.ts'
import { preciseDot } from '../linalg/dot.ts'
import { BLOCK_ROWS, type Layout, type Steps } from './layout.ts'
import { type Scorer, scorerOver } from './scorer.ts'

/** Rows to a step: a millisecond or two. */
const STEP_ROWS = 8192
/** Items and users that are shorter point nowhere: their products are mostly rounding. */
const SHORTEST = 2 ** -100

/**
 * A scorer of the same items by their directions: the score, as `dot` defines it, times `reciprocalOf` the item, in f32. For a
 * query of length 1 that is the cosine. It scans the same memory, so that it takes a number an item, and its bitmaps and those of
 * the other scorer are one. No scan ends early, as directions are all of one length.
 *
 * @param scorer  of `items`
 */
export function* buildDirections(scorer: Scorer, items: PlacedFactors): Steps<Scorer> {
  const { workspace, layout } = scorer
  const { rows, width, at } = items
  const reciprocals = workspace.floats(rows)
  for (let from = 0; from < rows; from += STEP_ROWS) {
    const count = Math.min(STEP_ROWS, rows - from)
    workspace.kernels.reciprocals(at + 4 * from * width, count, width, reciprocals.at + 4 * from)
    yield
  }
  const greatest = workspace.floats(layout.fields.blocks)
  yield* noteGreatest(reciprocals.data, layout, greatest.data)
  const fields = { ...layout.fields, reciprocals: reciprocals.at, greatest: greatest.at }
  return scorerOver(workspace, items, { ...layout, fields, reciprocals: reciprocals.data })
}

/** Of each block. */
function* noteGreatest(reciprocals: Float32Array, { order }: Layout, into: Float32Array): Steps<void> {
  if (!order) return
  for (let place = 0; place < order.length; place++) {
    const block = Math.floor(place / BLOCK_ROWS)
    into[block] = Math.max(into[block] as number, reciprocals[order[place] as number] as number)
    if (place % STEP_ROWS === 0) yield
  }
}

/** 1/‖v‖ in f32, from ‖v‖ in double precision: squares of even and of odd dimensions are summed apart; 0: it points nowhere. */
export function reciprocalOf(vector: Float32Array): number {
  let [even, odd] = [0, 0]
  for (let k = 0; k < vector.length; k += 2) {
    even += (vector[k] as number) ** 2
    odd += (vector[k + 1] ?? 0) ** 2
  }
  const length = Math.sqrt(even + odd)
  return length < SHORTEST ? 0 : Math.fround(1 / length)
}

/** A vector made one long. @returns undefined: it points nowhere */
export function directionOf(vector: Float32Array): Float32Array | undefined {
  const length = Math.sqrt(preciseDot(vector, vector))
  return length >= SHORTEST ? vector.map((x) => x / length) : undefined
}
