/** Figures of several runs, such as those of several seeds. */
export interface Summary {
  readonly mean: number
  /** Standard deviation from run to run (n − 1); NaN for a single run. */
  readonly spread: number
}

/** NaN where any run has no figure. */
export function summarise(values: readonly number[]): Summary {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, spread: Math.sqrt(squares / (values.length - 1)) }
}
