import type { UserRecord } from '../infra/user-state/port.ts'
import { prepareBorrowing } from '../models/als/borrowed-factors.ts'
import { prepareExplanation } from '../models/als/explain.ts'
import { prepareFoldIn } from '../models/als/fold-in.ts'
import { prepareItemFoldIn, typicalPositives } from '../models/als/new-item.ts'
import { observe, weightInHistory } from '../models/als/observations.ts'
import { placeFactors } from '../models/als/placed.ts'
import type { Generation } from '../models/als/types.ts'
import type { History } from '../models/history/types.ts'
import { dot } from '../models/linalg/dot.ts'
import { createWorkspace } from '../models/linalg/workspace.ts'
import { finish } from '../models/ranking/layout.ts'
import { topK } from '../models/ranking/top-k.ts'

/** What a generation makes of people and items, worked out from its own factors alone: what a gateway has to answer. */
export type Recomputed = ReturnType<typeof recompute>

/**
 * @param genresOf  of every item that is described
 * @param raters    of items that no generation knows
 */
export function recompute(
  generation: Generation,
  genresOf: ReadonlyMap<string, readonly string[]>,
  raters: ReadonlyMap<string, readonly UserRecord[]>,
) {
  const { items, itemIds, indexOf, hyperParameters, positives } = generation
  const { d, data } = items.factors
  const workspace = createWorkspace()
  const fold = prepareFoldIn(workspace, placeFactors(workspace, items.factors), items.gramian, hyperParameters)
  const borrow = finish(prepareBorrowing(generation, (index) => [...(genresOf.get(itemIds[index] as string) ?? [])]))
  const foldItem = prepareItemFoldIn(workspace, generation, typicalPositives(positives))
  const newVectors = new Map<string, readonly Float32Array[]>()

  const vectorOf = (history: History): Float32Array => fold(observe(history, generation))

  /** Of an item that the generation knows: its own; else all that may stand for it, as its raters become known. */
  function vectorsOf(itemId: string): readonly Float32Array[] {
    const index = indexOf.get(itemId)
    if (index !== undefined) return [data.subarray(index * d, (index + 1) * d)]
    const standing = newVectors.get(itemId) ?? newVectorsOf(itemId)
    newVectors.set(itemId, standing)
    return standing
  }

  function newVectorsOf(itemId: string): readonly Float32Array[] {
    const found = (raters.get(itemId) ?? []).flatMap(({ history }) => {
      const vector = vectorOf(history)
      return vector.some((x) => x !== 0) ? [{ vector, weight: weightInHistory(history, itemId, hyperParameters) }] : []
    })
    const borrowed = borrow(genresOf.get(itemId) ?? [])
    return [...(borrowed ? [borrowed] : []), ...(found.length > 0 ? [foldItem(found)] : [])]
  }

  return {
    generation,
    vectorOf,
    /** What the score of an item may be. */
    scoresOf: (vector: Float32Array, itemId: string) => vectorsOf(itemId).map((item) => dot(vector, item, 0)),
    vectorsOf,
    /** The best of the generation's own items, as the definition of a score has it. */
    best: (vector: Float32Array, k: number, isAllowed: (itemId: string) => boolean) =>
      topK(items.factors, vector, k, (index) => isAllowed(itemIds[index] as string)).map(({ index, score }) => ({
        itemId: itemIds[index] as string,
        score,
      })),
    /** By item id. */
    contributions(history: History, item: Float32Array): Map<string, number> {
      const observations = observe(history, generation)
      const amounts = finish(finish(prepareExplanation(generation, observations)).contributions(item))
      return new Map(Array.from(observations.columns, (column, e) => [itemIds[column] as string, amounts[e] as number]))
    },
    /** Gives its memory back: nothing of it may be asked any more. */
    close: workspace.dispose,
  }
}
