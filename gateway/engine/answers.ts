import { randomUUIDv7 } from 'node:crypto'
import type { Metrics } from '../../infra/metrics.ts'
import type { Catalogue } from '../catalogue.ts'
import { type Reason, total } from './reasons.ts'
import type { Ranked, Strategy } from './request.ts'
import type { ServedGeneration } from './serving.ts'
import type { Source } from './sources.ts'

/** As many of an item's reasons stand in a list; all of them at `/explanations`. */
const REASONS_LISTED = 5

/** What the catalogue has to show of an item. */
export interface ItemDetails {
  readonly title?: string
  readonly genres?: string[]
  readonly year?: number
  readonly poster?: string
}

/** An item as lists show it. */
export interface ListedItem extends Ranked, ItemDetails {
  /** The model has not seen the item: its factors are folded in from its raters, or borrowed from items of its genres. */
  readonly isNew?: true
  readonly reasons?: Reason[]
}

export interface Answer {
  readonly recommendationId: string
  readonly items: ListedItem[]
  readonly strategy: Strategy
  /** The model that was served when the list was made; null: none yet. */
  readonly generation: string | null
  /** Ids that were asked about and that nobody knows. */
  readonly ignored?: string[]
}

export interface AnswerParts {
  readonly served: ServedGeneration | undefined
  readonly ignored?: readonly string[]
  readonly explain?: boolean | undefined
}

/** Turns ranked items into what is answered. */
export function createAnswers(catalogue: Pick<Catalogue, 'get'>, metrics: Metrics) {
  const count = (strategy: Strategy): void => metrics.recommendations.inc({ strategy })

  function answer(
    source: Pick<Source, 'strategy' | 'reasonsFor'>,
    ranked: readonly Ranked[],
    { served, ignored = [], explain = false }: AnswerParts,
  ): Answer {
    const { strategy, reasonsFor } = source
    count(strategy)
    const items = ranked.map(({ itemId, score }) => ({
      itemId,
      score,
      ...detailsOf(catalogue, itemId),
      ...(isNewTo(served, itemId) && { isNew: true as const }),
      ...(explain && reasonsFor && { reasons: listedReasons(reasonsFor(itemId), score) }),
    }))
    return {
      recommendationId: randomUUIDv7(),
      items,
      strategy,
      generation: served?.generation.id ?? null,
      ...(ignored.length > 0 && { ignored: [...new Set(ignored)] }),
    }
  }

  return { answer, count }
}

/** What the catalogue has to show of an item; nothing for one that it does not know. */
export function detailsOf(catalogue: Pick<Catalogue, 'get'>, itemId: string): ItemDetails {
  const item = catalogue.get(itemId)
  if (!item) return {}
  const { title, genres, year, poster } = item
  return { title, genres: [...genres], ...(year === null ? {} : { year }), ...(poster === null ? {} : { poster }) }
}

function isNewTo(served: ServedGeneration | undefined, itemId: string): boolean {
  return (
    served !== undefined &&
    !served.shelf.indexOf.has(itemId) &&
    served.shelves.some(({ indexOf }) => indexOf.has(itemId))
  )
}

/** The strongest, as parts of the score that is shown: a boost multiplies them as it does the score. */
function listedReasons(reasons: readonly Reason[], score: number): Reason[] {
  const plain = total(reasons)
  const factor = plain === 0 ? 1 : score / plain
  return reasons
    .slice(0, REASONS_LISTED)
    .map(({ itemId, contribution }) => ({ itemId, contribution: contribution * factor }))
}
