import { randomUUIDv7 } from 'node:crypto'
import { inSlices } from '../../infra/in-slices.ts'
import type { Metrics } from '../../infra/metrics.ts'
import type { Item } from '../../models/events/types.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import type { Catalogue } from '../catalogue.ts'
import { type Reason, strongest } from './reasons.ts'
import type { Ranked, Strategy } from './request.ts'
import type { ServedGeneration } from './serving.ts'
import type { Source } from './sources.ts'

/** As many of an item's reasons stand in a list; all of them at `/explanations`. */
const REASONS_LISTED = 5
/** Items of a list that have reasons, the first ones: nobody reads more, and each takes as long as a search. */
const MAX_EXPLAINED = 100
/**
 * Ratings looked at for one list: a second's work. A hundred items of one user of 50,000 ratings, or of fifty users of a
 * thousand each; of a larger group fewer items have reasons.
 */
const MAX_LOOKED = 5e6

type Attributes = Record<string, string | number | boolean | string[]>

/** What the catalogue has to show of an item. */
export interface ItemDetails {
  readonly title?: string
  readonly genres?: string[]
  readonly year?: number
  readonly poster?: string
}

/** A reason with the title of what was rated, where the catalogue has one. */
type TitledReason = Reason & Pick<ItemDetails, 'title'>

/** Why an item has its score: reasons and what is left sum to it. */
interface Told {
  readonly reasons?: TitledReason[]
  /** What all other ratings contribute together. */
  readonly reasonsLeft?: number
}

/** An item as lists show it. */
export interface ListedItem extends Ranked, ItemDetails, Told {
  /** Those that were asked for and that it has. */
  readonly attributes?: Attributes
  /** The model has not seen the item: its factors are folded in from its raters, or borrowed from items of its genres. */
  readonly isNew?: true
}

export interface Answer {
  readonly recommendationId: string
  readonly items: ListedItem[]
  readonly strategy: Strategy
  /** The model that was served when the list was made; null: none yet. */
  readonly generation: string | null
  /** Item ids that were named and that nobody knows, or that were to be pinned and are hidden. */
  readonly ignored?: string[]
  /** Of a group: of whom nothing is known. */
  readonly unknownUserIds?: string[]
  /** The user state did not answer. */
  readonly isStale?: true
}

type ToldSource = Pick<Source, 'strategy' | 'scoreOf' | 'contributionsTo'>

export interface AnswerParts {
  readonly served: ServedGeneration | undefined
  readonly ignored?: readonly string[]
  readonly unknownUserIds?: readonly string[]
  readonly isStale?: boolean
  /** All items, or which of them. */
  readonly explain?: boolean | ((item: Ranked) => boolean) | undefined
  /** The names of those to be told of each item. */
  readonly attributes?: readonly string[] | undefined
}

export type Answers = ReturnType<typeof createAnswers>

/** Turns ranked items into what is answered. */
export function createAnswers(catalogue: Pick<Catalogue, 'get'>, metrics: Metrics) {
  const count = (strategy: Strategy): void => metrics.recommendations.inc({ strategy })

  async function answer(source: ToldSource, ranked: readonly Ranked[], parts: AnswerParts): Promise<Answer> {
    const { explain = false } = parts
    const told = explain ? await inSlices(reasonsFor(source, ranked, explain === true ? () => true : explain)) : []
    return plain(source.strategy, ranked, parts, told.map(withTitles))
  }

  /** Without reasons, but for those that are given. */
  function plain(
    strategy: Strategy,
    ranked: readonly Ranked[],
    { served, ignored = [], unknownUserIds = [], isStale = false, attributes }: Omit<AnswerParts, 'explain'>,
    told: readonly Told[] = [],
  ): Answer {
    count(strategy)
    const items = ranked.map(({ itemId, score }, n) => ({
      itemId,
      score,
      ...detailsOf(catalogue, itemId),
      ...(attributes && { attributes: attributesOf(catalogue, itemId, attributes) }),
      ...(isNewTo(served, itemId) && { isNew: true as const }),
      ...told[n],
    }))
    return {
      recommendationId: randomUUIDv7(),
      items,
      strategy,
      generation: served?.generation.id ?? null,
      ...(ignored.length > 0 && { ignored: [...new Set(ignored)] }),
      ...(unknownUserIds.length > 0 && { unknownUserIds: [...unknownUserIds] }),
      ...(isStale && { isStale }),
    }
  }

  function withTitles({ reasons, ...told }: Told): Told {
    if (!reasons) return told
    const titled = reasons.map((reason) => {
      const title = catalogue.get(reason.itemId)?.title
      return title === undefined ? reason : { ...reason, title }
    })
    return { reasons: titled, ...told }
  }

  return { answer, plain, count }
}

/** What the catalogue has to show of an item; nothing for one that it does not know. */
export function detailsOf(catalogue: Pick<Catalogue, 'get'>, itemId: string): ItemDetails {
  const item = catalogue.get(itemId)
  if (!item) return {}
  const { title, genres, year, poster } = item
  return { title, genres: [...genres], ...(year === null ? {} : { year }), ...(poster === null ? {} : { poster }) }
}

function attributesOf(catalogue: Pick<Catalogue, 'get'>, itemId: string, names: readonly string[]): Attributes {
  const all = catalogue.get(itemId)?.attributes ?? {}
  const asked = [...new Set(names)].filter((name) => Object.hasOwn(all, name))
  return Object.fromEntries(asked.map((name) => [name, mutable(all[name] as Item['attributes'][string])]))
}

const mutable = (value: Item['attributes'][string]) =>
  Array.isArray(value) ? [...value] : (value as Attributes[string])

function isNewTo(served: ServedGeneration | undefined, itemId: string): boolean {
  return (
    served !== undefined &&
    !served.shelf.indexOf.has(itemId) &&
    served.shelves.some(({ indexOf }) => indexOf.has(itemId))
  )
}

/** The strongest reasons of each item, from the first on, as parts of the score that is shown: a boost multiplies them as it does the score. */
function* reasonsFor(
  { contributionsTo, scoreOf }: ToldSource,
  ranked: readonly Ranked[],
  isExplained: (item: Ranked) => boolean,
): Steps<Told[]> {
  const told: Told[] = []
  if (!contributionsTo) return told
  let looked = 0
  for (const item of ranked.slice(0, MAX_EXPLAINED)) {
    if (looked > MAX_LOOKED) break
    if (!isExplained(item)) {
      told.push({})
      continue
    }
    const { itemId, score } = item
    const unboosted = scoreOf(itemId)
    // Of what is pinned there may be factors by which the source scores nothing.
    const contributions = unboosted === undefined ? undefined : yield* contributionsTo(itemId)
    looked += contributions?.looked ?? 0
    const { reasons, rest } = contributions ? strongest(contributions, REASONS_LISTED) : { reasons: [], rest: 0 }
    const factor = unboosted ? score / unboosted : 1
    told.push({
      reasons: reasons.map(({ itemId, contribution }) => ({ itemId, contribution: contribution * factor })),
      reasonsLeft: rest * factor,
    })
    yield
  }
  return told
}
