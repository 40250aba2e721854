import type { Bitmap } from './bitmap.ts'
import { createSelection, type Scored } from './selection.ts'

/** Of every item the least that anybody makes of it. @param members  the scores of all items, of each member; at least one */
export function leastOf(members: readonly Float32Array[]): Float32Array {
  const [first, ...others] = members
  const least = Float32Array.from(first as Float32Array)
  for (const scores of others) {
    for (let index = 0; index < least.length; index++) {
      if ((scores[index] as number) < (least[index] as number)) least[index] = scores[index] as number
    }
  }
  return least
}

/** The k items of greatest score that are not hidden, best first, ties by index. */
export function topOf(scores: Float32Array, k: number, hidden: Bitmap): Scored[] {
  const selection = createSelection(k)
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] as number
    if (score > selection.toBeat && !hidden.isHidden(index)) selection.offer(index, score)
  }
  return selection.ranked()
}
