import { gramian } from '../linalg/gramian.ts'
import { medianMs, peakMultiplyAdds, rounded } from '../linalg/timing.fixture.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { prepareFoldIn } from './fold-in.ts'
import { initialFactors } from './initial-factors.ts'
import { placeFactors } from './placed.ts'
import { rowSolver } from './reference.ts'

const ITEMS = 6000
const REGULARIZATION = { unobservedWeight: 0.3, regularization: 0.01, regularizationExponent: 1 }

/**
 * Times folding in one user, by factors and ratings, beside the plain ml-matrix reference and the bound: the same multiply-adds
 * (n·d²/2 + d³/6) at the kernel's peak.
 */
export async function bench(report: (row: Record<string, string | number>) => void): Promise<void> {
  const itemIds = Array.from({ length: ITEMS }, (_, n) => `${n}`)
  for (const d of [32, 64, 128]) {
    const factors = initialFactors(itemIds, d, 1)
    const fixed = { factors, gramian: gramian(factors) }
    const workspace = createWorkspace()
    const foldIn = prepareFoldIn(workspace, placeFactors(workspace, factors), fixed.gramian, REGULARIZATION)
    const solvePlainly = rowSolver(fixed, REGULARIZATION)
    const peak = peakMultiplyAdds(d)
    for (const ratings of [10, 100, 1000]) {
      const columns = Int32Array.from({ length: ratings }, (_, n) => Math.floor((n * ITEMS) / ratings))
      const ms = medianMs(() => foldIn({ columns }))
      const multiplyAdds = (ratings * d * d) / 2 + d ** 3 / 6
      const into = new Float32Array(d)
      const referenceMs = medianMs(() => solvePlainly({ columns }, 0, ratings, into))
      report({
        d,
        ratings,
        µs: rounded(1000 * ms),
        referenceµs: rounded(1000 * referenceMs),
        timesFaster: rounded(referenceMs / ms),
        gflops: rounded((2 * multiplyAdds) / ms / 1e6),
        boundµs: rounded((1e6 * multiplyAdds) / peak),
        ofBound: rounded((1000 * multiplyAdds) / peak / ms),
      })
    }
  }
}
