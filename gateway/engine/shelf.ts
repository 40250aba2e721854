import type { PlacedFactors } from '../../models/als/placed.ts'
import type { Workspace } from '../../models/linalg/workspace.ts'
import type { Bitmap } from '../../models/ranking/bitmap.ts'
import { buildDirections } from '../../models/ranking/directions.ts'
import type { Filter } from '../../models/ranking/filter.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import { buildScorer, type Scorer } from '../../models/ranking/scorer.ts'
import type { Scored } from '../../models/ranking/selection.ts'
import type { Catalogue } from '../catalogue.ts'
import { followHiddenItems } from './hidden-items.ts'
import type { ScanPool } from './scan-pool.ts'

/** A search that may take longer is run on another thread. */
const MAX_BLOCKING_MS = 0.5
/**
 * What a search takes at most: bytes of codes in a ms where they come from beyond the nearer caches, and a ms for each item of a
 * list, on a slow machine of today.
 */
const SCANNED_BYTES = 20e6
const MS_A_LISTED_ITEM = 4e-4
/** Items whose popularity is among the first fifth are the well-known ones. */
export const WELL_KNOWN_SHARE = 0.2

/** All items, the most popular fifth of them, or the rest. */
export type Part = 'all' | 'wellKnown' | 'lessKnown'

/** Items as points, to be searched by their products with a query: exactly, ties by index. */
export interface Space {
  topK(query: Float32Array, k: number, hidden: Bitmap): Promise<Scored[]>
  /** Of all items, in their order. */
  scores(query: Float32Array): Float32Array
  scoresOf(query: Float32Array, indices: ArrayLike<number>): Float32Array
}

/** Items with factors of one generation, laid out to be searched. */
export interface Shelf {
  readonly itemIds: readonly string[]
  readonly indexOf: ReadonlyMap<string, number>
  /** By preference: the query is somebody's vector. */
  readonly preferences: Space
  /** By likeness: every item has length 1; so has the query, if scores are to be cosines. */
  readonly directions: Space
  /** A bitmap of the caller's own: hidden is what the catalogue hides, and the other part. */
  hidden(part?: Part): Bitmap
  /** The same, and what the filter leaves out. */
  hiddenBy(filter: Filter, part?: Part): Steps<Bitmap>
  isWellKnown(index: number): boolean
  /** Length d: a view. */
  vectorOf(index: number): Float32Array
  /** Follows the catalogue no longer. Whoever has it still may go on with it until the workspace is disposed of. */
  close(): void
}

export interface ShelvedItems {
  readonly itemIds: readonly string[]
  readonly indexOf: ReadonlyMap<string, number>
  readonly factors: PlacedFactors
  /** How often each is liked; undefined: all of them are little known. */
  readonly positives: Int32Array | undefined
}

/** @param workspace  where the factors are */
export function* buildShelf(
  items: ShelvedItems,
  workspace: Workspace,
  catalogue: Catalogue,
  pool: ScanPool,
): Steps<Shelf> {
  const { itemIds, indexOf, factors, positives } = items
  const scorer = yield* buildScorer(factors, { workspace })
  const directions = yield* buildDirections(scorer, factors)
  const wellKnown = wellKnownOf(positives, factors.rows)
  const outside = { wellKnown: scorer.bitmap(), lessKnown: scorer.bitmap() }
  for (let index = 0; index < factors.rows; index++) outside[wellKnown[index] ? 'lessKnown' : 'wellKnown'].hide(index)
  yield
  const { d, width, data } = factors
  // Last: once it follows the catalogue, nobody may give up before it can be closed.
  const hiddenItems = yield* followHiddenItems(items, scorer.bitmap, catalogue)

  function inPart(hidden: Bitmap, part: Part): Bitmap {
    if (part !== 'all') hidden.merge(outside[part])
    return hidden
  }

  return {
    itemIds,
    indexOf,
    preferences: spaceOver(scorer, pool),
    directions: spaceOver(directions, pool),
    hidden: (part = 'all') => inPart(hiddenItems.everywhere(), part),
    *hiddenBy(filter, part = 'all') {
      return inPart(yield* hiddenItems.by(filter), part)
    },
    isWellKnown: (index) => wellKnown[index] === 1,
    vectorOf: (index) => data.subarray(index * width, index * width + d),
    close: hiddenItems.close,
  }
}

function spaceOver(scorer: Scorer, pool: ScanPool): Space {
  const { rows, d } = scorer
  const scanMs = (rows * d) / SCANNED_BYTES
  return {
    async topK(query, k, hidden) {
      const isQuick = scanMs + Math.min(k, rows) * MS_A_LISTED_ITEM <= MAX_BLOCKING_MS
      return isQuick ? scorer.topK(query, k, hidden) : pool.topK(scorer, query, k, hidden)
    },
    scores(query) {
      const into = new Float32Array(rows)
      scorer.scores(query, into)
      return into
    },
    scoresOf: (query, indices) => scorer.scoresOf(query, indices),
  }
}

/** 1 for the most popular fifth; ties by index. A counting sort, since millions of items come between two requests. */
function wellKnownOf(positives: Int32Array | undefined, rows: number): Uint8Array {
  const flags = new Uint8Array(rows)
  if (!positives) return flags
  const counts = new Uint32Array(positives.reduce((most, count) => Math.max(most, count), 0) + 1)
  for (const count of positives) (counts[count] as number)++
  let left = Math.floor(rows * WELL_KNOWN_SHARE)
  // Everything above `least` is well known, and as many of those at it as there is room for.
  let least = counts.length - 1
  for (; least > 0 && (counts[least] as number) <= left; least--) left -= counts[least] as number
  for (let index = 0; index < rows; index++) {
    const count = positives[index] as number
    if (count > least || (count === least && left-- > 0)) flags[index] = 1
  }
  return flags
}
