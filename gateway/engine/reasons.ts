import { prepareExplanation } from '../../models/als/explain.ts'
import type { Generation } from '../../models/als/types.ts'
import { dot, preciseDot } from '../../models/linalg/dot.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import { createSelection } from '../../models/ranking/selection.ts'
import { sortInSteps } from '../../models/ranking/sort-in-steps.ts'
import type { GroupMode } from './request.ts'
import type { Taste } from './tastes.ts'

/** How much a rating, or an item at hand, adds to a score. */
export interface Reason {
  readonly itemId: string
  readonly contribution: number
}

/** What a score is the sum of. */
export interface Contributions {
  /** What was rated, or is at hand: each once. */
  readonly itemIds: readonly string[]
  /** What each adds: 0 for dislikes, and for items that weigh nothing. */
  readonly amounts: Float64Array
  /** How many ratings had to be looked at, of whomever. */
  readonly looked: number
}

/** What makes the score of an item with this vector: step by step, since a group may have a million ratings. */
export type Explain = (item: Float32Array) => Steps<Contributions>

/** One taste, prepared: its items are the same whatever is explained. */
interface Prepared {
  readonly itemIds: readonly string[]
  readonly looked: number
  amounts(item: Float32Array): Steps<Float64Array>
}

/** For one taste: score = Σ_j vᵀ M w_j t_j v_j over what was observed (Hu, Koren and Volinsky 2008, §5), and the item at hand. */
export function* explainTaste(generation: Generation, taste: Taste): Steps<Explain> {
  return explaining(yield* prepared(generation, taste))
}

/** For a group: the mean of what its members' ratings contribute, or what those of the least pleased do. */
export function explainGroup(generation: Generation, tastes: readonly Taste[], mode: GroupMode): Steps<Explain> {
  return mode === 'leastMisery' ? explainLeast(generation, tastes) : explainMean(generation, tastes)
}

function explaining({ itemIds, looked, amounts }: Prepared): Explain {
  return function* (item) {
    return { itemIds, amounts: yield* amounts(item), looked }
  }
}

function* prepared(generation: Generation, { observations: observed, atHand }: Taste): Steps<Prepared> {
  const observations = observed()
  const { contributions } = yield* prepareExplanation(generation, observations)
  const looked = observations.columns.length
  const rated = Array.from(observations.columns, (column) => generation.itemIds[column] as string)
  if (!atHand) return { itemIds: rated, looked, amounts: contributions }
  const itemIds = rated.includes(atHand.itemId) ? rated : [...rated, atHand.itemId]
  const place = itemIds.indexOf(atHand.itemId)
  return {
    itemIds,
    looked,
    *amounts(item) {
      const amounts = new Float64Array(itemIds.length)
      amounts.set(yield* contributions(item))
      ;(amounts[place] as number) += preciseDot(atHand.vector, item)
      return amounts
    },
  }
}

function* explainLeast(generation: Generation, tastes: readonly Taste[]): Steps<Explain> {
  const explains: (Explain | undefined)[] = []
  yield
  return function* (item) {
    const scores = tastes.map(({ vector }) => dot(vector, item, 0))
    const least = scores.indexOf(Math.min(...scores))
    explains[least] ??= yield* explainTaste(generation, tastes[least] as Taste)
    return yield* explains[least](item)
  }
}

function* explainMean(generation: Generation, tastes: readonly Taste[]): Steps<Explain> {
  const placeOf = new Map<string, number>()
  const members: (Prepared & { readonly places: Int32Array })[] = []
  for (const taste of tastes) {
    const member = yield* prepared(generation, taste)
    for (const itemId of member.itemIds) if (!placeOf.has(itemId)) placeOf.set(itemId, placeOf.size)
    const places = Int32Array.from(member.itemIds, (itemId) => placeOf.get(itemId) as number)
    members.push({ ...member, places })
    yield
  }
  const itemIds = [...placeOf.keys()]
  const looked = members.reduce((sum, member) => sum + member.looked, 0)
  return explaining({
    itemIds,
    looked,
    *amounts(item) {
      const sums = new Float64Array(itemIds.length)
      for (const { places, amounts: amountsOf } of members) {
        const amounts = yield* amountsOf(item)
        for (let n = 0; n < places.length; n++) {
          ;(sums[places[n] as number] as number) += (amounts[n] as number) / members.length
        }
      }
      return sums
    },
  })
}

export const total = ({ amounts }: Contributions): number => amounts.reduce((sum, amount) => sum + amount, 0)

/** The strongest contributions, and what all others add together. */
export function strongest({ itemIds, amounts }: Contributions, count: number): { reasons: Reason[]; rest: number } {
  const selection = createSelection(count)
  for (let n = 0; n < amounts.length; n++) {
    const strength = Math.abs(amounts[n] as number)
    if (strength > 0 && strength > selection.toBeat) selection.offer(n, strength)
  }
  const places = selection.ranked().map(({ index }) => index)
  const reasons = places.map((n) => ({ itemId: itemIds[n] as string, contribution: amounts[n] as number }))
  const isListed = new Set(places)
  let rest = 0
  for (let n = 0; n < amounts.length; n++) if (!isListed.has(n)) rest += amounts[n] as number
  return { reasons, rest }
}

/** All that contribute, strongest first, by their places. */
export function* ranked({ amounts }: Contributions): Steps<Int32Array> {
  const places = Int32Array.from(amounts.keys()).filter((n) => amounts[n] !== 0)
  yield
  const strengthOf = (n: number): number => Math.abs(amounts[n] as number)
  return yield* sortInSteps(places, (x, y) => strengthOf(y) - strengthOf(x))
}
