import { prepareFoldIn } from '../als/fold-in.ts'
import type { MeasuredUsers } from '../als/measured-users.ts'
import { observe } from '../als/observations.ts'
import { placeFactors } from '../als/placed.ts'
import type { Generation, PairedFigures } from '../als/types.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { createScorer } from '../ranking/scorer.ts'
import { hitsOf, LIST_LENGTH } from './evaluate.ts'
import { isHeldOut } from './held-out.ts'
import { ndcg } from './ranking-metrics.ts'
import { summarise } from './summary.ts'

/** Of a generation, what ranks items for a user. */
export type RankingModel = Pick<Generation, 'itemIds' | 'items' | 'hyperParameters'>

interface Rating {
  readonly itemId: string
  readonly value: number
}

/**
 * Compares a model with the live one, fairly: on the same held-out positives, of users and items that both know, ranked among the
 * items that both know. Held-out pairs are chosen by a hash of user and item (held-out.ts), so neither was trained on them,
 * whenever it was made. A user is folded into each model from all other ratings that stand now, as a gateway does; the
 * positives among these are not ranked. Whom a model cannot fold in, since it knows none of their positives, it does not know.
 *
 * @param live    with its id
 * @param itemIds of the items' numbers in `measured`
 * @throws NotPositiveDefiniteError when the hyper-parameters leave a user's matrix singular
 */
export function compareModels(
  model: RankingModel,
  live: RankingModel & { readonly id: string },
  measured: MeasuredUsers,
  itemIds: readonly string[],
): PairedFigures {
  const inBoth = new Set(model.itemIds).intersection(new Set(live.itemIds))
  const { positiveFrom } = model.hyperParameters
  const rankings = [model, live].map((each) => openRanking(each, inBoth, positiveFrom))
  const figures: [own: number, lives: number][] = []
  let pairs = 0
  measured.userIds.forEach((userId, n) => {
    const ratings = ratingsOf(measured, itemIds, n)
    const relevant = ratings.filter(
      ({ itemId, value }) => value >= positiveFrom && inBoth.has(itemId) && isHeldOut(userId, itemId),
    )
    if (relevant.length === 0) return
    const others = ratings.filter(({ itemId }) => !isHeldOut(userId, itemId))
    const [own, lives] = rankings.map(({ ndcgOf }) => ndcgOf(others, relevant))
    if (own === undefined || lives === undefined) return
    figures.push([own, lives])
    pairs += relevant.length
  })
  for (const { dispose } of rankings) dispose()
  const users = figures.length
  const meanOf = (side: 0 | 1): number => (users === 0 ? 0 : summarise(figures.map((pair) => pair[side])).mean)
  const { spread } = summarise(figures.map(([own, lives]) => own - lives))
  return {
    live: live.id,
    metric: `ndcg@${LIST_LENGTH}`,
    figure: meanOf(0),
    liveFigure: meanOf(1),
    standardError: users < 2 ? 0 : spread / Math.sqrt(users),
    users,
    pairs,
  }
}

function ratingsOf({ starts, items, values }: MeasuredUsers, itemIds: readonly string[], n: number): Rating[] {
  const [from, to] = [starts[n] as number, starts[n + 1] as number]
  return Array.from(items.subarray(from, to), (item, place) => ({
    itemId: itemIds[item] as string,
    value: values[from + place] as number,
  }))
}

/** Ranks, by one model, the items of `ranked` alone. */
function openRanking(
  { itemIds, items, hyperParameters }: RankingModel,
  ranked: ReadonlySet<string>,
  positiveFrom: number,
) {
  const workspace = createWorkspace()
  const placed = placeFactors(workspace, items.factors)
  const fold = prepareFoldIn(workspace, placed, items.gramian, hyperParameters)
  const scorer = createScorer(placed, { workspace })
  const indexOf = new Map(itemIds.map((itemId, index) => [itemId, index]))
  const hidden = scorer.bitmap()
  for (const [itemId, index] of indexOf) if (!ranked.has(itemId)) hidden.hide(index)
  const indicesOf = (ratings: readonly Rating[]): number[] =>
    ratings.filter(({ itemId }) => ranked.has(itemId)).map(({ itemId }) => indexOf.get(itemId) as number)

  return {
    /** @returns undefined where the model knows nothing that the user likes */
    ndcgOf(ratings: readonly Rating[], relevant: readonly Rating[]): number | undefined {
      const liked = ratings.filter(({ value }) => value >= positiveFrom)
      if (!liked.some(({ itemId }) => indexOf.has(itemId))) return undefined
      const known = indicesOf(liked)
      for (const index of known) hidden.hide(index)
      const best = scorer.topK(fold(observe(ratings, { indexOf, hyperParameters })), LIST_LENGTH, hidden)
      for (const index of known) hidden.show(index)
      return ndcg(hitsOf(best, indicesOf(relevant)), LIST_LENGTH)
    },
    dispose: workspace.dispose,
  }
}
