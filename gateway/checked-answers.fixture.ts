import { expect } from 'vitest'
import type { History } from '../models/history/types.ts'
import { dot } from '../models/linalg/dot.ts'
import { directionOf } from '../models/ranking/directions.ts'
import type { Recomputed } from './recomputed.fixture.ts'

export interface List {
  readonly generation: string | null
  readonly strategy: string
  readonly items: readonly {
    readonly itemId: string
    readonly score: number
    readonly isNew?: true
    readonly reasons?: readonly { readonly itemId: string; readonly contribution: number }[]
  }[]
  readonly nextPage?: string
}

/** vitest's own would take most of the time where millions of numbers are looked at. */
export function agree(isSo: boolean, ...told: readonly unknown[]): void {
  if (!isSo) expect.fail(JSON.stringify(told))
}

/** But for how sums of f32 are rounded. */
const areNear = (x: number, y: number): boolean => Math.abs(x - y) <= 1e-5 * Math.max(1, Math.abs(y))
export const near = (x: number, ...possible: readonly number[]): void =>
  agree(
    possible.some((y) => areNear(x, y)),
    x,
    possible,
  )

export const isZero = (vector: Float32Array): boolean => vector.every((x) => x === 0)
export const cosine = (x: Float32Array, y: Float32Array): number => dot(directionOf(x) ?? x, directionOf(y) ?? y, 0)

interface Asked {
  readonly vector: Float32Array
  readonly limit: number
  /** Of whom what was rated is left out. */
  readonly history?: History
  readonly isAllowed?: (itemId: string) => boolean
}

/** Every score is what the generation makes of the item, and nothing better was left out. @returns how many items were new */
export function checkList(list: List, model: Recomputed, { vector, limit, history, isAllowed }: Asked): number {
  const { items, strategy } = list
  const isRated = (itemId: string): boolean => (history?.get(itemId)?.value ?? null) !== null
  const best = model.best(vector, limit, (itemId) => !isRated(itemId) && isAllowed?.(itemId) !== false)
  // Somebody of whom the generation knows no positive, or for whom it has nothing to list, has another list.
  if (strategy !== 'fold-in') {
    agree(['popular', 'trending'].includes(strategy) && (isZero(vector) || best.length === 0), strategy, best)
    return 0
  }
  agree(!isZero(vector), strategy)
  checkScores(list, model, vector)
  const own = items.filter(({ isNew }) => !isNew)
  const isBest = own.every(({ itemId, score }, n) => best[n]?.itemId === itemId && best[n].score === score)
  agree(isBest && items.length >= best.length, own, best)
  return items.length - own.length
}

/** @param unknown  what items are told with of which nothing stands for them yet */
export function checkScores({ items }: List, model: Recomputed, vector: Float32Array, unknown?: number): void {
  for (const { itemId, score, isNew } of items) {
    const isOwn = model.generation.indexOf.has(itemId)
    const isRight = model.scoresOf(vector, itemId).includes(score) || (!isOwn && score === unknown)
    agree(isRight && !(isOwn && isNew), model.generation.id, itemId, score, model.scoresOf(vector, itemId))
  }
}
