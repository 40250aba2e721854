import { finish, type Steps } from '../ranking/layout.ts'
import type { Generation, UserSample } from './types.ts'

/** Items that are noted by their ids in a step. */
const STEP_ITEMS = 4096

/** What a generation is made of. */
export interface GenerationParts extends Omit<Generation, 'indexOf' | 'userSample'> {
  /** Empty where left out. */
  readonly userSample?: UserSample | undefined
}

/**
 * A generation from its parts, which share one order of items.
 *
 * @throws RangeError when their shapes do not belong together
 */
export const createGeneration = (parts: GenerationParts): Generation => finish(createInSteps(parts))

/** The same in steps, for whoever must not be held up: 60,000 items take 40 ms. */
export function* createInSteps(parts: GenerationParts): Steps<Generation> {
  const { itemIds, items, positives, userGramian } = parts
  const { rows, d, data } = items.factors
  const { userSample = { userIds: [], factors: { rows: 0, d, data: new Float32Array() } } } = parts
  const shapes: [name: string, length: number, expected: number][] = [
    ['item factors', data.length, rows * d],
    ['item ids', itemIds.length, rows],
    ['positives', positives.length, rows],
    ['Gramian of the items', items.gramian.length, d * d],
    ['Gramian of the users', userGramian.length, d * d],
    ['sampled users', userSample.factors.data.length, userSample.userIds.length * d],
  ]
  for (const [name, length, expected] of shapes) {
    if (length !== expected) {
      throw new RangeError(
        `Generation ${parts.id}: ${length} numbers of ${name}, ${rows}×${d} factors need ${expected}.`,
      )
    }
  }
  const indexOf = new Map<string, number>()
  for (const [index, id] of itemIds.entries()) {
    indexOf.set(id, index)
    if (indexOf.size % STEP_ITEMS === 0) yield
  }
  return { ...parts, userSample, indexOf }
}
