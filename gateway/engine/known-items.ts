import { type History, knownItems } from '../../models/history/types.ts'

type Indices = ReadonlyMap<string, number>

/** What somebody rated, as one request asks for it: by id, and on each shelf. */
export interface KnownItems {
  itemIds(): readonly string[]
  /** Those of them that are among some items, by their indices there. */
  indicesIn(indexOf: Indices): Int32Array
}

/** Found before, by where: the same for a user who comes again. */
const found = new WeakMap<Indices, WeakMap<History, Int32Array>>()

export function knownTo(history: History): KnownItems {
  let read: readonly string[] | undefined

  /** Once for all shelves: a stored history is decoded for it. */
  function itemIds(): readonly string[] {
    read ??= knownItems(history)
    return read
  }

  return {
    itemIds,
    indicesIn(indexOf) {
      const here = found.get(indexOf) ?? new WeakMap<History, Int32Array>()
      found.set(indexOf, here)
      const standing = here.get(history)
      if (standing) return standing
      const indices: number[] = []
      for (const itemId of itemIds()) {
        const index = indexOf.get(itemId)
        if (index !== undefined) indices.push(index)
      }
      const known = Int32Array.from(indices)
      here.set(history, known)
      return known
    },
  }
}
