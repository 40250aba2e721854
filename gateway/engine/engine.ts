import { availableParallelism } from 'node:os'
import { v7 as uuid } from 'uuid'
import type { Logger } from '../../infra/logging.ts'
import type { Metrics } from '../../infra/metrics.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import type { Generation } from '../../models/als/types.ts'
import type { Bitmap } from '../../models/ranking/bitmap.ts'
import { similarItems } from '../../models/ranking/similar.ts'
import type { Catalogue } from '../catalogue.ts'
import { createPopularity } from './popularity.ts'
import { createProfiles, knownItems, knows, vectorIn } from './profiles.ts'
import { createScanPool } from './scan-pool.ts'
import { createServing } from './serving.ts'

/** An item and how strongly it is meant; what the score measures depends on the strategy. */
export interface Ranked {
  readonly itemId: string
  readonly score: number
}

export type Strategy = 'fold-in' | 'similar' | 'popular'

/** Threads for searches in large catalogues: requests have the rest of the machine. */
const SCAN_THREADS = Math.max(1, Math.min(4, availableParallelism() - 1))

/** What a list may hold, and which part of it is wanted. */
export interface Selection {
  readonly genre?: string | undefined
  readonly exclude?: readonly string[]
  readonly limit: number
  readonly skip: number
}

/** An item as lists show it. */
export interface ListedItem extends Ranked {
  readonly title?: string
  readonly genres?: string[]
  readonly year?: number
  readonly poster?: string
}

export interface Answer {
  readonly recommendationId: string
  readonly items: ListedItem[]
  readonly strategy: Strategy
  /** The model that was served when the list was made; null: none yet. */
  readonly generation: string | null
}

export interface EngineParts {
  readonly state: UserState
  readonly generations: { current(): Generation | undefined }
  readonly catalogue: Catalogue
  /** Of topic `ratings`. */
  readonly partitions: number
  readonly metrics: Metrics
  readonly logger: Logger
}

export type Engine = ReturnType<typeof createEngine>

/**
 * Every list comes about the same way: candidates with scores, best first; those that may be shown; the part of them that was
 * asked for, with what the catalogue knows of each.
 */
export function createEngine({ state, generations, catalogue, partitions, metrics, logger }: EngineParts) {
  const profiles = createProfiles(state)
  const popularity = createPopularity(state, partitions, logger)
  const pool = createScanPool(SCAN_THREADS)
  const serving = createServing(generations, catalogue, pool, logger)

  function filter({ genre, exclude = [] }: Selection, alsoHidden?: (itemId: string) => boolean) {
    const excluded = new Set(exclude)
    return (itemId: string): boolean =>
      !excluded.has(itemId) &&
      !catalogue.isHidden(itemId) &&
      (genre === undefined || catalogue.hasGenre(itemId, genre)) &&
      !alsoHidden?.(itemId)
  }

  /** From the stream's statistics; while these were never read, from what the model knows of its items. */
  async function popular(
    generation: Generation | undefined,
    selection: Selection,
    allowed: (itemId: string) => boolean,
  ) {
    const ranking = (await popularity.ranking()) ?? (generation ? popularAtTraining(generation) : [])
    return firstAllowed(ranking, selection, allowed)
  }

  function answer(strategy: Strategy, generation: Generation | undefined, ranked: readonly Ranked[]): Answer {
    metrics.recommendations.inc({ strategy })
    return { recommendationId: uuid(), items: ranked.map(describe), strategy, generation: generation?.id ?? null }
  }

  function describe({ itemId, score }: Ranked): ListedItem {
    return { itemId, score, ...detailsOf(catalogue, itemId) }
  }

  return {
    profiles,
    describe,

    /** What this user may like: by their own vector, or the popular items where the model knows nothing they like. */
    async recommend(userId: string, selection: Selection, includeKnown: boolean): Promise<Answer> {
      const { record } = await profiles.read(userId)
      // One look: a generation that arrives while this runs serves the next request.
      const served = serving.current()
      const vector = served && vectorIn(served, record)
      if (!vector) {
        const isKnown = (itemId: string): boolean => !includeKnown && knows(record?.history, itemId)
        const generation = served?.generation
        return answer('popular', generation, await popular(generation, selection, filter(selection, isKnown)))
      }
      const { generation } = served
      const hidden = served.hidden(
        selection.genre === undefined ? undefined : { field: 'genres', has: selection.genre },
      )
      hide(hidden, generation, selection.exclude ?? [])
      if (!includeKnown) hide(hidden, generation, knownItems(record?.history))
      const best = await served.topK(vector, selection.skip + selection.limit, hidden)
      return answer('fold-in', generation, named(generation, best.slice(selection.skip)))
    },

    async popular(selection: Selection): Promise<Answer> {
      const generation = generations.current()
      return answer('popular', generation, await popular(generation, selection, filter(selection)))
    },

    /** @returns undefined: nobody knows the item */
    similar(itemId: string, selection: Selection): Answer | undefined {
      const generation = generations.current()
      const index = generation?.indexOf.get(itemId)
      const isDeleted = catalogue.isHidden(itemId) && !catalogue.get(itemId)
      if (isDeleted || (index === undefined && !catalogue.get(itemId))) return undefined
      if (!generation || index === undefined) return answer('similar', generation, [])
      const allowed = filter(selection)
      const { itemIds, items } = generation
      const best = similarItems(items.factors, index, selection.skip + selection.limit, (other) =>
        allowed(itemIds[other] as string),
      )
      return answer('similar', generation, named(generation, best.slice(selection.skip)))
    },

    /** Searches under way are finished. */
    close: pool.close,
  }
}

function hide(hidden: Bitmap, { indexOf }: Generation, itemIds: Iterable<string>): void {
  for (const itemId of itemIds) {
    const index = indexOf.get(itemId)
    if (index !== undefined) hidden.hide(index)
  }
}

/** What the catalogue has to show of an item; nothing for one that it does not know. */
export function detailsOf(catalogue: Catalogue, itemId: string): Omit<ListedItem, keyof Ranked> {
  const item = catalogue.get(itemId)
  if (!item) return {}
  const { title, genres, year, poster } = item
  return { title, genres: [...genres], ...(year === null ? {} : { year }), ...(poster === null ? {} : { poster }) }
}

function named(generation: Generation, scored: readonly { index: number; score: number }[]): Ranked[] {
  return scored.map(({ index, score }) => ({ itemId: generation.itemIds[index] as string, score }))
}

function firstAllowed(
  ranking: readonly Ranked[],
  { skip, limit }: Selection,
  allowed: (itemId: string) => boolean,
): Ranked[] {
  return ranking
    .values()
    .filter(({ itemId }) => allowed(itemId))
    .drop(skip)
    .take(limit)
    .toArray()
}

function popularAtTraining({ itemIds, positives }: Generation): Ranked[] {
  return itemIds
    .map((itemId, index) => ({ itemId, score: positives[index] as number }))
    .sort((x, y) => y.score - x.score)
}
