import { availableParallelism } from 'node:os'
import type { Logger } from '../../infra/logging.ts'
import type { Metrics } from '../../infra/metrics.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import type { Generation } from '../../models/als/types.ts'
import type { Version } from '../answer-cache.ts'
import type { Catalogue } from '../catalogue.ts'
import { type Answer, createAnswers } from './answers.ts'
import { chooseSource, type Fallback, isWellKnownTo, NO_RANKING, rulesOf, similarTo, vectorOf } from './fallback.ts'
import { createInsights } from './insights.ts'
import { arranged } from './list.ts'
import { followNewcomers } from './newcomers.ts'
import { createProfiles } from './profiles.ts'
import { createRankings, type TrendWindow } from './rankings.ts'
import type { Asker, Ranked, Selection } from './request.ts'
import { createScanPool } from './scan-pool.ts'
import { createServing, type ServedGeneration } from './serving.ts'
import { type AnyRanking, inRanking, type Source } from './sources.ts'
import { type Person, withRatings } from './tastes.ts'

/** Threads for searches in large catalogues: requests have the rest of the machine. */
const SCAN_THREADS = Math.max(1, Math.min(4, availableParallelism() - 1))

export interface EngineParts {
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

export type Engine = ReturnType<typeof createEngine>

/**
 * Every list comes about the same way: a source of candidates with scores (sources.ts), of which those that may be shown are
 * searched for; arranged by the rules of the request (list.ts); told with what the catalogue and the model know of each (answers.ts).
 */
export function createEngine(parts: EngineParts) {
  const { state, generations, catalogue, partitions, fallbacks, metrics, logger } = parts
  const profiles = createProfiles(state)
  const rankings = createRankings(state, partitions, logger)
  const pool = createScanPool(SCAN_THREADS)
  const newcomersOf = followNewcomers({ state, rankings, catalogue, pool, logger })
  const serving = createServing({ generations, catalogue, pool, logger, newcomersOf })
  const answers = createAnswers(catalogue, metrics)
  const { answer } = answers
  const insights = createInsights({ state, profiles, serving, catalogue })

  async function peopleOf({ userId, userIds, ratings = [] }: Asker): Promise<Person[]> {
    const ids = userIds ?? (userId === undefined ? [] : [userId])
    const profilesOf = await Promise.all(ids.map((id) => profiles.read(id)))
    const people = profilesOf.map(({ record }) => ({ record, history: record?.history ?? new Map() }))
    if (userIds) return people
    const [person = { record: undefined, history: new Map() }] = people
    return [withRatings(person, ratings)]
  }

  /** Somebody described or rated the item, and nobody deleted it. */
  function isKnown(itemId: string): boolean {
    if (catalogue.get(itemId)) return true
    if (catalogue.isHidden(itemId)) return false
    const isServed = serving.current()?.shelves.some(({ indexOf }) => indexOf.has(itemId))
    return isServed === true || rankings.statisticsOf(itemId) !== undefined
  }

  /** Who asks, what is served, and what of the ids they name nobody knows. */
  async function situationOf(asker: Asker, selection: Selection) {
    const people = await peopleOf(asker)
    // One look, after the last wait: a generation that arrives while this runs serves the next request.
    const served = serving.current()
    const named = [
      ...(selection.exclude ?? []),
      ...(selection.pin ?? []).map(({ itemId }) => itemId),
      ...(asker.ratings ?? []).map(({ itemId }) => itemId),
      ...(asker.contextItemId === undefined ? [] : [asker.contextItemId]),
    ]
    const ignored = named.filter((itemId) => !isKnown(itemId))
    const pin = (selection.pin ?? []).filter(({ itemId }) => isKnown(itemId) && !catalogue.isHidden(itemId))
    return { situation: { served, people, asker, selection: { ...selection, pin }, catalogue, rankings }, ignored }
  }

  async function list(
    source: Source,
    selection: Selection,
    served: ServedGeneration | undefined,
    ignored: readonly string[] = [],
  ): Promise<Answer> {
    const known = { catalogue, vectorOf: (itemId: string) => served && vectorOf(served, itemId) }
    const ranked = await arranged(source, selection, known)
    return answer(source, ranked, { served, ignored, explain: selection.explain })
  }

  async function ranked(
    strategy: 'popular' | 'trending' | 'top-rated',
    ranking: AnyRanking | undefined,
    selection: Selection,
  ): Promise<Answer> {
    const served = serving.current()
    const situation = { served, people: [], asker: {}, selection, catalogue, rankings }
    const rules = rulesOf(situation)
    if (ranking === undefined && strategy === 'popular')
      return list(await chooseSource({ ...situation }, []), selection, served)
    return list(
      inRanking(strategy, ranking ?? NO_RANKING, catalogue, isWellKnownTo({ served }), rules),
      selection,
      served,
    )
  }

  return {
    profiles,
    insights,
    rankings,
    serving,

    /** What somebody may like: by their own vector, or the fallback chain where the model knows nothing they like. */
    async recommend(asker: Asker, selection: Selection): Promise<Answer> {
      const { situation, ignored } = await situationOf(asker, selection)
      const source = await chooseSource(situation, fallbacks)
      return list(source, situation.selection, situation.served, ignored)
    },

    /** The given items, best first, as `recommend` would rank them; those that nobody knows are told. */
    async rank(asker: Asker, itemIds: readonly string[], order: 'best' | 'asked' = 'best'): Promise<Answer> {
      const selection = { limit: itemIds.length, skip: 0, includeKnown: true }
      const { situation, ignored } = await situationOf(asker, selection)
      const source = await chooseSource(situation, fallbacks)
      const scored = [...new Set(itemIds)].flatMap((itemId): Ranked[] => {
        const score = source.scoreOf(itemId)
        return score === undefined ? [] : [{ itemId, score }]
      })
      const found = new Set(scored.map(({ itemId }) => itemId))
      const unknown = itemIds.filter((itemId) => !found.has(itemId))
      if (order === 'best') scored.sort((x, y) => y.score - x.score)
      return answer(source, scored, { served: situation.served, ignored: [...ignored, ...unknown] })
    },

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
    showAgain({ strategy, generation }: Pick<Answer, 'strategy' | 'generation'>, ranked: readonly Ranked[]): Answer {
      return { ...answers.answer({ strategy }, ranked, { served: serving.current() }), generation }
    },

    /** Items that are near all of some items; empty where nobody knows any of them. */
    async similarItems(itemIds: readonly string[], selection: Selection): Promise<Answer> {
      const served = serving.current()
      const known = itemIds.filter(isKnown)
      const ignored = itemIds.filter((itemId) => !known.includes(itemId))
      const situation = {
        people: [],
        asker: {},
        catalogue,
        selection: { ...selection, exclude: [...(selection.exclude ?? []), ...known] },
      }
      const source = served && similarTo(served, known, rulesOf(situation))
      if (!source) return answer({ strategy: 'similar' }, [], { served, ignored })
      return list(source, selection, served, ignored)
    },

    async popular(selection: Selection): Promise<Answer> {
      return ranked('popular', await rankings.popular(), selection)
    },

    /** @returns the list and the time up to which it counts, in ms since 1970 */
    async trending(window: TrendWindow, selection: Selection): Promise<Answer & { asOf: number }> {
      const ranking = await rankings.trending(window)
      return { ...(await ranked('trending', ranking, selection)), asOf: ranking?.asOf ?? Date.now() }
    },

    async topRated(selection: Selection): Promise<Answer> {
      return ranked('top-rated', await rankings.topRated(), selection)
    },

    /** Searches under way are finished. */
    async close(): Promise<void> {
      serving.close()
      rankings.close()
      await pool.close()
    },
  }
}
