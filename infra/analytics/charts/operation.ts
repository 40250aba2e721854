import { count, counted } from '../../counted.ts'
import { type Chart, greatest, numberOf, RANGE, textOf } from '../chart.ts'

const DAYS = '{to:Date} - {from:Date}'
/** Minutes, and of long ranges hours and days, straight from what was measured: by way of minutes a year would be half a million of them. */
const TIME = `multiIf(${DAYS} < 2, toStartOfMinute(occurred_at), ${DAYS} < 62, toStartOfHour(occurred_at), toStartOfDay(occurred_at)) AS time,
    multiIf(${DAYS} < 2, 'minute', ${DAYS} < 62, 'hour', 'day') AS grain`
const IN_DAYS = "occurred_at >= toDateTime({from:Date}, 'UTC') AND occurred_at < toDateTime({to:Date} + 1, 'UTC')"

/** Quantiles of quantiles are none: of longer times than a minute it shows what is typical, and what is worst. */
export const freshness: Chart = {
  name: 'freshness',
  title: 'How soon does a rating count?',
  sql: `SELECT ${TIME},
    sumIf(measured.value * weight, variant = 'p50') / batches AS typical, maxIf(measured.value, variant = 'p99') AS p99,
    sumIf(weight, variant = 'p50') AS batches
FROM analytics.measurements AS measured
WHERE metric = 'freshness-seconds' AND ${IN_DAYS}
GROUP BY time
HAVING batches > 0
ORDER BY time`,
  parameters: RANGE,
  columns: [
    { name: 'time', unit: 'time' },
    { name: 'grain', unit: 'name' },
    { name: 'typical', unit: 'seconds' },
    { name: 'p99', unit: 'seconds' },
    { name: 'batches', unit: 'batches of ratings' },
  ],
  views: [],
  sentence(rows) {
    const last = rows.at(-1)
    const of = counted(numberOf(last, 'batches'), 'batch', 'batches')
    const [typical, p99] = [numberOf(last, 'typical'), numberOf(last, 'p99')].map(seconds)
    const slowest = textOf(last, 'grain') === 'minute' ? '' : 'in the slowest minute, '
    return `Of the last ${of} of ratings, a typical one counted within ${typical}; ${slowest}99 of 100 did within ${p99}.`
  },
  nothing: 'Nothing was measured in these days: each minute in which ratings come in live is, once it is over.',
}

export const lag: Chart = {
  name: 'lag',
  title: 'Do the consumers keep up?',
  sql: `SELECT ${TIME},
    maxOrNullIf(measured.value, variant = 'updater') AS updater, maxOrNullIf(measured.value, variant = 'sink') AS sink
FROM analytics.measurements AS measured
WHERE metric = 'lag-records' AND ${IN_DAYS}
GROUP BY time
ORDER BY time`,
  parameters: RANGE,
  columns: [
    { name: 'time', unit: 'time' },
    { name: 'grain', unit: 'name' },
    { name: 'updater', unit: 'ratings' },
    { name: 'sink', unit: 'ratings' },
  ],
  views: [],
  sentence(rows) {
    const worst = numberOf(greatest(rows, 'updater'), 'updater')
    if (worst === 0) return 'No rating had to wait for the updater.'
    const last = rows.at(-1)
    const now =
      textOf(last, 'grain') === 'minute'
        ? `; ${numberOf(last, 'updater') === 0 ? 'none' : count(numberOf(last, 'updater'))} in the last minute`
        : ''
    return `At worst, ${counted(worst, 'rating')} waited for the updater${now}.`
  },
  nothing: 'Nothing was measured in these days: each minute is, once it is over.',
}

const digits = { maximumSignificantDigits: 2 } as const
const seconds = (value: number): string =>
  value < 1 ? `${(1_000 * value).toLocaleString('en', digits)} ms` : `${value.toLocaleString('en', digits)} s`
