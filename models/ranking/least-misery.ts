import type { Bitmap } from './bitmap.ts'
import type { Steps } from './layout.ts'
import { createSelection, type Scored } from './selection.ts'

/** Items to a step: a millisecond or two. */
const STEP_ITEMS = 8192

/**
 * Of every item the least that anybody makes of it, in a step a member.
 *
 * @param members  at least one; the scores of all items for each, made when its turn comes
 */
export function* leastOf(members: Iterable<Float32Array>): Steps<Float32Array> {
  let least: Float32Array | undefined
  for (const scores of members) {
    if (!least) least = scores.slice()
    else {
      for (let index = 0; index < least.length; index++) {
        if ((scores[index] as number) < (least[index] as number)) least[index] = scores[index] as number
      }
    }
    yield
  }
  return least ?? new Float32Array()
}

/** The k items of greatest score that are not hidden, best first, ties by index. */
export function* topOf(scores: Float32Array, k: number, hidden: Bitmap): Steps<Scored[]> {
  const selection = createSelection(k)
  for (let index = 0; index < scores.length; index++) {
    if (index % STEP_ITEMS === STEP_ITEMS - 1) yield
    const score = scores[index] as number
    if (score > selection.toBeat && !hidden.isHidden(index)) selection.offer(index, score)
  }
  return selection.ranked()
}
