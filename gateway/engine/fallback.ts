import type { Generation } from '../../models/als/types.ts'
import { directionOf } from '../../models/ranking/directions.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Rankings } from './rankings.ts'
import { explainGroup, explainTaste, type Reason } from './reasons.ts'
import type { Asker, Ranked, Selection } from './request.ts'
import { rescoringOf } from './rescoring.ts'
import type { ServedGeneration } from './serving.ts'
import {
  type AnyRanking,
  byLeastMisery,
  byLikeness,
  byTaste,
  inRanking,
  onShelves,
  type Rules,
  type Source,
} from './sources.ts'
import { type Person, tasteOf } from './tastes.ts'

/** Ways to answer somebody whom the model does not know, in the order in which they are tried; `popular` always answers. */
export const FALLBACKS = ['similar', 'trending', 'popular'] as const
export type Fallback = (typeof FALLBACKS)[number]

/** What is asked, and what there is to answer with. */
export interface Situation {
  readonly served: ServedGeneration | undefined
  readonly people: readonly Person[]
  readonly asker: Asker
  readonly selection: Selection
  readonly catalogue: Catalogue
  readonly rankings: Rankings
}

/** @returns undefined: this way has nothing to offer */
type Way = (situation: Situation, rules: Rules) => Promise<Source | undefined>

/** Folded in where the model knows a positive of theirs, else by the first of the chain that has something. */
export async function chooseSource(situation: Situation, chain: readonly Fallback[]): Promise<Source> {
  const rules = rulesOf(situation)
  for (const way of [byFoldIn, ...chain.map((name) => WAYS[name])]) {
    const source = await way(situation, rules)
    if (source) return source
  }
  return byPopularity(situation, rules)
}

export function rulesOf({ people, asker, selection, catalogue }: Omit<Situation, 'served' | 'rankings'>): Rules {
  const { filter, exclude = [], pin = [], includeKnown = false } = selection
  const atHand = asker.contextItemId === undefined ? [] : [asker.contextItemId]
  const hide = [...exclude, ...pin.map(({ itemId }) => itemId), ...atHand]
  const knownTo = includeKnown ? [] : people.map(({ history }) => history)
  return { filter, hide, knownTo, rescoring: rescoringOf(selection, catalogue, Date.now()) }
}

const byFoldIn: Way = async ({ served, people, asker }, rules) => {
  if (!served) return undefined
  const context = asker.contextItemId === undefined ? undefined : served.shelf.indexOf.get(asker.contextItemId)
  const tastes = people.flatMap((person) => tasteOf(served, person, context) ?? [])
  const [taste] = tastes
  if (!taste) return undefined
  const { generation, shelves } = served
  const vectors = tastes.map(({ vector }) => vector)
  const mode = asker.groupMode ?? 'average'
  const question = tastes.length > 1 && mode === 'leastMisery' ? byLeastMisery(vectors) : byTaste(mean(vectors))
  const explain = (): ReturnType<typeof explainTaste> =>
    tastes.length > 1 ? explainGroup(generation, tastes, mode) : explainTaste(generation, taste)
  return { ...onShelves('fold-in', shelves, question, rules), reasonsFor: explaining(served, explain) }
}

/** What is shared by all items of an answer is prepared for the first of them. */
function explaining(served: ServedGeneration, prepare: () => ReturnType<typeof explainTaste>) {
  let explain: ReturnType<typeof explainTaste> | undefined
  return (itemId: string): readonly Reason[] => {
    explain ??= prepare()
    const vector = vectorOf(served, itemId)
    return vector ? explain(vector) : []
  }
}

export function vectorOf({ shelves }: ServedGeneration, itemId: string): Float32Array | undefined {
  for (const shelf of shelves) {
    const index = shelf.indexOf.get(itemId)
    if (index !== undefined) return shelf.vectorOf(index)
  }
  return undefined
}

function mean(vectors: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(), ...others] = vectors
  if (others.length === 0) return first
  return first.map((x, k) => others.reduce((sum, vector) => sum + (vector[k] as number), x) / vectors.length)
}

const bySimilarity: Way = async ({ served, asker }, rules) => {
  if (!served || asker.contextItemId === undefined) return undefined
  return similarTo(served, [asker.contextItemId], rules)
}

/**
 * Items by their mean cosine with some others.
 * @returns undefined: the model knows none of these
 */
export function similarTo(served: ServedGeneration, itemIds: readonly string[], rules: Rules): Source | undefined {
  const near = itemIds.flatMap((itemId) => {
    const vector = vectorOf(served, itemId)
    const direction = vector && directionOf(vector)
    return direction ? [{ itemId, direction }] : []
  })
  if (near.length === 0) return undefined
  const source = onShelves('similar', served.shelves, byLikeness(mean(near.map(({ direction }) => direction))), rules)
  return {
    ...source,
    reasonsFor(itemId) {
      const vector = vectorOf(served, itemId)
      const direction = vector && directionOf(vector)
      if (!direction) return []
      return near
        .map((one) => ({ itemId: one.itemId, contribution: product(one.direction, direction) / near.length }))
        .sort((x, y) => y.contribution - x.contribution)
    },
  }
}

const product = (x: Float32Array, y: Float32Array): number => x.reduce((sum, a, k) => sum + a * (y[k] as number), 0)

/** Where a part of the catalogue is asked for: everywhere else the popular items say more of a stranger. */
const byTrend: Way = async (situation, rules) => {
  if (situation.selection.filter === undefined) return undefined
  const ranking = await situation.rankings.trending('30d')
  const source = ranking && inRanking('trending', ranking, situation.catalogue, isWellKnownTo(situation), rules)
  return source && (await source.best(1)).length > 0 ? source : undefined
}

/** From the stream's statistics; while there are none, from what the model knows of its items. */
async function byPopularity(
  situation: Omit<Situation, 'asker' | 'people' | 'selection'>,
  rules: Rules,
): Promise<Source> {
  const { served, catalogue, rankings } = situation
  const counted = await rankings.popular()
  const ranking = counted && counted.items.length > 0 ? counted : popularAtTraining(served?.generation)
  return inRanking('popular', ranking, catalogue, isWellKnownTo(situation), rules)
}

const trainingRankings = new WeakMap<Generation, AnyRanking>()

function popularAtTraining(generation: Generation | undefined): AnyRanking {
  if (!generation) return NO_RANKING
  const standing = trainingRankings.get(generation)
  if (standing) return standing
  const { itemIds, positives, indexOf } = generation
  const items = itemIds
    .map((itemId, index) => ({ itemId, score: positives[index] as number }))
    .sort((x, y) => y.score - x.score)
  const ranking: AnyRanking = {
    items: asList(items),
    scoreOf: (itemId) => positives[indexOf.get(itemId) ?? -1],
  }
  trainingRankings.set(generation, ranking)
  return ranking
}

export const NO_RANKING: AnyRanking = { items: asList([]), scoreOf: () => undefined }

function asList(items: readonly Ranked[]): AnyRanking['items'] {
  return {
    length: items.length,
    *values() {
      yield* items
      return undefined
    },
  }
}

/** @returns whether an item is among the most popular fifth of the model's */
export function isWellKnownTo({ served }: Pick<Situation, 'served'>): (itemId: string) => boolean {
  return (itemId) => {
    const index = served?.shelf.indexOf.get(itemId)
    return served !== undefined && index !== undefined && served.shelf.isWellKnown(index)
  }
}

const WAYS: Readonly<Record<Fallback, Way>> = {
  similar: bySimilarity,
  trending: byTrend,
  popular: byPopularity,
}
