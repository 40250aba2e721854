import type { Logger } from '../../infra/logging.ts'
import { inBackground, remadeWhileAsked } from '../background.ts'
import { createLateTitles, type LateTitles } from './late-titles.ts'
import { NO_ORDER, orderByPopularity, type PopularityOrder, takeRankAway } from './popularity-order.ts'
import { createTitleIndex, type IndexedItem, type TitleIndex } from './title-index.ts'

export interface Popularity {
  /** Positives of an item. */
  popularityOf(itemId: string): number
  /** Moves when the popularity of any item does. */
  version(): number
}

/** A query that goes through so many beside the order takes a millisecond longer. */
const MANY_LATE = 4_096

/** What there is to be found, as it stands. */
export interface RankedTitles {
  readonly index: TitleIndex
  readonly order: PopularityOrder
  /** What came after the order was made. */
  readonly late: LateTitles
}

/**
 * Titles and their order by popularity. What was put is found at once; the order follows in the background while it is
 * asked for.
 */
export function createRankedTitles({ popularityOf, version }: Popularity, logger: Logger, closing: AbortSignal) {
  const index = createTitleIndex()
  let order = NO_ORDER
  const late = createLateTitles()
  /** Until the first order is begun, nothing can be late for it. */
  let isBegun = false
  /** Slots that were taken or left since the order that is in the making was begun. */
  let changed = new Set<number>()
  let orderedVersion: number | undefined

  async function reorder(): Promise<true | undefined> {
    const orderingVersion = version()
    if (late.size() === 0 && orderingVersion === orderedVersion) return undefined
    changed = new Set()
    isBegun = true
    late.begin()
    const next = await inBackground(orderByPopularity(index, popularityOf), closing)
    for (const slot of changed) takeRankAway(next, slot)
    order = next
    late.settle()
    orderedVersion = orderingVersion
    return true
  }

  const ordered = remadeWhileAsked({
    make: reorder,
    // Nothing is read for it: it fails when the process is about to stop, and otherwise by a mistake of ours.
    failed(error) {
      if (!closing.aborted) logger.error({ err: error }, 'titles cannot be ordered; the former order stays')
    },
    // Popularity hardly moves, and who types must not wait for it.
    maxAgeMs: Number.POSITIVE_INFINITY,
    isUrgent: () => late.size() > MANY_LATE,
  })

  function leave(itemId: string): void {
    const slot = index.remove(itemId)
    if (slot === undefined) return
    takeRankAway(order, slot)
    late.remove(slot)
    changed.add(slot)
  }

  return {
    /** @param item  undefined: no longer to be found */
    put(itemId: string, item: IndexedItem | undefined): void {
      if (item && index.holds(item)) return
      leave(itemId)
      if (!item) return
      const slot = index.add(item)
      if (isBegun) late.put(slot, { item, popularity: popularityOf(item.itemId) })
      changed.add(slot)
    },
    /** Waits for the first order only. */
    async current(): Promise<RankedTitles> {
      await ordered()
      return { index, order, late }
    },
  }
}
