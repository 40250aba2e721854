import type { RatingScale } from '../../models/events/types.ts'

/** How often a value was given, or values from one to below another. */
export interface ValueBar {
  readonly from: number
  /** The same as `from`: this one value. */
  readonly to: number
  readonly ratings: number
  readonly isOutsideScale: boolean
}

/** More different values than this are no stars, but measures: they are rounded. */
const MAX_DIFFERENT = 4_096
/** More than this are shown as ranges. */
const MAX_BARS = 40
const RANGES = 20

/** Counts values, in bounded memory whatever they are. */
export function createValueTally({ min, max }: RatingScale) {
  let counts = new Map<number, number>()
  /** What values are rounded to; 0: not at all. */
  let step = 0

  const rounded = (value: number): number => (step === 0 ? value : Math.round(value / step) * step)

  function coarsen(): void {
    const values = [...counts.keys()]
    const steps = MAX_DIFFERENT / 2
    // Divided before it is subtracted: the difference may be more than a number can be.
    step = Math.max(step * 2, Math.max(...values) / steps - Math.min(...values) / steps)
    const before = counts
    counts = new Map()
    for (const [value, count] of before) counts.set(rounded(value), (counts.get(rounded(value)) ?? 0) + count)
  }

  function ranges(sorted: readonly (readonly [number, number])[]): ValueBar[] {
    const [lowest, highest] = [sorted[0], sorted.at(-1)].map((entry) => entry?.[0]) as [number, number]
    const width = highest / RANGES - lowest / RANGES
    const border = (n: number): number => lowest * (1 - n / RANGES) + highest * (n / RANGES)
    const ratings = new Array<number>(RANGES).fill(0)
    for (const [value, count] of sorted) {
      const range = Math.min(RANGES - 1, Math.floor(value / width - lowest / width))
      ratings[range] = (ratings[range] as number) + count
    }
    return ratings.map((count, n) => {
      const [from, to] = [border(n), border(n + 1)]
      return { from, to, ratings: count, isOutsideScale: from > max || to < min }
    })
  }

  return {
    add(value: number): void {
      if (!Number.isFinite(value)) return
      counts.set(rounded(value), (counts.get(rounded(value)) ?? 0) + 1)
      while (counts.size > MAX_DIFFERENT) coarsen()
    },
    bars(): ValueBar[] {
      const sorted = [...counts].sort(([a], [b]) => a - b)
      if (sorted.length > MAX_BARS) return ranges(sorted)
      return sorted.map(([value, ratings]) => ({
        from: value,
        to: value,
        ratings,
        isOutsideScale: value < min || value > max,
      }))
    },
  }
}
