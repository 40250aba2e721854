import { setImmediate as yieldToRequests } from 'node:timers/promises'
import type { Logger } from '../../infra/logging.ts'
import { type FoldIn, prepareFoldIn } from '../../models/als/fold-in.ts'
import type { Generation } from '../../models/als/types.ts'
import { createWorkspace } from '../../models/linalg/workspace.ts'
import type { Bitmap } from '../../models/ranking/bitmap.ts'
import type { Filter } from '../../models/ranking/filter.ts'
import { finish, placeInSteps, type Steps } from '../../models/ranking/layout.ts'
import { buildScorer } from '../../models/ranking/scorer.ts'
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
/** Of so many numbers at most, a generation is laid out at once, in some 20 ms: until then nobody is answered. */
const LAID_OUT_AT_ONCE = 1e6

/** No request takes so long: after it nobody uses a generation any more that has been replaced. */
const LONGEST_REQUEST_MS = 120_000

/** A generation as requests use it. All that is made of it stands in one memory. */
export interface ServedGeneration {
  readonly generation: Generation
  readonly foldIn: FoldIn
  /** A bitmap of the caller's own: what the catalogue hides, and what the filter does not let through. */
  hidden(filter: Filter | undefined): Bitmap
  /** The k items of greatest score, ties by item. */
  topK(user: Float32Array, k: number, hidden: Bitmap): Promise<Scored[]>
  /** The next one is served. Whoever has this one still may go on with it. */
  close(): void
}

export interface Serving {
  /** The generation that is live; a large one only when it is laid out: until then, the one before. */
  current(): ServedGeneration | undefined
}

/** Makes what requests share of a generation when the first of them comes. */
export function createServing(
  generations: { current(): Generation | undefined },
  catalogue: Catalogue,
  pool: ScanPool,
  logger: Logger,
): Serving {
  let served: ServedGeneration | undefined
  let preparing: Generation | undefined

  function switchTo(next: ServedGeneration | undefined): void {
    served?.close()
    served = next
    preparing = undefined
  }

  /** Step by step, between requests; given up when another generation is live meanwhile. */
  async function prepare(generation: Generation): Promise<void> {
    preparing = generation
    const steps = serve(generation, catalogue, pool)
    try {
      for (; preparing === generation; await yieldToRequests()) {
        const { done, value } = steps.next()
        if (done) return switchTo(value)
      }
    } catch (error) {
      logger.error({ err: error, generation: generation.id }, 'a generation cannot be served; the former one stays')
    } finally {
      // One that was given up lets go of the catalogue.
      steps.return(undefined as never)
    }
  }

  return {
    current() {
      const generation = generations.current()
      if (generation === preparing && generation !== undefined) return served
      preparing = undefined
      if (generation === served?.generation) return served
      if (generation === undefined) switchTo(undefined)
      else if (served && isLarge(generation)) void prepare(generation)
      else switchTo(finish(serve(generation, catalogue, pool)))
      return served
    },
  }
}

function isLarge({ items }: Generation): boolean {
  return items.factors.data.length > LAID_OUT_AT_ONCE
}

function* serve(generation: Generation, catalogue: Catalogue, pool: ScanPool): Steps<ServedGeneration> {
  const { items, hyperParameters } = generation
  const workspace = createWorkspace()
  const placed = yield* placeInSteps(workspace, items.factors)
  const scorer = yield* buildScorer(placed, { workspace })
  const hiddenItems = yield* followHiddenItems(generation, scorer.bitmap, catalogue)
  const scanMs = (placed.rows * placed.width) / SCANNED_BYTES
  return {
    generation,
    foldIn: prepareFoldIn(workspace, placed, items.gramian, hyperParameters),
    hidden: hiddenItems.of,
    async topK(user, k, hidden) {
      const isQuick = scanMs + Math.min(k, scorer.rows) * MS_A_LISTED_ITEM <= MAX_BLOCKING_MS
      return isQuick ? scorer.topK(user, k, hidden) : pool.topK(scorer, user, k, hidden)
    },
    close() {
      hiddenItems.close()
      pool.forget(scorer)
      setTimeout(workspace.dispose, LONGEST_REQUEST_MS).unref()
    },
  }
}
