import { initialFactors } from '../als/initial-factors.ts'
import { medianMs } from '../linalg/timing.fixture.ts'
import { topK } from './top-k.ts'

const FACTORS = 64

/** Times the exact top 10 by size of the catalogue, beside two bounds: a plain dot-product loop, and copying the factors once. */
export async function bench(report: (row: Record<string, string | number>) => void): Promise<void> {
  for (const rows of [6_250, 61_000, 250_000]) {
    const itemIds = Array.from({ length: rows }, (_, n) => `${n}`)
    const items = initialFactors(itemIds, FACTORS, 1)
    const user = initialFactors(['user'], FACTORS, 2).data
    const copy = new Float32Array(items.data.length)
    report({
      items: rows,
      µs: Math.round(1000 * medianMs(() => topK(items, user, 10))),
      dotLoopµs: Math.round(1000 * medianMs(() => sumOfProducts(user, items.data))),
      copyµs: Math.round(1000 * medianMs(() => copy.set(items.data))),
    })
  }
}

/** Every product u·v in double precision, four sums side by side: no rounding to f32, no selection. */
function sumOfProducts(u: Float32Array, data: Float32Array): number {
  const d = u.length
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  for (let from = 0; from < data.length; from += d) {
    for (let k = 0; k < d; k += 4) {
      s0 += (u[k] as number) * (data[from + k] as number)
      s1 += (u[k + 1] as number) * (data[from + k + 1] as number)
      s2 += (u[k + 2] as number) * (data[from + k + 2] as number)
      s3 += (u[k + 3] as number) * (data[from + k + 3] as number)
    }
  }
  return s0 + s1 + s2 + s3
}
