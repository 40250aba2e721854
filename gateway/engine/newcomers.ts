import { setTimeout as sleep, setImmediate as yieldToRequests } from 'node:timers/promises'
import type { Logger } from '../../infra/logging.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import { prepareBorrowing } from '../../models/als/borrowed-factors.ts'
import { prepareItemFoldIn, typicalPositives } from '../../models/als/new-item.ts'
import { weightInHistory } from '../../models/als/observations.ts'
import { createWorkspace, type Workspace } from '../../models/linalg/workspace.ts'
import type { Catalogue } from '../catalogue.ts'
import { createOverlay } from './overlay.ts'
import { vectorIn } from './profiles.ts'
import type { Rankings } from './rankings.ts'
import type { ScanPool } from './scan-pool.ts'
import type { Newcomers, ServedGeneration } from './serving.ts'
import type { Shelf } from './shelf.ts'
import { createDifference } from './shelf-difference.ts'

/** An item is folded in from so many raters on; until then it borrows. */
const MIN_RATERS = 3
/** What happens together is looked at together. */
const GATHER_MS = 50
/** Whoever rated may not be written yet. */
const RETRY_MS = 150
const MAX_TRIES = 5
/** Shelves are laid out anew at most so often. */
const FOLDED_INTERVAL_MS = 500
const BORROWED_INTERVAL_MS = 5_000
/** Items on each shelf, at most: those with most raters, and those described last. */
const MAX_FOLDED = 2_000
const MAX_BORROWED = 5_000
/** Share of the time that solving may take. */
const MAX_SHARE = 0.1
/** Requests are let in after so long. */
const STEP_MS = 2

interface Parts {
  readonly state: Pick<UserState, 'readMany'>
  readonly rankings: Rankings
  readonly catalogue: Catalogue
  readonly pool: ScanPool
  readonly logger: Logger
  /** Takes a memory back when no request can be using it any more. */
  giveBack(workspace: Workspace): void
}

/**
 * Looks after the items that a generation has not seen: folded in from their raters as soon as there are three, and before that
 * with factors borrowed from items of their genres.
 */
export function followNewcomers(parts: Parts) {
  const { state, rankings, catalogue, logger } = parts
  return (served: Pick<ServedGeneration, 'generation' | 'foldIn' | 'shelf'>): Newcomers => {
    const { generation } = served
    const folded = createOverlay({ intervalMs: FOLDED_INTERVAL_MS, max: MAX_FOLDED }, parts)
    const borrowed = createOverlay({ intervalMs: BORROWED_INTERVAL_MS, max: MAX_BORROWED }, parts)
    const workspace = createWorkspace()
    const solve = prepareItemFoldIn(workspace, generation, typicalPositives(generation.positives))
    const borrow = prepareBorrowing(generation, (genre) => indicesOf(served.shelf, genre))
    const theOthers = createDifference()
    /** Items to be solved, and how often that was tried. */
    const waiting = new Map<string, number>()
    let isClosed = false
    let isWorking = false

    const isNew = (itemId: string): boolean => !generation.indexOf.has(itemId)

    /** What is to become of an item that the generation does not know. */
    function consider(itemId: string): void {
      if (!isNew(itemId)) return
      const statistics = rankings.statisticsOf(itemId)
      if ((statistics?.raters?.length ?? 0) >= MIN_RATERS) {
        waiting.set(itemId, 0)
        void work()
        return
      }
      folded.remove(itemId)
      const isDisliked = statistics !== undefined && 2 * statistics.positives < statistics.count
      const item = catalogue.get(itemId)
      const vector = item && !isDisliked ? borrow(item.genres) : undefined
      if (vector) borrowed.put(itemId, vector, item?.updatedAt ?? 0)
      else borrowed.remove(itemId)
    }

    /** Everything that was there before this generation came. */
    async function considerAll(): Promise<void> {
      for (const itemIds of [catalogue.itemIds(), rankings.itemIds()]) {
        let began = performance.now()
        for (const itemId of itemIds) {
          if (isClosed) return
          consider(itemId)
          if (performance.now() - began < STEP_MS) continue
          await yieldToRequests()
          began = performance.now()
        }
      }
    }

    async function work(): Promise<void> {
      if (isWorking) return
      isWorking = true
      await sleep(GATHER_MS, undefined, { ref: false })
      while (waiting.size > 0 && !isClosed) {
        const [[itemId, tries]] = waiting as unknown as [[string, number]]
        waiting.delete(itemId)
        const began = performance.now()
        try {
          if (!(await foldInItem(itemId)) && tries + 1 < MAX_TRIES) retryLater(itemId, tries + 1)
        } catch (error) {
          logger.warn({ err: error, itemId }, 'a new item could not be folded in; it is tried again')
          if (tries + 1 < MAX_TRIES) retryLater(itemId, tries + 1)
        }
        await sleep((performance.now() - began) * (1 / MAX_SHARE - 1), undefined, { ref: false })
      }
      isWorking = false
    }

    function retryLater(itemId: string, tries: number): void {
      setTimeout(() => {
        if (isClosed) return
        waiting.set(itemId, tries)
        void work()
      }, RETRY_MS * tries).unref()
    }

    /** @returns whether all raters were found: statistics are written before the users of a batch */
    async function foldInItem(itemId: string): Promise<boolean> {
      const raters = rankings.statisticsOf(itemId)?.raters ?? []
      const records = await state.readMany(raters.map(({ userId }) => userId))
      // Its memory may be another generation's by now.
      if (isClosed) return true
      const known = records.filter((record) => record !== undefined)
      const found = known.flatMap((record) => {
        const vector = vectorIn(served, record)
        return vector ? [{ vector, weight: weightInHistory(record.history, itemId, generation.hyperParameters) }] : []
      })
      if (found.length > 0) {
        folded.put(itemId, solve(found), raters.length)
        borrowed.remove(itemId)
      }
      return known.length === raters.length
    }

    const stopRatings = rankings.onItems((itemIds) => itemIds.forEach(consider))
    const stopCatalogue = catalogue.onChange(consider)
    void considerAll()

    const shelvesOf = (...shelves: (Shelf | undefined)[]): Shelf[] => shelves.filter((shelf) => shelf !== undefined)

    return {
      shelves: () => shelvesOf(folded.shelf(), theOthers(borrowed.shelf(), folded.shelf())),
      ratedShelves: () => shelvesOf(folded.shelf()),
      version: () => folded.version() + borrowed.version(),
      close() {
        isClosed = true
        stopRatings()
        stopCatalogue()
        folded.close()
        borrowed.close()
        workspace.dispose()
      },
    }
  }
}

/** Dense indices of a genre's items. */
function* indicesOf(shelf: Shelf, genre: string): Iterable<number> {
  const others = shelf.hidden({ field: 'genres', has: genre })
  for (let index = 0; index < shelf.itemIds.length; index++) if (!others.isHidden(index)) yield index
}
