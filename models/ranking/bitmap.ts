/** Items that are not to be listed: a bit an item, in the order in which the scorer that made it reads them (scorer.ts). */
export interface Bitmap {
  /** Bits past the last item are set. */
  readonly words: Uint32Array
  hide(index: number): void
  show(index: number): void
  isHidden(index: number): boolean
  hideAll(): void
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
  if (rows % WORD_BITS > 0) words[words.length - 1] = -1 << (rows % WORD_BITS)
  return bitmapOver(words, placeOf)
}

function bitmapOver(words: Uint32Array, placeOf: Int32Array | undefined): Bitmap {
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
    copy: () => bitmapOver(words.slice(), placeOf),
  }
}
