import { prepareExplanation } from '../../models/als/explain.ts'
import type { Generation } from '../../models/als/types.ts'
import type { GroupMode } from './request.ts'
import type { Taste } from './tastes.ts'

/** How much a rating, or an item at hand, adds to a score. */
export interface Reason {
  readonly itemId: string
  readonly contribution: number
}

/** All contributions to the score of an item with this vector, strongest first: they sum to it. */
export type Explain = (item: Float32Array) => readonly Reason[]

/** For one taste: score = Σ_j vᵀ M w_j t_j v_j over what was observed (Hu, Koren and Volinsky 2008, §5). */
export function explainTaste(generation: Generation, taste: Taste): Explain {
  const observations = taste.observations()
  const explanation = prepareExplanation(generation, observations)
  return (item) =>
    strongestFirst(
      Array.from(explanation.contributions(item), (contribution, e) => ({
        itemId: generation.itemIds[observations.columns[e] as number] as string,
        contribution,
      })),
    )
}

/** For a group: the mean of what its members' ratings contribute, or what those of the least pleased do. */
export function explainGroup(generation: Generation, tastes: readonly Taste[], mode: GroupMode): Explain {
  const members = tastes.map((taste) => explainTaste(generation, taste))
  return (item) => {
    const reasons = members.map((explain) => explain(item))
    if (mode === 'leastMisery') return reasons.reduce((least, other) => (total(other) < total(least) ? other : least))
    const sums = new Map<string, number>()
    for (const { itemId, contribution } of reasons.flat())
      sums.set(itemId, (sums.get(itemId) ?? 0) + contribution / tastes.length)
    return strongestFirst([...sums].map(([itemId, contribution]) => ({ itemId, contribution })))
  }
}

export const total = (reasons: readonly Reason[]): number =>
  reasons.reduce((sum, { contribution }) => sum + contribution, 0)

/** Ratings that contribute nothing are left out: dislikes, and items that weigh nothing. */
function strongestFirst(reasons: readonly Reason[]): Reason[] {
  return reasons
    .filter(({ contribution }) => contribution !== 0)
    .sort((x, y) => Math.abs(y.contribution) - Math.abs(x.contribution))
}
