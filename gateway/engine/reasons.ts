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

/** For one taste: score = Σ_j vᵀ M w_j t_j v_j over what was observed (Hu, Koren and Volinsky 2008, §5), and the item at hand. */
export function explainTaste(generation: Generation, { observations: observed, atHand }: Taste): Explain {
  const observations = observed()
  const explanation = prepareExplanation(generation, observations)
  return (item) => {
    const contributions = explanation.contributions(item)
    const reasons = Array.from(contributions, (contribution, e) => ({
      itemId: generation.itemIds[observations.columns[e] as number] as string,
      contribution,
    }))
    if (!atHand) return strongestFirst(reasons)
    const contribution = atHand.vector.reduce((sum, x, k) => sum + x * (item[k] as number), 0)
    return strongestFirst(summed([...reasons, { itemId: atHand.itemId, contribution }]))
  }
}

/** For a group: the mean of what its members' ratings contribute, or what those of the least pleased do. */
export function explainGroup(generation: Generation, tastes: readonly Taste[], mode: GroupMode): Explain {
  const members = tastes.map((taste) => explainTaste(generation, taste))
  return (item) => {
    const reasons = members.map((explain) => explain(item))
    if (mode === 'leastMisery') return reasons.reduce((least, other) => (total(other) < total(least) ? other : least))
    return strongestFirst(
      summed(reasons.flat()).map(({ itemId, contribution }) => ({
        itemId,
        contribution: contribution / tastes.length,
      })),
    )
  }
}

/** One reason an item. */
function summed(reasons: readonly Reason[]): Reason[] {
  const sums = new Map<string, number>()
  for (const { itemId, contribution } of reasons) sums.set(itemId, (sums.get(itemId) ?? 0) + contribution)
  return [...sums].map(([itemId, contribution]) => ({ itemId, contribution }))
}

export const total = (reasons: readonly Reason[]): number =>
  reasons.reduce((sum, { contribution }) => sum + contribution, 0)

/** Ratings that contribute nothing are left out: dislikes, and items that weigh nothing. */
function strongestFirst(reasons: readonly Reason[]): Reason[] {
  return reasons
    .filter(({ contribution }) => contribution !== 0)
    .sort((x, y) => Math.abs(y.contribution) - Math.abs(x.contribution))
}
