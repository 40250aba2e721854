import { directionOf } from '../../models/ranking/directions.ts'
import { mean } from './from-taste.ts'
import { type ServedGeneration, vectorOf } from './serving.ts'
import { byLikeness, onShelves, type Rules, type Source } from './sources.ts'

/**
 * Items by their mean cosine with some others.
 * @returns undefined: the model knows none of these
 */
export function fromLikeness(served: ServedGeneration, itemIds: readonly string[], rules: Rules): Source | undefined {
  const near = itemIds.flatMap((itemId) => {
    const vector = vectorOf(served, itemId)
    const direction = vector && directionOf(vector)
    return direction ? [{ itemId, direction }] : []
  })
  if (near.length === 0) return undefined
  // A mean of a genre is like all of the genre: borrowed factors would stand above what the same people like.
  const toAll = byLikeness(mean(near.map(({ direction }) => direction)))
  const source = onShelves('similar', served.ratedShelves, toAll, rules)
  return {
    ...source,
    reasonsFor(itemId) {
      const vector = vectorOf(served, itemId)
      const direction = vector && directionOf(vector)
      if (!direction) return []
      return near
        .map((one) => ({ itemId: one.itemId, contribution: product(one.direction, direction) / near.length }))
        .sort((x, y) => y.contribution - x.contribution)
    },
  }
}

const product = (x: Float32Array, y: Float32Array): number => x.reduce((sum, a, k) => sum + a * (y[k] as number), 0)
