/** Items that are not to be listed: a bit an item, in the order in which the scorer that made it reads them (scorer.ts). */
export interface Bitmap {
  /** Bits past the last item are set. */
  readonly words: Uint32Array
  hide(index: number): void
  show(index: number): void
  isHidden(index: number): boolean
  countShown(): number
  /** Items that are not hidden, in the order of the bits. */
  shown(): Int32Array
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

/** Where bits are that are not in the order of their items. */
interface Placement {
  /** The bit of each item. */
  readonly placeOf: Int32Array
  /** The item of each bit. */
  readonly order: Int32Array
}

/**
 * A bitmap in which nothing is hidden.
 *
 * @param placement  each item has its own index as its bit where left out
 */
export function createBitmap(rows: number, placement?: Partial<Placement>): Bitmap {
  const words = new Uint32Array(Math.ceil(rows / WORD_BITS))
  const pastLast = rows % WORD_BITS > 0 ? -1 << (rows % WORD_BITS) : 0
  if (words.length > 0) words[words.length - 1] = pastLast
  return bitmapOver(words, pastLast, placement)
}

/** @param pastLast  bits of the last word that belong to no item */
function bitmapOver(words: Uint32Array, pastLast: number, placement: Partial<Placement> = {}): Bitmap {
  const { placeOf, order } = placement
  const place = (index: number): number => (placeOf ? (placeOf[index] as number) : index)

  function countShown(): number {
    let hidden = 0
    for (let n = 0; n < words.length; n++) hidden += onesOf(words[n] as number)
    return words.length * WORD_BITS - hidden
  }

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
    countShown,
    shown() {
      const shown = new Int32Array(countShown())
      let count = 0
      for (let n = 0; n < words.length; n++) {
        // From the lowest bit on; taking one away leaves the others.
        for (let left = ~(words[n] as number); left !== 0; left &= left - 1) {
          const at = n * WORD_BITS + 31 - Math.clz32(left & -left)
          shown[count++] = order ? (order[at] as number) : at
        }
      }
      return shown
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
    copy: () => bitmapOver(words.slice(), pastLast, placement),
  }
}

/** Bits that are set (Warren, Hacker's Delight, 5-1): of pairs, fours and eights side by side, and then the sum of the eights. */
export function onesOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
