import type { Logger } from '../../infra/logging.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import { type BorrowFactors, prepareBorrowing } from '../../models/als/borrowed-factors.ts'
import type { Workspace } from '../../models/linalg/workspace.ts'
import { folded as foldedText } from '../../models/ranking/folded.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import { inBackground } from '../background.ts'
import type { Catalogue } from '../catalogue.ts'
import { foldInFromRaters } from './folding.ts'
import { createOverlay } from './overlay.ts'
import type { Rankings } from './rankings.ts'
import type { ScanPool } from './scan-pool.ts'
import type { Newcomers, ServedGeneration } from './serving.ts'
import type { Shelf } from './shelf.ts'
import { createDifference } from './shelf-difference.ts'

/** Shelves are laid out anew at most so often. Each time all lists are made anew: for a rating, that is not worth it at once. */
const FOLDED_INTERVAL_MS = 500
/** What is described has all lists made anew anyway. */
const BORROWED_INTERVAL_MS = 50
/** Items on each shelf, at most: those with most raters, and those described last. What is folded in takes no room from others. */
const MAX_FOLDED = 2_000
const MAX_BORROWED = 5_000 + MAX_FOLDED
/** Items looked at before requests are let in. */
const STEP_ITEMS = 64

interface Parts {
  readonly state: Pick<UserState, 'readMany' | 'changes'>
  readonly rankings: Rankings
  readonly catalogue: Catalogue
  readonly pool: ScanPool
  readonly logger: Logger
  /** Takes a memory back when no request can be using it any more. */
  giveBack(workspace: Workspace): void
}

/**
 * Looks after the items that a generation has not seen: folded in from their raters as soon as there are enough, and until that is
 * done with factors borrowed from items of their genres.
 */
export function followNewcomers(parts: Parts) {
  const { state, rankings, catalogue, logger } = parts
  return (served: Pick<ServedGeneration, 'generation' | 'foldIn' | 'shelf'>): Newcomers => {
    const { generation } = served
    const folded = createOverlay({ minIntervalMs: FOLDED_INTERVAL_MS, max: MAX_FOLDED }, parts)
    const borrowed = createOverlay({ minIntervalMs: BORROWED_INTERVAL_MS, max: MAX_BORROWED }, parts)
    const theOthers = createDifference()
    const closing = new AbortController()
    const folding = foldInFromRaters(served, { state, rankings, logger, folded, signal: closing.signal })
    /** Items of which something changed. */
    const touched = new Set<string>()
    let borrow: BorrowFactors | undefined
    let isLooking = false
    let looking = Promise.resolve()

    function touch(itemId: string): void {
      if (generation.indexOf.has(itemId)) return
      touched.add(itemId)
      look()
    }

    /** Whoever tells of changes is not held up by them. */
    function look(): void {
      if (isLooking || !borrow || closing.signal.aborted) return
      isLooking = true
      looking = considerAllTouched(borrow)
    }

    async function considerAllTouched(borrow: BorrowFactors): Promise<void> {
      // Who tells of several items does so one by one: the first is looked at before the others are told of.
      while (touched.size > 0 && !closing.signal.aborted)
        await inBackground(considerTouched(borrow), closing.signal).catch(failed)
      // In the same turn as the last look: what comes next is looked at anew.
      isLooking = false
    }

    /** Resolves when lists have what was described by now, as far as there is room. */
    async function listed(): Promise<void> {
      await begun
      while (isLooking) await looking
      await borrowed.laid()
    }

    function* considerTouched(borrow: BorrowFactors): Steps<void> {
      let count = 0
      for (const itemId of touched) {
        touched.delete(itemId)
        consider(itemId, borrow)
        if (++count % STEP_ITEMS === 0) yield
      }
    }

    /**
     * What is to become of an item that the generation does not know. It borrows also when it is folded in, and is not shown twice:
     * the shelves are laid out at times of their own, and so it is never between them.
     */
    function consider(itemId: string, borrow: BorrowFactors): void {
      folding.consider(itemId)
      const statistics = rankings.statisticsOf(itemId)
      const isDisliked = statistics !== undefined && 2 * statistics.positives < statistics.count
      const item = catalogue.get(itemId)
      const vector = item && !isDisliked ? borrow(item.genres.map(foldedText)) : undefined
      if (vector) borrowed.put(itemId, vector, item?.updatedAt ?? 0)
      else borrowed.remove(itemId)
    }

    /** From what the generation's own items tell of genres, everything that was there before it came: laid out as soon as may be. */
    async function begin(): Promise<void> {
      // What is disliked borrows nothing: that has to be known first.
      await rankings.caughtUp()
      const genresOf = (index: number): string[] =>
        catalogue.get(generation.itemIds[index] as string)?.genres.map(foldedText) ?? []
      borrow = await inBackground(prepareBorrowing(generation, genresOf), closing.signal)
      // What was told of by now is among all that there is.
      touched.clear()
      await inBackground(considerAll(borrow), closing.signal)
      await borrowed.settle()
    }

    function* considerAll(borrow: BorrowFactors): Steps<void> {
      let count = 0
      for (const itemIds of [catalogue.itemIds(), rankings.itemIds()]) {
        for (const itemId of itemIds) {
          if (!generation.indexOf.has(itemId)) consider(itemId, borrow)
          if (++count % STEP_ITEMS === 0) yield
        }
      }
    }

    function failed(error: unknown): void {
      if (!closing.signal.aborted) logger.error({ err: error }, 'new items stay as they were')
    }

    const stopRatings = rankings.onItems((itemIds) => itemIds.forEach(touch))
    const stopCatalogue = catalogue.onChange(touch)
    const begun = begin().catch(failed)

    const shelvesOf = (...shelves: (Shelf | undefined)[]): Shelf[] => shelves.filter((shelf) => shelf !== undefined)

    return {
      begun,
      listed,
      shelves: () => shelvesOf(folded.shelf(), theOthers(borrowed.shelf(), folded.shelf())),
      ratedShelves: () => shelvesOf(folded.shelf()),
      version: () => `${folded.version()}.${borrowed.version()}`,
      close() {
        closing.abort(new Error('another model is served'))
        stopRatings()
        stopCatalogue()
        folded.close()
        borrowed.close()
        folding.close()
      },
    }
  }
}
