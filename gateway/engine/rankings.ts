import type { Logger } from '../../infra/logging.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import { HALF_LIVES_MS } from '../../models/ranking/decay.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import { popularItems, TREND_FLOOR, topRatedItems, trendingItems } from '../../models/ranking/ranked-items.ts'
import type { RankedItems } from '../../models/ranking/ranked-list.ts'
import type { StatisticsTable } from '../../models/ranking/statistics-table.ts'
import type { ItemStatistics } from '../../models/ranking/types.ts'
import { inBackground, remadeWhileAsked } from '../background.ts'
import { followStatistics } from './live-statistics.ts'

/** A list that nobody asked for in a while is made anew before it is answered. */
const MAX_AGE_MS = 10_000
const MINUTE_MS = 60_000
/** What an item's likes have shrunk to when nobody speaks of it any more: no list goes on for ever. */
const FORGOTTEN = 0.01

/** After which time a positive counts half as much: HALF_LIVES_MS, by name. */
export const TREND_WINDOWS = ['1d', '7d', '30d'] as const
export type TrendWindow = (typeof TREND_WINDOWS)[number]

/** A list of all items that its kind knows of, best first. */
export interface Ranking {
  readonly items: RankedItems
  /** undefined: not in the list */
  scoreOf(itemId: string): number | undefined
}

export interface Trend extends Ranking {
  /** The same list going on with what is forgotten: what was a trend last comes first, however long ago. */
  readonly withForgotten: RankedItems
  /** ms since 1970: the time that the scores are of. */
  readonly asOf: number
  /** Something is a trend now: otherwise the list is of when something last was. */
  readonly isNow: boolean
}

/**
 * Lists from the statistics of the stream. Statistics of an item are current within some 200 ms; lists are made anew in the
 * background while they are asked for. A list is undefined as long as the statistics could never be read.
 */
export interface Rankings {
  /** By positives: their number is the score. */
  popular(): Promise<Ranking | undefined>
  /**
   * By positives that halve with the window, from TREND_FLOOR on, and what was above it down to FORGOTTEN. As of this minute; where
   * nothing is a trend now, as of the last time when something was.
   */
  trending(window: TrendWindow): Promise<Trend | undefined>
  /** By weighted average rating, which is the score. */
  topRated(): Promise<Ranking | undefined>
  /** Statistics are as they were when this was asked, or later. @returns whether they could ever be read */
  caughtUp(): Promise<boolean>
  /** Over all partitions, with raters. @returns undefined: nobody rates the item, as far as is known */
  statisticsOf(itemId: string): ItemStatistics | undefined
  /** Positives of an item. */
  popularityOf(itemId: string): number
  /** Items that were ever rated, as far as is known. */
  itemIds(): Iterable<string>
  /** Moves when any statistics do. */
  version(): number
  /** The listener hears which items' statistics may have changed, after they did, and must not throw. @returns stops listening */
  onItems(listener: (itemIds: readonly string[]) => void): () => void
  close(): void
}

/** @param now  ms since 1970 */
export function createRankings(
  state: Pick<UserState, 'offsets' | 'statistics' | 'readStatistics' | 'changes'>,
  partitions: number,
  logger: Logger,
  now: () => number = Date.now,
): Rankings {
  const live = followStatistics(state, partitions, logger)
  const { table } = live
  const closing = new AbortController()

  function remade<T>(steps: (table: StatisticsTable) => Steps<T>): () => Promise<T | undefined> {
    let madeOf: number | undefined
    return remadeWhileAsked({
      async make() {
        if (!(await live.catchUp())) return undefined
        const makingOf = table.version()
        if (makingOf === madeOf) return undefined
        const made = await inBackground(steps(table), closing.signal)
        madeOf = makingOf
        return made
      },
      failed(error) {
        if (!closing.signal.aborted) logger.error({ err: error }, 'a list of items stays as it was')
      },
      maxAgeMs: MAX_AGE_MS,
    })
  }

  const popular = remade(popularItems)
  const topRated = remade(topRatedItems)
  const trends = HALF_LIVES_MS.map((_, window) => remade((current) => trendingItems(current, window)))

  return {
    async popular() {
      const made = await popular()
      return made && asRanking(made)
    },
    async trending(window) {
      const index = TREND_WINDOWS.indexOf(window)
      const halfLifeMs = HALF_LIVES_MS[index] as number
      const made = await trends[index]?.()
      if (!made) return undefined
      const { ranking, newest } = made
      // By the minute: a list that nobody's rating changed is the same list when it is asked for again.
      const minute = MINUTE_MS * Math.floor(now() / MINUTE_MS)
      const scoresNow = ranking.scaled(2 ** ((newest - minute) / halfLifeMs))
      const isNow = ranking.length > 0 && scoresNow.scoreAt(0) >= TREND_FLOOR
      const list = isNow ? scoresNow : ranking
      const asOf = isNow || ranking.length === 0 ? minute : newest
      return { ...asRanking(list.downTo(FORGOTTEN)), withForgotten: list, asOf, isNow }
    },
    async topRated() {
      const made = await topRated()
      return made && asRanking(made)
    },
    caughtUp: live.catchUp,
    statisticsOf: table.of,
    popularityOf: table.positivesOf,
    *itemIds() {
      for (let row = 0; row < table.rows(); row++) yield table.itemIdOf(row)
    },
    version: table.version,
    onItems: live.onItems,
    close() {
      closing.abort()
      live.close()
    },
  }
}

const asRanking = (items: RankedItems): Ranking => ({ items, scoreOf: items.scoreOf })
