import { mapInSlices } from '../../infra/in-slices.ts'
import type { Steps } from '../../models/ranking/layout.ts'
import { type Contributions, type Explain, explainGroup, explainTaste } from './reasons.ts'
import { type ServedGeneration, vectorOf } from './serving.ts'
import type { Situation } from './situation.ts'
import { byLeastMisery, byTaste, onShelves, type Rules, type Source } from './sources.ts'
import { tasteOf } from './tastes.ts'

/**
 * What suits those who ask: one of them, or all of a group.
 * @returns undefined: the model knows nothing that any of them likes
 */
export async function fromTaste({ served, people, asker }: Situation, rules: Rules): Promise<Source | undefined> {
  if (!served) return undefined
  const atHand = atHandOf(served, asker.contextItemId)
  const tastes = (await mapInSlices(people, (person) => tasteOf(served, person, atHand) ?? [])).flat()
  const [taste] = tastes
  if (!taste) return undefined
  const { generation, shelves } = served
  const vectors = tastes.map(({ vector }) => vector)
  const isGroup = tastes.length > 1
  const mode = asker.groupMode ?? 'average'
  const question = isGroup && mode === 'leastMisery' ? byLeastMisery(vectors) : byTaste(mean(vectors))
  const explain = () => (isGroup ? explainGroup(generation, tastes, mode) : explainTaste(generation, taste))
  return { ...onShelves('fold-in', shelves, question, rules), contributionsTo: explaining(served, explain) }
}

/** @returns undefined: there is no item at hand, or nothing is known of it */
function atHandOf(served: ServedGeneration, itemId: string | undefined) {
  const vector = itemId === undefined ? undefined : vectorOf(served, itemId)
  return itemId !== undefined && vector ? { itemId, vector } : undefined
}

/** What is shared by all items of an answer is prepared for the first of them. */
function explaining(served: ServedGeneration, prepare: () => Steps<Explain>) {
  let explain: Explain | undefined
  return function* (itemId: string): Steps<Contributions | undefined> {
    explain ??= yield* prepare()
    const vector = vectorOf(served, itemId)
    return vector && (yield* explain(vector))
  }
}

/** Score by their mean, and the scores are the mean of the scores. */
export function mean(vectors: readonly Float32Array[]): Float32Array {
  const [first = new Float32Array(), ...others] = vectors
  if (others.length === 0) return first
  return first.map((x, k) => others.reduce((sum, vector) => sum + (vector[k] as number), x) / vectors.length)
}
