/** Items that are not to be listed: a bit an item, in the order in which the scorer that made it reads them (scorer.ts). */
export interface Bitmap {
  /** Bits past the last item are set. */
  readonly words: Uint32Array
  hide(index: number): void
  show(index: number): void
  isHidden(index: number): boolean
  hideAll(): void
  showAll(indices: Int32Array): void
  /** Hides what another bitmap of the same scorer hides, too. */
  merge(other: Bitmap): void
  /** Hides only what both hide. */
  intersect(other: Bitmap): void
  /** Hides what was shown, and shows what was hidden. */
  invert(): void
  copy(): Bitmap
}

/** Items to a word. */
const WORD_BITS = 32

/**
 * A bitmap in which nothing is hidden.
 *
 * @param placeOf  the bit of each item; its own index where left out
 */
export function createBitmap(rows: number, placeOf?: Int32Array): Bitmap {
  const words = new Uint32Array(Math.ceil(rows / WORD_BITS))
  const pastLast = rows % WORD_BITS > 0 ? -1 << (rows % WORD_BITS) : 0
  if (words.length > 0) words[words.length - 1] = pastLast
  return bitmapOver(words, pastLast, placeOf)
}

/** @param pastLast  bits of the last word that belong to no item */
function bitmapOver(words: Uint32Array, pastLast: number, placeOf: Int32Array | undefined): Bitmap {
  const place = (index: number): number => (placeOf ? (placeOf[index] as number) : index)
  return {
    words,
    hide(index) {
      const at = place(index)
      ;(words[at >>> 5] as number) |= 1 << (at & 31)
    },
    show(index) {
      const at = place(index)
      ;(words[at >>> 5] as number) &= ~(1 << (at & 31))
    },
    isHidden(index) {
      const at = place(index)
      return (((words[at >>> 5] as number) >>> (at & 31)) & 1) === 1
    },
    hideAll: () => void words.fill(-1 >>> 0),
    showAll(indices) {
      for (let n = 0; n < indices.length; n++) {
        const at = place(indices[n] as number)
        ;(words[at >>> 5] as number) &= ~(1 << (at & 31))
      }
    },
    merge({ words: others }) {
      for (let n = 0; n < words.length; n++) (words[n] as number) |= others[n] as number
    },
    intersect({ words: others }) {
      for (let n = 0; n < words.length; n++) (words[n] as number) &= others[n] as number
    },
    invert() {
      for (let n = 0; n < words.length; n++) words[n] = ~(words[n] as number)
      if (words.length > 0) (words[words.length - 1] as number) |= pastLast
    },
    copy: () => bitmapOver(words.slice(), pastLast, placeOf),
  }
}
