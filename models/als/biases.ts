import type { Observations } from './types.ts'

/** What of a value is no matter of taste: how high values are, and how well an item is rated by everybody. */
export interface Biases {
  /** μ */
  readonly mean: number
  /** b_i, in dense order */
  readonly items: Float32Array
  /** h: a bias is taken as if there were so many more ratings that stand right at the mean. */
  readonly damping: number
}

/**
 * Damped means of what is left of the values, items before users (Koren 2010, "Factor in the Neighbors"):
 *
 *   b_i = Σ_u (r_ui − μ) / (h + n_i)
 *
 * @param ratings  columns are items, targets the values r
 */
export function fitBiases({ columns, targets }: Observations, itemCount: number, damping: number): Biases {
  let total = 0
  for (let e = 0; e < columns.length; e++) total += targets?.[e] ?? 1
  const mean = total / Math.max(1, columns.length)
  const sums = new Float64Array(itemCount)
  const counts = new Int32Array(itemCount)
  columns.forEach((item, e) => {
    ;(sums[item] as number) += (targets?.[e] ?? 1) - mean
    ;(counts[item] as number)++
  })
  return { mean, items: Float32Array.from(sums, (sum, i) => dampedMean(sum, counts[i] as number, damping)), damping }
}

/**
 * Takes the biases out of one user's values, the user's own among them: t_i = r_i − μ − b_i − b_u, where
 *
 *   b_u = Σ_i (r_i − μ − b_i) / (h + n_u)
 *
 * @param ratings  columns are items, targets the values r
 * @param into     becomes t
 * @returns        b_u
 */
export function centre({ columns, targets }: Observations, biases: Biases, into: Float32Array): number {
  let sum = 0
  for (let e = 0; e < columns.length; e++) {
    const rest = (targets?.[e] ?? 1) - biases.mean - (biases.items[columns[e] as number] as number)
    into[e] = rest
    sum += rest
  }
  const bias = dampedMean(sum, columns.length, biases.damping)
  for (let e = 0; e < columns.length; e++) (into[e] as number) -= bias
  return bias
}

const dampedMean = (sum: number, count: number, damping: number): number => (count === 0 ? 0 : sum / (damping + count))
