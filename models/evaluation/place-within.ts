import type { Steps } from '../ranking/layout.ts'

/** Items that are looked at in a step. */
const STEP_ITEMS = 2048

/**
 * The place of an item among all that are not hidden, counted from 0, where it is one of the first `k`; ties go to the lower index.
 * As soon as `k` better ones are found nothing more is scored: most items are not among the first, and of what is popular many are
 * better.
 *
 * @param scoreOf  of an item by its index
 * @param order    all indices, those first that are likely to be better
 * @param isHidden 1: not ranked
 * @returns        undefined where it is not among the first `k`
 */
export function* placeWithin(
  k: number,
  item: number,
  scoreOf: (index: number) => number,
  order: Int32Array,
  isHidden: Uint8Array,
): Steps<number | undefined> {
  const score = scoreOf(item)
  let better = 0
  for (let n = 0; n < order.length; n++) {
    const index = order[n] as number
    if (n % STEP_ITEMS === STEP_ITEMS - 1) yield
    if (isHidden[index] === 1 || index === item) continue
    const other = scoreOf(index)
    if (other < score || (other === score && index > item)) continue
    if (++better === k) return undefined
  }
  return better
}
