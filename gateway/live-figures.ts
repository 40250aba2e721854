import type { Analytics } from '../infra/analytics/port.ts'
import { type Cumulative, cumulativeOf, quantileOf, since, totalOf } from '../infra/histogram.ts'
import type { Metrics } from '../infra/metrics.ts'
import type { GroupLag } from './context.ts'
import { ENOUGH } from './web/shared/dashboard.js'

const SAMPLE_MS = 60_000
/** Of a period, beside which the one before it is told. */
const PERIOD_MINUTES = 60
const QUANTILE = 0.99

interface Sample {
  /** ms since 1970 */
  readonly at: number
  /** Batches of ratings that were in the user state. */
  readonly within: Cumulative
  /** undefined: the log did not answer */
  readonly lag: number | undefined
}

/** What is true of this moment, of the hour before, and of the hour before that. */
export interface LiveFigures {
  readonly at: number
  /** Name of the dataset that is being loaded; undefined: none is. */
  readonly loading: string | undefined
  readonly freshness: {
    readonly p99: number | undefined
    readonly before: number | undefined
    readonly batches: number
  }
  readonly lag: { readonly records: number | undefined; readonly before: number | undefined }
  readonly minutes: readonly {
    readonly at: number
    readonly p99: number | undefined
    readonly lag: number | undefined
  }[]
}

interface Sources {
  /** Where the charts are; undefined: they are not open. */
  readonly analytics?: Pick<Analytics, 'run'> | undefined
  readonly metrics: Pick<Metrics, 'freshnessSeconds'>
  readonly lag: () => Promise<readonly GroupLag[]>
  /** Name of the dataset that is being loaded. */
  readonly loading?: (() => string | undefined) | undefined
  readonly closing: AbortSignal
}

/** Looks once a minute at figures that nothing else keeps, so that a page can tell how they went. */
export function createLiveFigures({ metrics, lag, loading, analytics, closing }: Sources): () => Promise<LiveFigures> {
  let samples: Sample[] = []

  const look = async (): Promise<Sample> => ({
    at: Date.now(),
    within: await cumulativeOf(metrics.freshnessSeconds),
    lag: await lag().then(greatestOf, () => undefined),
  })
  const keep = async (): Promise<void> => {
    samples = [...samples, await look()].slice(-2 * PERIOD_MINUTES)
  }
  const timer = setInterval(() => void keep(), SAMPLE_MS).unref()
  closing.addEventListener('abort', () => clearInterval(timer), { once: true })

  return async () => {
    const now = await look()
    const [hourAgo, before] = [samples.at(-PERIOD_MINUTES), samples.at(-2 * PERIOD_MINUTES)]
    const within = since(now.within, hourAgo?.within)
    const shown = [...samples.slice(-PERIOD_MINUTES), now]
    const own = {
      p99: quantileOf(within, QUANTILE),
      before: hourAgo && quantileOfMany(since(hourAgo.within, before?.within)),
      batches: totalOf(within),
    }
    return {
      at: now.at,
      loading: loading?.(),
      freshness: own.batches > 0 ? own : ((await kept(now.at)) ?? own),
      lag: { records: now.lag, before: hourAgo?.lag },
      minutes: shown.map(({ at, within, lag }, n) => ({
        at,
        p99: quantileOf(since(within, shown[n - 1]?.within), QUANTILE),
        lag,
      })),
    }
  }

  /** What another process, or this one before it was started again, has put into ClickHouse of the last hour. */
  async function kept(at: number): Promise<LiveFigures['freshness'] | undefined> {
    const from = at - PERIOD_MINUTES * SAMPLE_MS
    const chart = await analytics?.run('freshness', { from, to: at }).catch(() => undefined)
    const rows = chart?.rows.filter(({ time }) => Date.parse(String(time)) >= from) ?? []
    if (rows.length === 0) return undefined
    const batches = rows.reduce((sum, row) => sum + Number(row.batches), 0)
    return { p99: Math.max(...rows.map((row) => Number(row.p99))), before: undefined, batches }
  }
}

/** @returns undefined: what is set beside others is not told by a few */
const quantileOfMany = (within: Cumulative): number | undefined =>
  totalOf(within) < ENOUGH ? undefined : quantileOf(within, QUANTILE)

/** Ratings by which the consumer is behind that is so most. @returns undefined: there is none */
function greatestOf(groups: readonly GroupLag[]): number | undefined {
  const ofRatings = groups.filter(({ topic }) => topic === 'ratings')
  const sums = ofRatings.map(({ partitions }) => partitions.reduce((sum, { lag }) => sum + lag, 0))
  return sums.length === 0 ? undefined : Math.max(...sums)
}
