import type { Factors } from '../als/types.ts'
import { dot } from '../linalg/dot.ts'
import { createSelection, type Scored } from './selection.ts'

/**
 * The k items of greatest score, exactly; ties go to the lower index.
 *
 * @param user     length d, solved against `items`
 * @param allowed  asked only of items that would enter the list
 * @returns        best first; fewer than k when fewer are allowed
 */
export function topK(items: Factors, user: Float32Array, k: number, allowed?: (index: number) => boolean): Scored[] {
  const selection = createSelection(k)
  for (let index = 0; index < items.rows; index++) {
    const score = dot(user, items.data, index * items.d)
    if (score > selection.toBeat && (allowed === undefined || allowed(index))) selection.offer(index, score)
  }
  return selection.ranked()
}
