import { type Alignment, align } from '../../models/ranking/alignment.ts'
import type { RankedItems, Rows } from '../../models/ranking/ranked-list.ts'
import type { Shelf } from './shelf.ts'

/** Where the items of a list stand. */
export interface Whereabouts {
  readonly shelves: readonly Shelf[]
  /** Of the first shelf, that of the generation's own items; undefined: there is no shelf. */
  readonly alignment: Alignment | undefined
  /** What one of two makes of a row: by its place on a shelf, or by its item id when it is on none. */
  find<T>(row: number, onShelf: (shelf: number, index: number) => T, elsewhere: (itemId: string) => T): T
}

type Indices = Shelf['indexOf']

/** As long as there are both, a list and a shelf: lists of one table have the same rows. */
const alignments = new WeakMap<Indices, WeakMap<Rows, Alignment>>()

function alignmentOf(rows: Rows, indexOf: Indices): Alignment {
  const here = alignments.get(indexOf) ?? new WeakMap<Rows, Alignment>()
  alignments.set(indexOf, here)
  const alignment = here.get(rows) ?? align(rows, indexOf)
  here.set(rows, alignment)
  return alignment
}

/** @param shelves  an item is looked for on one after the other */
export function whereaboutsOf({ rows }: RankedItems, shelves: readonly Shelf[]): Whereabouts {
  const [own, ...others] = shelves
  const alignment = own && alignmentOf(rows, own.indexOf)
  return {
    shelves,
    alignment,
    find(row, onShelf, elsewhere) {
      const index = alignment?.indexOf(row) ?? -1
      if (index >= 0) return onShelf(0, index)
      const itemId = rows.itemIdOf(row)
      for (const [n, { indexOf }] of others.entries()) {
        const there = indexOf.get(itemId)
        if (there !== undefined) return onShelf(n + 1, there)
      }
      return elsewhere(itemId)
    },
  }
}
