/**
 * 32 well-mixed bits of a text: FNV-1a over its UTF-16 code units, then the finalizer of MurmurHash3. Never to change:
 * it names the pairs that every model left out which was ever evaluated, and the users that are sampled.
 */
export function hash(text: string): number {
  let h = 0x811c9dc5
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193)
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}
