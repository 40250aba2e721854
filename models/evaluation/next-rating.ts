import { foldIn } from '../als/fold-in.ts'
import { observe } from '../als/observations.ts'
import type { Generation } from '../als/types.ts'
import type { Offset } from '../events/types.ts'
import { type History, knownItems } from '../history/types.ts'
import { dot } from '../linalg/dot.ts'
import type { Steps } from '../ranking/layout.ts'
import { placeWithin } from './place-within.ts'

/**
 * By what the next rating is predicted: all that is known of the user; what was known when the model was made; nothing of the user.
 * What the first is better than the second is what folding in is worth.
 */
export const VARIANTS = ['folded-in', 'at-watermark', 'popular'] as const
export type Variant = (typeof VARIANTS)[number]

/** Of each variant the place of the item that was rated, counted from 0; undefined: it is not among the first. */
export type Places = Readonly<Record<Variant, number | undefined>>

/**
 * Predicts what a user likes next, among all items of a generation that they do not know yet, which are the same for every variant.
 * Of whom a variant knows no positive, it ranks by popularity, as they are answered.
 *
 * @param k  how many count as the first
 */
export function createPredictor(generation: Generation, k: number) {
  const { indexOf, items, positives, watermark } = generation
  const { d, data } = items.factors
  const byPopularity = Int32Array.from(positives.keys()).sort(
    (a, b) => (positives[b] as number) - (positives[a] as number) || a - b,
  )
  const isHidden = new Uint8Array(positives.length)
  const popularity = (index: number): number => positives[index] as number

  function scoresFor(history: Pick<History, 'values'>): (index: number) => number {
    const vector = foldIn(generation, observe(history, generation))
    return vector.some((x) => x !== 0) ? (index) => dot(vector, data, index * d) : popularity
  }

  /**
   * @param history    before the rating, which is not of an item that it knows
   * @param partition  of the user. An item that was rated before the watermark and again since counts as rated since: the history
   *                   does not hold what it was rated then
   */
  return function* predict(history: History, itemId: string, partition: number): Steps<Places> {
    const item = indexOf.get(itemId) as number
    const known = knownItems(history).flatMap((id) => indexOf.get(id) ?? [])
    const before: Offset = watermark[partition] ?? 0
    const then = [...history.values()].filter(({ offset }) => offset < before)
    const place = (scoreOf: (index: number) => number) => placeWithin(k, item, scoreOf, byPopularity, isHidden)
    const scores = [scoresFor(history), scoresFor({ values: () => then.values() }), popularity] as const
    for (const index of known) isHidden[index] = 1
    const [foldedIn, atWatermark, popular] = [yield* place(scores[0]), yield* place(scores[1]), yield* place(scores[2])]
    for (const index of known) isHidden[index] = 0
    return { 'folded-in': foldedIn, 'at-watermark': atWatermark, popular }
  }
}
