import type { Observations } from './types.ts'

/**
 * Observations with an item beside them that somebody is looking at: a positive that weighs as much as all their positives
 * together (1 where there are none), so that taste and the item at hand meet halfway, in one solve that can be explained.
 *
 * @param column  the item; it may be observed already
 */
export function withContext({ columns, weights, targets }: Observations, column: number): Observations {
  const weightOf = (e: number): number => weights?.[e] ?? 1
  const targetOf = (e: number): number => targets?.[e] ?? 1
  let liked = 0
  const entries = new Map<number, { weight: number; target: number }>()
  columns.forEach((standing, e) => {
    liked += weightOf(e) * targetOf(e)
    if (standing !== column) entries.set(standing, { weight: weightOf(e), target: targetOf(e) })
  })
  entries.set(column, { weight: Math.max(1, liked), target: 1 })
  const sorted = [...entries].sort(([x], [y]) => x - y)
  return {
    columns: Int32Array.from(sorted, ([standing]) => standing),
    weights: Float32Array.from(sorted, ([, { weight }]) => weight),
    targets: Float32Array.from(sorted, ([, { target }]) => target),
  }
}
