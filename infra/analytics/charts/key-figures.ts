import { type Chart, ENOUGH, RANGE } from '../chart.ts'
import { periodOverPeriod } from './period-over-period.ts'

/** How each period counts days, and people and items of which some may have been there before in it. */
const PERIODS = {
  value: { days: 'day >= {from:Date}', since: '{from:Date}' },
  // A day that goes on has less of everything than one that is whole: it is left out of what is set beside the days before.
  whole: { days: 'day BETWEEN {from:Date} AND last_whole', since: '{from:Date}' },
  before: { days: 'day < {from:Date}', since: 'start' },
} as const
type Period = (typeof PERIODS)[keyof typeof PERIODS]

/** Query: a figure in each of the periods. @param of  its expression in one of them @param ofRatings  that of how many it is of */
const figureQuery = (
  figure: string,
  table: string,
  of: (period: Period) => string,
  ofRatings: (period: Period) => string = () => 'NULL',
): string => {
  const values = Object.entries(PERIODS).flatMap(([name, period]) => [
    `${of(period)} AS ${name}`,
    `${ofRatings(period)} AS ratings_of_${name}`,
  ])
  return `SELECT '${figure}' AS figure, ${values.join(', ')}
    FROM ${table}
    WHERE day BETWEEN start AND {to:Date}`
}

/** Each counts once in a period: on the first of its days on which they are there. */
const distinctIn = (column: string, { days, since }: Period): string =>
  `sumIf(${column}, ${days} AND previous_day < ${since})`

const ratingsIn = ({ days }: Period): string => `sumIf(ratings, ${days})`

const HITS = `(
        SELECT toDate(hour) AS day, value, ratings
        FROM analytics.prequential
        WHERE metric = 'hr@10' AND variant = 'folded-in'
    ) AS hits`

/** Of few ratings it would say nothing. */
const hitRateIn = (period: Period): string =>
  `if(${ratingsIn(period)} >= ${ENOUGH}, sumIf(hits.value * hits.ratings, ${period.days}) / ${ratingsIn(period)}, NULL)`

/** Lists are kept for 90 days, today among them: of a period that began sooner it would be too low. */
const isKept = ({ since }: Period): string => (since === 'start' ? `start >= toDate(now('UTC')) - 89` : '1')

/** What the dashboard's strip shows of ClickHouse: four figures and what they were before. */
export const figures: Chart = {
  name: 'figures',
  title: 'How are things going?',
  sql: `WITH least({to:Date}, toDate(now('UTC')) - 1) AS last_whole, greatest(last_whole - {from:Date} + 1, 0) AS days,
    toDate32({from:Date}) - days AS start, (SELECT count() FROM analytics.catalogue) AS available
SELECT figure, value, if(days = 0, NULL, whole) AS value_of_whole_days, if(days = 0, NULL, before) AS value_before,
    ratings_of_value AS of_ratings, ratings_of_whole AS of_ratings_of_whole_days, ratings_of_before AS of_ratings_before
FROM
(
    ${[
      figureQuery('ratings', 'analytics.daily_volume', (period) => `toFloat64(${ratingsIn(period)})`),
      figureQuery('active users', 'analytics.user_returns', (period) => `toFloat64(${distinctIn('users', period)})`),
      figureQuery('live hit rate', HITS, hitRateIn, (period) => `toFloat64(${ratingsIn(period)})`),
      figureQuery(
        'coverage',
        'analytics.served_returns',
        (period) => `if(${isKept(period)}, ${distinctIn('items', period)} / available, NULL)`,
      ),
    ].join('\n    UNION ALL\n    ')}
)
ORDER BY indexOf(['ratings', 'active users', 'live hit rate', 'coverage'], figure)`,
  parameters: RANGE,
  columns: [
    { name: 'figure', unit: 'name' },
    { name: 'value', unit: 'ratings, users, or a share of 1' },
    { name: 'value_of_whole_days', unit: 'the same, without today' },
    { name: 'value_before', unit: 'the same, of as many whole days before' },
    { name: 'of_ratings', unit: 'ratings that a hit rate is of' },
    { name: 'of_ratings_of_whole_days', unit: 'the same, without today' },
    { name: 'of_ratings_before', unit: 'the same, of as many whole days before' },
  ],
  views: ['daily_volume', 'user_returns', 'prequential', 'served_returns', 'item_stats'],
  sentence: periodOverPeriod,
  nothing: 'Nothing is known of these days.',
}
