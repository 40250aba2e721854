import { availableParallelism } from 'node:os'
import type { EventLog } from '../../infra/event-log/port.ts'
import type { Logger } from '../../infra/logging.ts'
import type { Metrics } from '../../infra/metrics.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import type { Generation } from '../../models/als/types.ts'
import type { Workspace } from '../../models/linalg/workspace.ts'
import type { Version } from '../answer-cache.ts'
import type { Catalogue } from '../catalogue.ts'
import { createShowAgain } from './again.ts'
import { type Answer, createAnswers } from './answers.ts'
import { type Fallback, firstSource, sourcesFor } from './fallback.ts'
import { fromLikeness } from './from-likeness.ts'
import { fromPopular, fromRanking } from './from-rankings.ts'
import { createInsights } from './insights.ts'
import { createListing } from './listing.ts'
import { followNewcomers } from './newcomers.ts'
import { createProfiles } from './profiles.ts'
import { createRankings, type TrendWindow } from './rankings.ts'
import { createReclamation } from './reclamation.ts'
import type { Asker, Ranked, Selection } from './request.ts'
import { createScanPool } from './scan-pool.ts'
import { createServing } from './serving.ts'
import { createSituations, rulesOf } from './situation.ts'
import type { Source } from './sources.ts'
import { createUnrated } from './unrated.ts'

/** Of items that nobody knows anything of. */
const NOTHING_LIKE_IT: Source = { strategy: 'similar', best: async () => [], scoreOf: () => undefined }

/** Threads for searches in large catalogues: requests have the rest of the machine. */
const SCAN_THREADS = Math.max(1, Math.min(4, availableParallelism() - 1))

export interface EngineParts {
  readonly log: Pick<EventLog, 'partitionOf'>
  readonly state: UserState
  readonly generations: { current(): Generation | undefined }
  readonly catalogue: Catalogue
  /** Of topic `ratings`. */
  readonly partitions: number
  /** How those are answered whom the model does not know. */
  readonly fallbacks: readonly Fallback[]
  readonly metrics: Metrics
  readonly logger: Logger
}

interface RankOptions {
  /** Best first, or as they were asked about. */
  readonly order?: 'best' | 'asked'
  readonly explain?: boolean | undefined
}

export type Engine = ReturnType<typeof createEngine>

/**
 * Every list comes about the same way: a source of candidates with scores (sources.ts), of which those that may be shown are
 * searched for; arranged by the rules of the request (list.ts); told with what the catalogue and the model know of each (answers.ts).
 */
export function createEngine(parts: EngineParts) {
  const { log, state, generations, catalogue, partitions, fallbacks, metrics, logger } = parts
  const profiles = createProfiles(state)
  const rankings = createRankings(state, partitions, logger)
  const pool = createScanPool(SCAN_THREADS)
  const { during, whenUnused } = createReclamation()
  const newcomersOf = followNewcomers({ state, rankings, catalogue, pool, logger, giveBack })
  const serving = createServing({ generations, catalogue, pool, logger, giveBack, newcomersOf })
  const answers = createAnswers(catalogue, metrics)
  const { answer } = answers
  const { list, listByFirst } = createListing({ catalogue, answers })
  const unrated = createUnrated({ catalogue, rankings, logger })
  const { isKnown, situationOf } = createSituations({ profiles, serving, catalogue, rankings, unrated })
  const showAgain = createShowAgain({ situationOf, fallbacks, answers })
  const { explanation, surprising, similarUsers } = createInsights({ log, state, profiles, serving, catalogue })

  function giveBack(workspace: Workspace): void {
    whenUnused(() => pool.forget(workspace, workspace.dispose))
  }

  /** The same, and what it uses of a generation stays until it has answered. */
  function held<Asked extends unknown[], Told>(ask: (...asked: Asked) => Promise<Told>) {
    return (...asked: Asked): Promise<Told> => during(() => ask(...asked))
  }

  return {
    profiles,
    insights: { explanation: held(explanation), surprising: held(surprising), similarUsers: held(similarUsers) },
    rankings,
    /** The model that is served. */
    generation: (): Generation | undefined => serving.current()?.generation,
    /** The model that is live now is ready to be served. */
    settled: serving.settled,

    /** What somebody may like: by their own vector, or the fallback chain where that has nothing to list. */
    recommend: held(async (asker: Asker, selection: Selection): Promise<Answer> => {
      const situation = await situationOf(asker, selection)
      return listByFirst(sourcesFor(situation, fallbacks), situation)
    }),

    /** The given items, best first, by what `recommend` would try first; those of which it knows nothing come last, with a score of 0. */
    rank: held(async (asker: Asker, itemIds: readonly string[], { order = 'best', explain }: RankOptions = {}) => {
      const situation = await situationOf(asker, { limit: itemIds.length, skip: 0, includeKnown: true })
      const source = await firstSource(situation, fallbacks)
      const known = [...new Set(itemIds)].filter(isKnown)
      const scores = new Map(known.map((itemId) => [itemId, source.scoreOf(itemId)]))
      const ranked = known.map((itemId): Ranked => ({ itemId, score: scores.get(itemId) ?? 0 }))
      const isUnscored = ({ itemId }: Ranked): number => Number(scores.get(itemId) === undefined)
      if (order === 'best') ranked.sort((x, y) => isUnscored(x) - isUnscored(y) || y.score - x.score)
      const ignored = [...situation.ignored, ...itemIds.filter((itemId) => !scores.has(itemId))]
      return answer(source, ranked, { ...situation, ignored, explain })
    }),

    /** Resolves when lists have the items that were described by now. */
    listed: async (): Promise<void> => serving.current()?.listed(),

    isKnown,
    isHidden: catalogue.isHidden,
    countAnswer: answers.count,

    /** What lists are made of beside their user. */
    version(): Version {
      const served = serving.current()
      return {
        model: `${served?.generation.id} ${served?.version()} ${catalogue.version()}`,
        stream: rankings.version(),
      }
    },

    /** Part of a list that was made before, as it is told now. */
    showAgain: held(showAgain),

    /** Items that are near all of some items; empty where nobody knows any of them. */
    similarItems: held(async (itemIds: readonly string[], selection: Selection): Promise<Answer> => {
      const exclude = [...(selection.exclude ?? []), ...itemIds]
      const situation = await situationOf({}, { ...selection, exclude })
      const { served } = situation
      const source = served && fromLikeness(served, itemIds.filter(isKnown), rulesOf(situation))
      return list(source ?? NOTHING_LIKE_IT, situation)
    }),

    /** The most liked items; a score is how many like it. */
    popular: held(async (selection: Selection): Promise<Answer> => {
      const situation = await situationOf({}, selection)
      return list(await fromPopular(situation, rulesOf(situation)), situation)
    }),

    /** @returns the list and the time up to which it counts, in ms since 1970 */
    trending: held(async (window: TrendWindow, selection: Selection): Promise<Answer & { asOf: number }> => {
      const trend = await rankings.trending(window)
      const situation = await situationOf({}, selection)
      const source = await fromRanking('trending', trend, situation, rulesOf(situation))
      return { ...(await list(source, situation)), asOf: trend?.asOf ?? Date.now() }
    }),

    /** What was a trend last, however long ago: where little is one now, the list goes on with what was one before. */
    lastTrends: held(async (window: TrendWindow, selection: Selection): Promise<Answer> => {
      const trend = await rankings.trending(window)
      const situation = await situationOf({}, selection)
      const ranking = trend && { items: trend.withForgotten }
      return list(await fromRanking('trending', ranking, situation, rulesOf(situation)), situation)
    }),

    /** The items with the best weighted average rating, which is the score. */
    topRated: held(async (selection: Selection): Promise<Answer> => {
      const ranking = await rankings.topRated()
      const situation = await situationOf({}, selection)
      return list(await fromRanking('top-rated', ranking, situation, rulesOf(situation)), situation)
    }),

    /** Searches under way are finished. */
    async close(): Promise<void> {
      serving.close()
      rankings.close()
      profiles.close()
      await pool.close()
    },
  }
}
