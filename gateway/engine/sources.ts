import type { Bitmap } from '../../models/ranking/bitmap.ts'
import type { Filter } from '../../models/ranking/filter.ts'
import { finish, type Steps } from '../../models/ranking/layout.ts'
import { leastOf, topOf } from '../../models/ranking/least-misery.ts'
import { topRescored } from '../../models/ranking/rescored.ts'
import type { Scored } from '../../models/ranking/selection.ts'
import { inBackground } from '../background.ts'
import type { KnownItems } from './known-items.ts'
import type { Contributions } from './reasons.ts'
import type { Ranked, Strategy } from './request.ts'
import type { Rescoring } from './rescoring.ts'
import type { Part, Shelf, Space } from './shelf.ts'

/** Where the items of a list come from, best first. */
export interface Source {
  readonly strategy: Strategy
  /** The `count` best of a part of the items; fewer: there are no more. Asked for more it gives the same ones, and then others. */
  best(count: number, part?: Part): Promise<readonly Ranked[]>
  /** What it makes of an item, allowed or not; undefined: it knows nothing of it. */
  scoreOf(itemId: string): number | undefined
  /** What an item's score is the sum of, before boosts; undefined: nothing is known of it. Left out: nothing to tell of any. */
  readonly contributionsTo?: ((itemId: string) => Steps<Contributions | undefined>) | undefined
}

/** What a source may not name, and what changes its scores. */
export interface Rules {
  readonly filter: Filter | undefined
  /** Items that are not to be listed: excluded, or placed otherwise. */
  readonly hide: readonly string[]
  /** What those rated whose rated items are not to be listed either. */
  readonly known: readonly KnownItems[]
  readonly rescoring: Rescoring | undefined
}

/** What may not be listed of a shelf: a bitmap of the caller's own. */
export function* hiddenOn(shelf: Shelf, { filter, hide, known }: Rules, part: Part): Steps<Bitmap> {
  const hidden = filter === undefined ? shelf.hidden(part) : yield* shelf.hiddenBy(filter, part)
  for (const itemId of hide) {
    const index = shelf.indexOf.get(itemId)
    if (index !== undefined) hidden.hide(index)
  }
  for (const items of known) for (const index of items.indicesIn(shelf.indexOf)) hidden.hide(index)
  return hidden
}

/** What is asked of the shelves. */
interface Question {
  on(shelf: Shelf): Promise<Asked>
  scoreOf(shelf: Shelf, index: number): number
}

/** One search of a shelf, exact. */
interface Asked {
  top(k: number, hidden: Bitmap): Promise<Scored[]>
  /** Of all items, in their order. */
  scores(): Float32Array
}

/** Items by the product of their factors with one vector: somebody's taste, or a mean of tastes. */
export const byTaste = (vector: Float32Array): Question => inSpace(({ preferences }) => preferences, vector)

/** Items by the cosine of their factors with a direction: likeness. */
export const byLikeness = (direction: Float32Array): Question => inSpace(({ directions }) => directions, direction)

function inSpace(spaceOf: (shelf: Shelf) => Space, query: Float32Array): Question {
  return {
    on: async (shelf) => ({
      top: (k, hidden) => spaceOf(shelf).topK(query, k, hidden),
      scores: () => spaceOf(shelf).scores(query),
    }),
    scoreOf: (shelf, index) => spaceOf(shelf).scoresOf(query, [index])[0] as number,
  }
}

/** Items by what those make of them whom they suit least: found out of a shelf once, between other requests. */
export function byLeastMisery(vectors: readonly Float32Array[]): Question {
  const found = new Map<Shelf, Promise<Float32Array>>()

  function leastOn(shelf: Shelf): Promise<Float32Array> {
    const scores = vectors.values().map((vector) => shelf.preferences.scores(vector))
    const least = found.get(shelf) ?? inBackground(leastOf(scores))
    found.set(shelf, least)
    return least
  }

  return {
    async on(shelf) {
      const least = await leastOn(shelf)
      return { top: (k, hidden) => inBackground(topOf(least, k, hidden)), scores: () => least }
    },
    scoreOf: ({ preferences }, index) =>
      Math.min(...vectors.map((vector) => preferences.scoresOf(vector, [index])[0] as number)),
  }
}

/** Everything on the shelves, by one question. */
export function onShelves(strategy: Strategy, shelves: readonly Shelf[], question: Question, rules: Rules): Source {
  async function bestOf(shelf: Shelf, count: number, part: Part): Promise<Ranked[]> {
    const hiding = hiddenOn(shelf, rules, part)
    // Without a filter it takes but one step, which is not worth a wait.
    const hidden = rules.filter ? await inBackground(hiding) : finish(hiding)
    const { top, scores } = await question.on(shelf)
    const factors = rules.rescoring && (await inBackground(rules.rescoring.on(shelf)))
    const found = factors
      ? await topRescored(count, { ...factors, search: (k) => top(k, hidden), scores, hidden, inSteps: inBackground })
      : await top(count, hidden)
    return found.map(({ index, score }) => ({ itemId: shelf.itemIds[index] as string, score }))
  }

  return {
    strategy,
    async best(count, part = 'all') {
      const lists = await Promise.all(shelves.map((shelf) => bestOf(shelf, count, part)))
      const [first = [], ...others] = lists.filter((list) => list.length > 0)
      if (others.length === 0) return first
      // Sorting is stable: of equal scores, items of the generation come first.
      return [first, ...others]
        .flat()
        .sort((x, y) => y.score - x.score)
        .slice(0, count)
    },
    scoreOf(itemId) {
      for (const shelf of shelves) {
        const index = shelf.indexOf.get(itemId)
        if (index !== undefined) return question.scoreOf(shelf, index)
      }
      return undefined
    },
  }
}
