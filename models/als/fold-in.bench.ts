import { gramian } from '../linalg/gramian.ts'
import { medianMs, peakMultiplyAdds } from '../linalg/timing.fixture.ts'
import { foldIn } from './fold-in.ts'
import { initialFactors } from './initial-factors.ts'

const ITEMS = 6000
const REGULARIZATION = { unobservedWeight: 0.3, regularization: 0.01, regularizationExponent: 1 }

/** Times folding in one user, by factors and ratings, beside the bound: the same multiply-adds in a plain loop. */
export async function bench(report: (row: Record<string, string | number>) => void): Promise<void> {
  const itemIds = Array.from({ length: ITEMS }, (_, n) => `${n}`)
  for (const d of [32, 64, 128]) {
    const factors = initialFactors(itemIds, d, 1)
    const fixed = { factors, gramian: gramian(factors) }
    const peak = peakMultiplyAdds(d)
    for (const ratings of [10, 100, 1000]) {
      const columns = Int32Array.from({ length: ratings }, (_, n) => Math.floor((n * ITEMS) / ratings))
      const ones = new Float32Array(ratings).fill(1)
      const ms = medianMs(() => foldIn(fixed, { columns, weights: ones, targets: ones }, REGULARIZATION))
      const boundMs = (1000 * ((ratings * d * d) / 2 + d ** 3 / 6)) / peak
      report({ d, ratings, µs: Math.round(1000 * ms), boundµs: Math.round(1000 * boundMs) })
    }
  }
}
