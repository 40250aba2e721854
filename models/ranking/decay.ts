const DAY_MS = 24 * 3_600_000

/** A positive counts half as much in `decayed` after this time, one sum for each. Stored statistics go by this order. */
export const HALF_LIVES_MS = [DAY_MS, 7 * DAY_MS, 30 * DAY_MS] as const

export const NO_SUMS: readonly number[] = HALF_LIVES_MS.map(() => 0)

/** Sums of several times as they are at one, added up. Every rating comes by here: plain loops. */
export function sumAt(at: number, all: readonly { readonly sums: readonly number[]; readonly of: number }[]): number[] {
  const total = NO_SUMS.slice()
  for (const { sums, of } of all) {
    for (let i = 0; i < total.length; i++) {
      ;(total[i] as number) += (sums[i] ?? 0) * 2 ** ((of - at) / (HALF_LIVES_MS[i] as number))
    }
  }
  return total
}
