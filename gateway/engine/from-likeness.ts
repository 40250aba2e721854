import { preciseDot } from '../../models/linalg/dot.ts'
import { directionOf } from '../../models/ranking/directions.ts'
import { mean } from './from-taste.ts'
import { type ServedGeneration, vectorOf } from './serving.ts'
import { byLikeness, onShelves, type Rules, type Source } from './sources.ts'

/**
 * Items by their mean cosine with some others, each of which counts once.
 * @returns undefined: the model knows none of these
 */
export function fromLikeness(served: ServedGeneration, itemIds: readonly string[], rules: Rules): Source | undefined {
  const near = [...new Set(itemIds)].flatMap((itemId) => {
    const vector = vectorOf(served, itemId)
    const direction = vector && directionOf(vector)
    return direction ? [{ itemId, direction }] : []
  })
  if (near.length === 0) return undefined
  // A mean of a genre is like all of the genre: borrowed factors would stand above what the same people like.
  const toAll = byLikeness(mean(near.map(({ direction }) => direction)))
  const source = onShelves('similar', served.ratedShelves, toAll, rules)
  const nearIds = near.map(({ itemId }) => itemId)
  return {
    ...source,
    *contributionsTo(itemId) {
      const vector = vectorOf(served, itemId)
      const direction = vector && directionOf(vector)
      if (!direction) return undefined
      const amounts = Float64Array.from(near, (one) => preciseDot(one.direction, direction) / near.length)
      return { itemIds: nearIds, amounts, looked: near.length }
    },
  }
}
