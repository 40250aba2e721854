import { createCaps, DIVERSITY_POOL, diversified, isForLessKnown, mixed, pinned } from '../../models/ranking/arrange.ts'
import { valuesOf } from '../../models/ranking/filter.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import { rescore } from '../../models/ranking/rescored.ts'
import { inBackground } from '../background.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Ranked, Selection } from './request.ts'
import { rescoringOf } from './rescoring.ts'
import type { Part } from './shelf.ts'
import type { Source } from './sources.ts'

/** With caps so many times as many items are looked at first as are wanted, and so many times more whenever those do not do. */
const SPARE = 4
/**
 * With caps a list ends after so many items of each part, whatever is wanted: most that come later are of values that are full, and
 * whoever caps at one of each genre would have the whole catalogue looked through for every request.
 */
export const MAX_CAPPED = 10_000
/**
 * How deep a list is told: what stands further down has all before it sorted for every page, and whoever pages so far wants
 * everything, not what is best.
 */
export const MAX_SKIP = 10_000
/** Other requests are let in after so long. */
const STEP_MS = 2

/** What arranging needs to know of items. */
export interface Known {
  /** undefined: an item without factors is like no other */
  vectorOf(itemId: string): Float32Array | undefined
  readonly catalogue: Pick<Catalogue, 'get' | 'version'>
}

export interface Arranged {
  /** The part of the list that was asked for. */
  readonly ranked: Ranked[]
  /** The source has nothing for any part of it: there is nothing but pins. */
  readonly isEmpty: boolean
}

/**
 * The part of a list that was asked for: best first from the source; then unlike its neighbours, mixed with what is less known,
 * capped, and with pins in their places. Each step only appends when more is wanted, so that pages agree.
 *
 * Of the well known and the less known, each is made unlike by itself. Pins are where they are told to be: no cap leaves them out
 * or counts them, since one that stands on a later page would change those before.
 */
export async function arranged(source: Source, selection: Selection, known: Known): Promise<Arranged> {
  const { skip, limit, caps = [] } = selection
  const wanted = skip + limit
  const candidates = createCandidates(source, selection, known)
  // A pin past the end of a list that goes on has no place yet: it is not counted among what is wanted.
  const list =
    caps.length > 0
      ? await cappedFrom(candidates, wanted, createCaps(caps.map((cap) => ({ ...cap, valuesOf: valuesIn(cap.field) }))))
      : inOne(await candidates(wanted), wanted, selection.lessKnown)
  const whole = pinned(list, placesOf(selection, source, known), ({ itemId }) => itemId)
  return { ranked: whole.slice(skip, wanted), isEmpty: list.length === 0 }

  function valuesIn(field: string) {
    return ({ itemId }: Ranked) => valuesOf(known.catalogue.get(itemId), field)
  }
}

/** Candidates of a part of the items, best first. `isAll`: there are no more. */
interface Queue {
  readonly list: readonly Ranked[]
  readonly isAll: boolean
}

/** What places of a list are filled from: one queue, or the well known and the less known. */
interface Queues {
  readonly all: readonly Queue[]
  /** At a place of the list, from the one on whose turn it is. */
  inTurn(place: number): readonly Queue[]
}

/** Asked for more of each, it gives the same ones, and then others. */
type Candidates = (count: number) => Promise<Queues>

/** All that may be listed, where nothing is capped. */
function inOne({ all: [first, second] }: Queues, wanted: number, lessKnown = 0): readonly Ranked[] {
  if (!first || !second) return first?.list ?? []
  const list = mixed(first.list, second.list, lessKnown)
  // Past as many places, what was not asked for may belong before what is there.
  return first.isAll && second.isAll ? list : list.slice(0, wanted)
}

/** Everything that may be listed, in its order but for caps and pins. */
function createCandidates(source: Source, selection: Selection, { vectorOf }: Known): Candidates {
  const { lessKnown, diversity = 0 } = selection
  const heads = new Map<Part, readonly Ranked[]>()

  function diverse(part: Part, found: readonly Ranked[]): readonly Ranked[] {
    const head =
      heads.get(part) ??
      diversified(found.slice(0, DIVERSITY_POOL), {
        weight: diversity,
        count: DIVERSITY_POOL,
        scoreOf: ({ score }) => score,
        vectorOf: ({ itemId }) => vectorOf(itemId),
      })
    heads.set(part, head)
    return [...head, ...found.slice(DIVERSITY_POOL)]
  }

  async function best(part: Part, count: number): Promise<Queue> {
    const enough = diversity > 0 ? Math.max(count, DIVERSITY_POOL) : count
    const found = await source.best(enough, part)
    return { list: diversity > 0 ? diverse(part, found) : found, isAll: found.length < enough }
  }

  return async (count) => {
    if (lessKnown === undefined) {
      const all = [await best('all', count)]
      return { all, inTurn: () => all }
    }
    const all = [await best('wellKnown', count), await best('lessKnown', count)]
    const reversed = all.toReversed()
    return { all, inTurn: (place) => (isForLessKnown(place, lessKnown) ? reversed : all) }
  }
}

/** @returns as many as are wanted, unless there are no more */
async function cappedFrom(
  candidates: Candidates,
  wanted: number,
  hasRoomFor: (candidate: Ranked) => boolean,
): Promise<readonly Ranked[]> {
  const list: Ranked[] = []
  /** By their ids: what may be listed can change between two searches. */
  const seen = new Set<string>()
  let began = performance.now()

  /** The next one of a queue for which there is room: who finds none will not find any later. */
  function* nextFrom(queue: Iterator<Ranked>): Steps<Ranked | undefined> {
    for (;;) {
      if (performance.now() - began >= STEP_MS) {
        yield
        began = performance.now()
      }
      const { value: candidate, done } = queue.next()
      if (done) return undefined
      if (seen.has(candidate.itemId)) continue
      seen.add(candidate.itemId)
      if (hasRoomFor(candidate)) return candidate
    }
  }

  /** @param isEnd  nobody looks further @returns whether the list is whole: otherwise the next place is for one who may come still */
  function* take({ all, inTurn }: Queues, isEnd: boolean): Steps<boolean> {
    const left = new Map(all.map((queue) => [queue, queue.list.values()]))
    while (list.length < wanted) {
      let next: Ranked | undefined
      for (const queue of inTurn(list.length)) {
        next = yield* nextFrom(left.get(queue) as Iterator<Ranked>)
        if (next) break
        if (!queue.isAll && !isEnd) return false
      }
      if (!next) return true
      list.push(next)
    }
    return true
  }

  for (let count = SPARE * wanted; ; count *= SPARE) {
    const queues = await candidates(Math.min(count, MAX_CAPPED))
    if (await inBackground(take(queues, count >= MAX_CAPPED))) return list
  }
}

/** What is pinned has the score that it would have in the list. */
function placesOf(selection: Selection, source: Source, { catalogue }: Known) {
  const { pin = [] } = selection
  const rescoring = pin.length > 0 ? rescoringOf(selection, catalogue, Date.now()) : undefined
  return pin.map(({ itemId, position }) => {
    const score = source.scoreOf(itemId) ?? 0
    return { position, item: { itemId, score: rescoring ? rescore(score, rescoring.factorOf(itemId)) : score } }
  })
}
