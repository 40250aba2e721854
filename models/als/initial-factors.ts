import { normal, seededRandom } from '../linalg/random.ts'
import type { Factors } from './types.ts'

/** Standard deviation of a whole vector's length: large enough to tell factors apart, small beside what training makes of them. */
const INITIAL_SCALE = 0.1

/**
 * Item factors to start training from: N(0, (0.1/√d)²), drawn from `seed`.
 *
 * @param previous  a generation whose factors are taken over for the items it knows (a warm start), where its d is the same
 */
export function initialFactors(
  itemIds: readonly string[],
  d: number,
  seed: number,
  previous?: { readonly indexOf: ReadonlyMap<string, number>; readonly items: { readonly factors: Factors } },
): Factors {
  const random = seededRandom(seed)
  const data = new Float32Array(itemIds.length * d)
  for (let i = 0; i < data.length; i++) data[i] = (normal(random) * INITIAL_SCALE) / Math.sqrt(d)
  if (previous?.items.factors.d === d) {
    const known = previous.items.factors.data
    itemIds.forEach((id, row) => {
      const from = previous.indexOf.get(id)
      if (from !== undefined) data.set(known.subarray(from * d, (from + 1) * d), row * d)
    })
  }
  return { rows: itemIds.length, d, data }
}
