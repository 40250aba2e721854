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
export function createBitmap(rows: number, placement: Partial<Placement> = {}): Bitmap {
  const words = new Uint32Array(Math.ceil(rows / WORD_BITS))
  const pastLast = rows % WORD_BITS > 0 ? -1 << (rows % WORD_BITS) : 0
  if (words.length > 0) words[words.length - 1] = pastLast
  return new WordBitmap(words, pastLast, placement)
}

/** A class, since every request copies some: closures would be made anew with each. */
class WordBitmap implements Bitmap {
  readonly words: Uint32Array
  /** Bits of the last word that belong to no item. */
  readonly #pastLast: number
  readonly #placement: Partial<Placement>

  constructor(words: Uint32Array, pastLast: number, placement: Partial<Placement>) {
    this.words = words
    this.#pastLast = pastLast
    this.#placement = placement
  }

  #place(index: number): number {
    const { placeOf } = this.#placement
    return placeOf ? (placeOf[index] as number) : index
  }

  hide(index: number): void {
    const at = this.#place(index)
    ;(this.words[at >>> 5] as number) |= 1 << (at & 31)
  }

  show(index: number): void {
    const at = this.#place(index)
    ;(this.words[at >>> 5] as number) &= ~(1 << (at & 31))
  }

  isHidden(index: number): boolean {
    const at = this.#place(index)
    return (((this.words[at >>> 5] as number) >>> (at & 31)) & 1) === 1
  }

  countShown(): number {
    const { words } = this
    let hidden = 0
    for (let n = 0; n < words.length; n++) hidden += onesOf(words[n] as number)
    return words.length * WORD_BITS - hidden
  }

  shown(): Int32Array {
    const { words } = this
    const { order } = this.#placement
    const shown = new Int32Array(this.countShown())
    let count = 0
    for (let n = 0; n < words.length; n++) {
      // From the lowest bit on; taking one away leaves the others.
      for (let left = ~(words[n] as number); left !== 0; left &= left - 1) {
        const at = n * WORD_BITS + 31 - Math.clz32(left & -left)
        shown[count++] = order ? (order[at] as number) : at
      }
    }
    return shown
  }

  hideAll(): void {
    this.words.fill(-1 >>> 0)
  }

  showAll(indices: Int32Array): void {
    for (let n = 0; n < indices.length; n++) this.show(indices[n] as number)
  }

  merge({ words: others }: Bitmap): void {
    const { words } = this
    for (let n = 0; n < words.length; n++) (words[n] as number) |= others[n] as number
  }

  intersect({ words: others }: Bitmap): void {
    const { words } = this
    for (let n = 0; n < words.length; n++) (words[n] as number) &= others[n] as number
  }

  invert(): void {
    const { words } = this
    for (let n = 0; n < words.length; n++) words[n] = ~(words[n] as number)
    if (words.length > 0) (words[words.length - 1] as number) |= this.#pastLast
  }

  copy(): Bitmap {
    return new WordBitmap(this.words.slice(), this.#pastLast, this.#placement)
  }
}

/** Bits that are set (Warren, Hacker's Delight, 5-1): of pairs, fours and eights side by side, and then the sum of the eights. */
export function onesOf(word: number): number {
  const pairs = word - ((word >>> 1) & 0x55555555)
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
