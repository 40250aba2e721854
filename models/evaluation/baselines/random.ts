import { seededRandom } from '../../linalg/random.ts'
import type { Fit } from '../model.ts'

/** Any order is as good as another. The same history always gets the same scores, whoever was asked about before. */
export const fitRandom: Fit = (_, seed) => ({
  scores({ items }, into) {
    // FNV-1a over the items: histories that differ at all get draws of their own.
    const random = seededRandom(items.reduce((hash, item) => Math.imul(hash ^ item, 0x01000193), seed))
    for (let i = 0; i < into.length; i++) into[i] = random()
  },
})
