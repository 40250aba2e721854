import type { Histogram } from 'prom-client'

/** How many observations were within so many seconds, since the process began. */
export type Cumulative = readonly { readonly seconds: number; readonly count: number }[]

export async function cumulativeOf(histogram: Pick<Histogram, 'get'>): Promise<Cumulative> {
  const { values } = await histogram.get()
  return values.flatMap(({ labels: { le }, value }) =>
    le === undefined ? [] : [{ seconds: le === '+Inf' ? Number.POSITIVE_INFINITY : Number(le), count: value }],
  )
}

export const since = (now: Cumulative, then: Cumulative | undefined): Cumulative =>
  now.map(({ seconds, count }, n) => ({ seconds, count: count - (then?.[n]?.count ?? 0) }))

export const totalOf = (within: Cumulative): number => within.at(-1)?.count ?? 0

/**
 * As Prometheus' histogram_quantile: spread evenly within a bucket; beyond the last one, at its beginning.
 * @param share  of the observations, 0 to 1
 * @returns seconds; undefined: there was nothing
 */
export function quantileOf(within: Cumulative, share: number): number | undefined {
  const total = totalOf(within)
  if (total === 0) return undefined
  const rank = share * total
  const n = within.findIndex(({ count }) => count >= rank)
  const [bucket, below] = [within[n], within[n - 1] ?? { seconds: 0, count: 0 }]
  if (bucket === undefined || bucket.seconds === Number.POSITIVE_INFINITY) return below.seconds
  return below.seconds + ((rank - below.count) / (bucket.count - below.count)) * (bucket.seconds - below.seconds)
}
