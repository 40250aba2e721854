import { gini } from '../../models/evaluation/catalogue-metrics.ts'

/** How unequally ratings fall on the rated items. */
export interface LongTail {
  /** 0: all alike; near 1: one item has all. */
  readonly gini: number
  /** The fewest items that have 80 % of the ratings. */
  readonly itemsFor80: number
  readonly shareFor80: number
  /** Items that were rated once. */
  readonly once: number
  /** The most rated share of the items has that share of the ratings. */
  readonly curve: readonly { readonly items: number; readonly ratings: number }[]
}

const MOST = 0.8
const CURVE_AT = [0, 1, 2, 3, 4, 5, 7.5, 10, 15, 20, 25, 30, 40, 50, 60, 70, 80, 90, 100].map(
  (percent) => percent / 100,
)

/** @param counts ratings of each rated item */
export function longTailOf(counts: Int32Array): LongTail {
  const n = counts.length
  if (n === 0) return { gini: 0, itemsFor80: 0, shareFor80: 0, once: 0, curve: [] }
  const running = Float64Array.from(counts).sort().reverse()
  for (let item = 1; item < n; item++) running[item] = (running[item] as number) + (running[item - 1] as number)
  const total = running[n - 1] as number
  const itemsFor80 = running.findIndex((ratings) => ratings >= MOST * total) + 1
  const curve = CURVE_AT.map((share) => {
    const items = Math.round(share * n)
    return { items: items / n, ratings: items === 0 ? 0 : (running[items - 1] as number) / total }
  })
  // A few items give the same point several times.
  const points = curve.filter(({ items }, at) => items !== curve[at - 1]?.items)
  const once = counts.reduce((sum, count) => sum + (count === 1 ? 1 : 0), 0)
  return { gini: gini(counts), itemsFor80, shareFor80: itemsFor80 / n, once, curve: points }
}
