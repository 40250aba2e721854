import type { Steps } from '../../models/ranking/layout.ts'
import { sortInSteps } from '../../models/ranking/sort-in-steps.ts'
import { allRanks, type RankSet, removeRank } from './rank-set.ts'
import type { TitleIndex } from './title-index.ts'

/** Items that are looked at in a step: half a millisecond or two. */
const STEP_ITEMS = 4096

/** What is in an index, as it was at some moment: most popular first, then by title, then by item id. */
export interface PopularityOrder {
  /** The slot of each rank. */
  readonly slots: Int32Array
  /** The popularity of each rank, when the order was made. */
  readonly popularity: Float64Array
  /** The rank of each slot; −1 or undefined: what is there now came later. */
  readonly rankOf: Int32Array
  /** Ranks whose items are where they were. */
  readonly standing: RankSet
}

export const NO_ORDER: PopularityOrder = {
  slots: new Int32Array(),
  popularity: new Float64Array(),
  rankOf: new Int32Array(),
  standing: allRanks(0),
}

/** Orders what is in the index at the first step. Ranks of what leaves the index after it have to be taken away. */
export function* orderByPopularity(
  index: TitleIndex,
  popularityOf: (itemId: string) => number,
): Steps<PopularityOrder> {
  const byTitle = index.inTitleOrder()
  const rankOf = new Int32Array(index.end).fill(-1)
  const { length } = byTitle
  yield
  const popularityAt = new Float64Array(length)
  for (let place = 0; place < length; place++) {
    const item = index.at(byTitle[place] as number)
    popularityAt[place] = item ? popularityOf(item.itemId) : 0
    if (place % STEP_ITEMS === 0) yield
  }
  // A stable sort: items of one popularity stay in the order of their titles.
  const places = yield* sortInSteps(
    byTitle.map((_, place) => place),
    (x, y) => (popularityAt[y] as number) - (popularityAt[x] as number),
  )
  const slots = new Int32Array(length)
  const popularity = new Float64Array(length)
  for (let rank = 0; rank < length; rank++) {
    const place = places[rank] as number
    const slot = byTitle[place] as number
    slots[rank] = slot
    popularity[rank] = popularityAt[place] as number
    rankOf[slot] = rank
    if (rank % STEP_ITEMS === 0) yield
  }
  return { slots, popularity, rankOf, standing: allRanks(length) }
}

/** What was in a slot has left it. */
export function takeRankAway({ rankOf, standing }: PopularityOrder, slot: number): void {
  const rank = rankOf[slot] ?? -1
  if (rank < 0) return
  rankOf[slot] = -1
  removeRank(standing, rank)
}
