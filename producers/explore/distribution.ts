/** How counts are spread over their owners: ratings over users, say. */
export interface Distribution {
  readonly mean: number
  readonly quantiles: Readonly<Record<QuantileName, number>>
  /** From one power of two to below the next. */
  readonly bars: readonly { readonly from: number; readonly to: number; readonly owners: number }[]
}

const QUANTILES = { min: 0, p10: 0.1, p25: 0.25, median: 0.5, p75: 0.75, p90: 0.9, p99: 0.99, max: 1 } as const
type QuantileName = keyof typeof QUANTILES

/**
 * Quantiles are by nearest rank: a count that somebody has.
 * @param counts from 1; none at all gives zeros
 */
export function distributionOf(counts: Int32Array): Distribution {
  const ascending = counts.toSorted()
  const at = (share: number): number => ascending[Math.max(0, Math.ceil(share * ascending.length) - 1)] ?? 0
  const named = Object.entries(QUANTILES).map(([name, share]) => [name, at(share)])
  const owners: number[] = []
  for (const count of ascending) {
    const power = 31 - Math.clz32(count)
    while (owners.length <= power) owners.push(0)
    owners[power] = (owners[power] as number) + 1
  }
  return {
    mean: ascending.length === 0 ? 0 : ascending.reduce((sum, count) => sum + count, 0) / ascending.length,
    quantiles: Object.fromEntries(named) as Record<QuantileName, number>,
    bars: owners.map((count, power) => ({ from: 2 ** power, to: 2 ** (power + 1) - 1, owners: count })),
  }
}
