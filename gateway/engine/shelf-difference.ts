import type { Bitmap } from '../../models/ranking/bitmap.ts'
import type { Shelf } from './shelf.ts'

/**
 * A shelf without the items of another one: the two are laid out at times of their own, and for a while an item may stand on
 * both. Which do is looked up once.
 */
export function createDifference() {
  let of: readonly [Shelf, Shelf] | undefined
  let difference: Shelf | undefined
  return (shelf: Shelf | undefined, other: Shelf | undefined): Shelf | undefined => {
    if (!shelf || !other) return shelf
    if (of?.[0] === shelf && of[1] === other) return difference
    const both = shelf.itemIds.flatMap((itemId, index) => (other.indexOf.has(itemId) ? [index] : []))
    of = [shelf, other]
    difference = both.length === 0 ? shelf : without(shelf, both)
    return difference
  }
}

function without(shelf: Shelf, indices: readonly number[]): Shelf {
  function hide(hidden: Bitmap): Bitmap {
    for (const index of indices) hidden.hide(index)
    return hidden
  }
  return {
    ...shelf,
    hidden: (part) => hide(shelf.hidden(part)),
    *hiddenBy(filter, part) {
      return hide(yield* shelf.hiddenBy(filter, part))
    },
  }
}
