/** Share of the pairs that no training sees. */
const HELD_OUT_SHARE = 0.02

/**
 * 32 well-mixed bits of a text: FNV-1a over its UTF-16 code units, then the finalizer of MurmurHash3. Never to change:
 * every model that was ever evaluated left out the pairs that it names.
 */
export function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** Whether this pair is kept from training, to measure with: the same pairs always, so that models compare fairly. */
export function isHeldOut(userId: string, itemId: string): boolean {
  // Ids hold no control characters, so no two pairs make the same text.
  return hash(`${userId}\0${itemId}`) < HELD_OUT_SHARE * 2 ** 32
}
