import { capped, DIVERSITY_POOL, diversified, mixed, pinned } from '../../models/ranking/arrange.ts'
import { valuesOf } from '../../models/ranking/filter.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Pin, Ranked, Selection } from './request.ts'
import type { Part } from './shelf.ts'
import type { Source } from './sources.ts'

/** With caps so many times as many items are looked at first as are wanted. */
const SPARE = 4

/** What arranging needs to know of items. */
export interface Known {
  /** undefined: an item without factors is like no other */
  vectorOf(itemId: string): Float32Array | undefined
  readonly catalogue: Pick<Catalogue, 'get'>
}

/**
 * The part of a list that was asked for: best first from the source; then unlike its neighbours, mixed with what is less known,
 * capped, and with pins in their places. Each step only appends when more is wanted, so that pages agree.
 */
export async function arranged(source: Source, selection: Selection, known: Known): Promise<Ranked[]> {
  const { skip, limit, caps = [], diversity = 0, pin = [] } = selection
  const wanted = skip + limit
  let count = caps.length > 0 ? SPARE * wanted : wanted
  if (diversity > 0) count = Math.max(count, DIVERSITY_POOL)
  for (;;) {
    const { list, isAll } = await listedFrom(source, count, selection, known)
    // A pin past the end of a list that goes on has no place yet: it is not counted among what is wanted.
    if (list.length >= wanted || isAll) return pinned(list, placesOf(pin, source)).slice(skip, wanted)
    count *= SPARE
  }
}

/** @returns the head of the list, without pins; `isAll`: there is no more of it */
async function listedFrom(
  source: Source,
  count: number,
  { lessKnown, diversity = 0, caps = [] }: Selection,
  { vectorOf, catalogue }: Known,
): Promise<{ list: readonly Ranked[]; isAll: boolean }> {
  let isAll = true

  async function candidates(part: Part): Promise<readonly Ranked[]> {
    const found = await source.best(count, part)
    if (found.length >= count) isAll = false
    if (diversity === 0) return found
    const options = { weight: diversity, count, scoreOf: ({ score }: Ranked) => score }
    return diversified(found, { ...options, vectorOf: ({ itemId }) => vectorOf(itemId) })
  }

  let list: readonly Ranked[] =
    lessKnown === undefined
      ? await candidates('all')
      : mixed(await candidates('wellKnown'), await candidates('lessKnown'), lessKnown)
  // Past as many places, what was not asked for may belong before what is there.
  if (!isAll) list = list.slice(0, count)
  if (caps.length > 0) {
    const limits = caps.map(({ field, max }) => ({
      max,
      valuesOf: ({ itemId }: Ranked) => valuesOf(catalogue.get(itemId), field),
    }))
    list = capped(list, limits)
  }
  return { list, isAll }
}

const placesOf = (pins: readonly Pin[], source: Source) =>
  pins.map(({ itemId, position }) => ({ position, item: { itemId, score: source.scoreOf(itemId) ?? 0 } }))
