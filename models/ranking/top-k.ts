import type { Factors } from '../als/types.ts'
import { dotRows } from '../linalg/dot.ts'
import { createSelection, type Scored } from './selection.ts'

/** Items scored before the selection looks at them: a buffer of 1 KiB, which stays in the nearest cache. */
const BLOCK_ROWS = 256

/**
 * The k items of greatest score (as `dot` defines it), exactly; ties go to the lower index. What is served is found by the
 * kernels (scorer.ts); this is what they have to agree with.
 *
 * @param user     length d, solved against `items`
 * @param allowed  asked only of items that would enter the list
 * @returns        best first; fewer than k when fewer are allowed
 */
export function topK(items: Factors, user: Float32Array, k: number, allowed?: (index: number) => boolean): Scored[] {
  const selection = createSelection(k)
  const scores = new Float32Array(BLOCK_ROWS)
  for (let from = 0; from < items.rows; from += BLOCK_ROWS) {
    const count = Math.min(BLOCK_ROWS, items.rows - from)
    dotRows(user, items.data, from, count, scores)
    for (let n = 0; n < count; n++) {
      const score = scores[n] as number
      if (score > selection.toBeat && (allowed === undefined || allowed(from + n))) selection.offer(from + n, score)
    }
  }
  return selection.ranked()
}
