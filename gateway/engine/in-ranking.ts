import type { Steps } from '../../models/ranking/layout.ts'
import type { RankedItems } from '../../models/ranking/ranked-list.ts'
import { rescore } from '../../models/ranking/rescored.ts'
import { createSelection } from '../../models/ranking/selection.ts'
import { inBackground } from '../background.ts'
import { type Allowed, allowedIn, type ItemFacts } from './allowed.ts'
import { createPace } from './pace.ts'
import type { Ranked, Strategy } from './request.ts'
import type { Rescoring } from './rescoring.ts'
import type { Part, Shelf } from './shelf.ts'
import type { Rules, Source } from './sources.ts'
import { type Whereabouts, whereaboutsOf } from './whereabouts.ts'

/** With boosts, so many at least are looked for at a time. */
const LEAST_CANDIDATES = 256

/**
 * From a list that is there already, such as the popular items. It is gone through from the best on, between other requests, no
 * further than is wanted and never twice. Lists of one source are asked for one after the other.
 *
 * @param shelves  by whose bitmaps items are looked at; those that are on none, by their descriptions
 */
export function inRanking(
  strategy: Strategy,
  list: RankedItems,
  { shelves, ...facts }: ItemFacts & { readonly shelves: readonly Shelf[] },
  rules: Rules,
): Source {
  const whereabouts = whereaboutsOf(list, shelves)
  const parts = new Map<Part, Allowed>()
  let scoring: RowRescoring | undefined

  function allowed(part: Part): Allowed {
    const standing = parts.get(part) ?? allowedIn(list, whereabouts, facts, rules, part)
    parts.set(part, standing)
    return standing
  }

  const itemAt = (place: number): string => list.rows.itemIdOf(list.order[place] as number)

  function* bestAsTheyAre(count: number, part: Part): Steps<Ranked[]> {
    const { found, more } = allowed(part)
    yield* more(count - found.length)
    return found.slice(0, count).map((place) => ({ itemId: itemAt(place), score: list.scoreAt(place) }))
  }

  return {
    strategy,
    async best(count, part = 'all') {
      if (!rules.rescoring) return inBackground(bestAsTheyAre(count, part))
      scoring ??= await inBackground(byRow(whereabouts, rules.rescoring))
      const best = await inBackground(bestRescored(count, list, allowed(part), scoring))
      return best.map(({ index, score }) => ({ itemId: itemAt(index), score }))
    },
    scoreOf: list.scoreOf,
  }
}

interface RowRescoring {
  factorOf(row: number): number
  readonly maxFactor: number
}

/** By bitmaps where an item is on a shelf. */
function* byRow({ shelves, find }: Whereabouts, { factorOf, maxFactor, on }: Rescoring): Steps<RowRescoring> {
  const onShelves: { factorOf(index: number): number }[] = []
  for (const shelf of shelves) onShelves.push(yield* on(shelf))
  return {
    factorOf: (row) => find(row, (shelf, index) => onShelves[shelf]?.factorOf(index) ?? 1, factorOf),
    maxFactor,
  }
}

/**
 * The places of greatest score × factor, exactly; ties by place. Scores fall, so nothing that comes can be among the best once a
 * score has less than the last of them even with the greatest factor.
 */
function* bestRescored(
  count: number,
  { order, scoreAt }: RankedItems,
  { found, more }: Allowed,
  { factorOf, maxFactor }: RowRescoring,
): Steps<{ index: number; score: number }[]> {
  const selection = createSelection(count)
  const { isLate, goOn } = createPace()
  for (let n = 0; ; n++) {
    if (n === found.length) yield* more(Math.max(count, LEAST_CANDIDATES))
    const place = found[n]
    if (place === undefined) break
    const score = scoreAt(place)
    if (rescore(score, maxFactor) <= selection.toBeat) break
    selection.offer(place, rescore(score, factorOf(order[place] as number)))
    if (!isLate()) continue
    yield
    goOn()
  }
  return selection.ranked()
}
