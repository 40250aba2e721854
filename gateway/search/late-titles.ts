import { createSortedList } from './sorted-list.ts'
import { compareTitles, type IndexedItem } from './title-index.ts'

/** An item by what it is ordered by. */
export interface Candidate {
  readonly item: IndexedItem
  /** When it came. */
  readonly popularity: number
}

export const compareCandidates = (x: Candidate, y: Candidate): number =>
  y.popularity - x.popularity || compareTitles(x.item, y.item)

export type LateTitles = ReturnType<typeof createLateTitles>

/**
 * What came after an order was made, in the same order: during an import it may be most of the catalogue, and a query then looks
 * at no more of it than it does of the rest. While the next order is made, what that one will have stands apart from what it will
 * not.
 */
export function createLateTitles() {
  let older = createTier()
  let newer = createTier()

  return {
    size: () => older.bySlot.size + newer.bySlot.size,
    /** The slot must be free. */
    put: (slot: number, candidate: Candidate): void => newer.put(slot, candidate),
    /** Nothing happens if it is not there. */
    remove(slot: number): void {
      newer.remove(slot)
      older.remove(slot)
    },
    of: (slot: number): Candidate | undefined => newer.bySlot.get(slot) ?? older.bySlot.get(slot),
    /** An order is begun that will have all there is now. */
    begin(): void {
      // One that was begun before and did not come about.
      for (const [slot, candidate] of older.bySlot) newer.put(slot, candidate)
      older = newer
      newer = createTier()
    },
    /** The order that was begun last is there. */
    settle(): void {
      older = createTier()
    },
    /** All, in order; nothing may come or go meanwhile. */
    *inOrder(): Generator<Candidate, undefined> {
      const [old, fresh] = [older.list.from(() => false), newer.list.from(() => false)]
      let [x, y] = [old.next(), fresh.next()]
      while (!x.done || !y.done) {
        if (y.done || (!x.done && compareCandidates(x.value, y.value) < 0)) {
          yield x.value as Candidate
          x = old.next()
        } else {
          yield y.value
          y = fresh.next()
        }
      }
      return undefined
    },
  }
}

function createTier() {
  const list = createSortedList(compareCandidates)
  const bySlot = new Map<number, Candidate>()
  return {
    list,
    bySlot,
    put(slot: number, candidate: Candidate): void {
      list.add(candidate)
      bySlot.set(slot, candidate)
    },
    remove(slot: number): void {
      const candidate = bySlot.get(slot)
      if (!candidate) return
      list.remove(candidate)
      bySlot.delete(slot)
    },
  }
}
