import type { Generation } from './types.ts'

/**
 * A generation from its parts, which share one order of items.
 *
 * @throws RangeError when their shapes do not belong together
 */
export function createGeneration(parts: Omit<Generation, 'indexOf'>): Generation {
  const { itemIds, items, positives, userGramian } = parts
  const { rows, d, data } = items.factors
  const shapes: [name: string, length: number, expected: number][] = [
    ['item factors', data.length, rows * d],
    ['item ids', itemIds.length, rows],
    ['positives', positives.length, rows],
    ['Gramian of the items', items.gramian.length, d * d],
    ['Gramian of the users', userGramian.length, d * d],
  ]
  for (const [name, length, expected] of shapes) {
    if (length !== expected) {
      throw new RangeError(
        `Generation ${parts.id}: ${length} numbers of ${name}, ${rows}×${d} factors need ${expected}.`,
      )
    }
  }
  return { ...parts, indexOf: new Map(itemIds.map((id, index) => [id, index])) }
}
