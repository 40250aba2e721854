/** A full block is halved: moving what stands behind a new element then takes well under a microsecond. */
const MAX_BLOCK = 512

/** Elements in order, no two of them equal, of which any may come and go at any time. */
export interface SortedList<T> {
  readonly length: number
  add(element: T): void
  /** Nothing happens if it is not there. */
  remove(element: T): void
  /** All from the first one that `isBefore` is false of. It has to be true of a beginning of the list, and of nothing else. */
  from(isBefore: (element: T) => boolean): Generator<T, undefined>
  /** All, cut into pieces. */
  blocks(): readonly (readonly T[])[]
}

/** Sorted blocks, in order: O(log n + √n) a change, where a plain array moves n/2 elements and sorting once needs all at hand. */
export function createSortedList<T>(compare: (x: T, y: T) => number): SortedList<T> {
  const blocks: T[][] = []
  let length = 0

  /** Of the first element that `isBefore` is false of. */
  function placeOf(isBefore: (element: T) => boolean): { at: number; within: number } {
    const at = firstNot(blocks, (block) => isBefore(block.at(-1) as T))
    return { at, within: firstNot(blocks[at] ?? [], isBefore) }
  }

  return {
    get length() {
      return length
    },
    add(element) {
      const { at, within } = placeOf((other) => compare(other, element) < 0)
      // What comes last goes into the last block.
      const [into, place] = at < blocks.length || at === 0 ? [at, within] : [at - 1, MAX_BLOCK]
      const block = blocks[into]
      length++
      if (!block) return void blocks.push([element])
      block.splice(place, 0, element)
      if (block.length > MAX_BLOCK) blocks.splice(into + 1, 0, block.splice(MAX_BLOCK / 2))
    },
    remove(element) {
      const { at, within } = placeOf((other) => compare(other, element) < 0)
      const block = blocks[at]
      if (!block || compare(block[within] as T, element) !== 0) return
      block.splice(within, 1)
      if (block.length === 0) blocks.splice(at, 1)
      length--
    },
    *from(isBefore) {
      let { at, within } = placeOf(isBefore)
      for (; at < blocks.length; at++, within = 0) {
        const block = blocks[at] as T[]
        for (; within < block.length; within++) yield block[within] as T
      }
      return undefined
    },
    blocks: () => blocks,
  }
}

function firstNot<T>(elements: readonly T[], isBefore: (element: T) => boolean): number {
  let [low, high] = [0, elements.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (isBefore(elements[middle] as T)) low = middle + 1
    else high = middle
  }
  return low
}
