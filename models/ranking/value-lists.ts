import { folded } from './folded.ts'
import { createGrowing } from './growing.ts'
import type { Steps } from './layout.ts'

/** Values of one field that get a list of their own: those that were met first, and so all that are frequent. */
const OWN_LISTS = 4096
/** The others share these, by their hash. */
const SHARED_LISTS = 4096
/** Entries to a step: a millisecond at most. */
const STEP_ENTRIES = 32_768

/** Which rows have a text, or `true` or `false`, in one field. */
export interface ValueLists {
  /** @returns rows, among them all that have the value; perhaps others too, whose value has the same hash */
  rowsOf(value: string | boolean): { readonly rows: Int32Array; readonly areCertain: boolean }
}

/** Collects them. A field of many different values, such as titles, takes hardly more room than one of a few. */
export function collectValueLists() {
  const ownLists = new Map<string | boolean, number>()
  const rows = createGrowing((length) => new Int32Array(length))
  const lists = createGrowing((length) => new Uint16Array(length))
  /** Of the entries in shared lists. */
  const hashes = createGrowing((length) => new Int32Array(length))
  return {
    add(row: number, written: string | boolean): void {
      const value = typeof written === 'string' ? folded(written) : written
      if (ownLists.size < OWN_LISTS && !ownLists.has(value)) ownLists.set(value, ownLists.size)
      rows.push(row)
      const own = ownLists.get(value)
      const hash = own === undefined ? hashOf(value) : 0
      lists.push(own ?? sharedList(hash))
      if (own === undefined) hashes.push(hash)
    },
    build: () => buildLists(ownLists, rows.all(), lists.all(), hashes.all()),
  }
}

const sharedList = (hash: number): number => OWN_LISTS + ((hash >>> 0) % SHARED_LISTS)

/** Lists one after the other: list l is rows starts[l] … starts[l+1]−1. */
function* buildLists(
  ownLists: ReadonlyMap<string | boolean, number>,
  rows: Int32Array,
  lists: Uint16Array,
  hashes: Int32Array,
): Steps<ValueLists> {
  const starts = new Int32Array((ownLists.size === OWN_LISTS ? OWN_LISTS + SHARED_LISTS : ownLists.size) + 1)
  for (let n = 0; n < lists.length; n++) {
    ;(starts[(lists[n] as number) + 1] as number)++
    if (n % STEP_ENTRIES === 0) yield
  }
  for (let list = 1; list < starts.length; list++) (starts[list] as number) += starts[list - 1] as number
  const next = starts.slice()
  const ordered = new Int32Array(rows.length)
  const orderedHashes = new Int32Array(hashes.length)
  const firstShared = rows.length - hashes.length
  for (let n = 0, shared = 0; n < lists.length; n++) {
    const list = lists[n] as number
    const at = next[list] as number
    ordered[at] = rows[n] as number
    if (list >= OWN_LISTS) orderedHashes[at - firstShared] = hashes[shared++] as number
    next[list] = at + 1
    if (n % STEP_ENTRIES === 0) yield
  }
  return valueLists(ownLists, starts, ordered, orderedHashes)
}

/** In a scope of its own, which keeps nothing else from being collected. */
const valueLists = (
  ownLists: ReadonlyMap<string | boolean, number>,
  starts: Int32Array,
  rows: Int32Array,
  hashes: Int32Array,
): ValueLists => ({
  rowsOf(value) {
    const own = ownLists.get(value)
    if (own !== undefined) return { rows: rows.subarray(starts[own], starts[own + 1]), areCertain: true }
    const hash = hashOf(value)
    const list = sharedList(hash)
    // Past the last list where there are none to share: such a value was never met.
    const [from, to] = [starts[list] ?? 0, starts[list + 1] ?? 0]
    const firstShared = rows.length - hashes.length
    const found = rows.subarray(from, to).filter((_, n) => hashes[from + n - firstShared] === hash)
    return { rows: found, areCertain: false }
  },
})

/** FNV-1a (Fowler, Noll and Vo), over UTF-16. */
function hashOf(value: string | boolean): number {
  const text = String(value)
  let hash = 0x811c9dc5
  for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193)
  return hash | 0
}
