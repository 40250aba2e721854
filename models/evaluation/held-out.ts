import { hash } from '../hash.ts'

/** Share of the pairs that no training sees. */
const HELD_OUT_SHARE = 0.02

/** Whether this pair is kept from training, to measure with: the same pairs always, so that models compare fairly. */
export function isHeldOut(userId: string, itemId: string): boolean {
  // Ids hold no control characters, so no two pairs make the same text.
  return hash(`${userId}\0${itemId}`) < HELD_OUT_SHARE * 2 ** 32
}
