import { counted } from '../../counted.ts'
import { type Asked, type Chart, numberOf, percent, RANGE, textOf } from '../chart.ts'
import { BY_GRAIN, grainOf, spanOf, startOf } from '../grain.ts'
import type { ChartRow } from '../port.ts'

/** What the dashboard's strip shows of ClickHouse: four figures, what they were before, and how they went. */

/**
 * A day that goes on has less of everything than one that is whole: it counts in the values, and is left out of what is set beside the
 * days before.
 */
export const figures: Chart = {
  name: 'figures',
  title: 'How are things going?',
  sql: `WITH least({to:Date}, toDate(now('UTC')) - 1) AS last_whole, greatest(last_whole - {from:Date} + 1, 0) AS days,
    toDate32({from:Date}) - days AS start, (SELECT count() FROM analytics.catalogue) AS available
SELECT figure, value, if(days = 0, NULL, whole) AS value_of_whole_days, if(days = 0, NULL, before) AS value_before, of_ratings
FROM
(
    SELECT 'ratings' AS figure, toFloat64(sumIf(ratings, day >= {from:Date})) AS value,
        toFloat64(sumIf(ratings, day BETWEEN {from:Date} AND last_whole)) AS whole,
        toFloat64(sumIf(ratings, day < {from:Date})) AS before, NULL AS of_ratings
    FROM analytics.daily_volume
    WHERE day BETWEEN start AND {to:Date}
    UNION ALL
    SELECT 'active users', toFloat64(sumIf(users, day >= {from:Date} AND previous_day < {from:Date})),
        toFloat64(sumIf(users, day BETWEEN {from:Date} AND last_whole AND previous_day < {from:Date})),
        toFloat64(sumIf(users, day < {from:Date} AND previous_day < start)), NULL
    FROM analytics.user_returns
    WHERE day BETWEEN start AND {to:Date}
    UNION ALL
    SELECT 'live hit rate', sumIf(value * ratings, toDate(hour) >= {from:Date}) / sumIf(ratings, toDate(hour) >= {from:Date}),
        sumIf(value * ratings, toDate(hour) BETWEEN {from:Date} AND last_whole) / sumIf(ratings, toDate(hour) BETWEEN {from:Date} AND last_whole),
        sumIf(value * ratings, toDate(hour) < {from:Date}) / sumIf(ratings, toDate(hour) < {from:Date}),
        toFloat64(sumIf(ratings, toDate(hour) >= {from:Date}))
    FROM analytics.prequential
    WHERE metric = 'hr@10' AND variant = 'folded-in' AND toDate(hour) BETWEEN start AND {to:Date}
    UNION ALL
    SELECT 'coverage', sumIf(items, day >= {from:Date} AND previous_day < {from:Date}) / available,
        sumIf(items, day BETWEEN {from:Date} AND last_whole AND previous_day < {from:Date}) / available,
        if(start < toDate(now('UTC')) - 89, NULL, sumIf(items, day < {from:Date} AND previous_day < start) / available), NULL
    FROM analytics.served_returns
    WHERE day BETWEEN start AND {to:Date}
)
ORDER BY indexOf(['ratings', 'active users', 'live hit rate', 'coverage'], figure)`,
  parameters: RANGE,
  columns: [
    { name: 'figure', unit: 'name' },
    { name: 'value', unit: 'ratings, users, or a share of 1' },
    { name: 'value_of_whole_days', unit: 'the same, without today' },
    { name: 'value_before', unit: 'the same, of as many whole days before' },
    { name: 'of_ratings', unit: 'ratings that a hit rate is of' },
  ],
  views: ['daily_volume', 'user_returns', 'prequential', 'served_returns'],
  sentence: (rows, asked) => `${besideBefore(rows, asked)}${sizeOf(rows)}`,
}

function besideBefore(rows: readonly ChartRow[], { from, to, today }: Asked): string {
  if (from === to && to === today) return 'Today is not over, and not set beside the day before.'
  const told = rows
    .filter(({ value_of_whole_days, value_before }) => isNumber(value_of_whole_days) && isNumber(value_before))
    .map(changeOf)
  if (told.length === 0) return 'Of the days before nothing is known.'
  return `${to < today ? 'Beside' : 'Without today, which is not over, and beside'} as many days before: ${told.join(', ')}.`
}

/** Few ratings tell little. */
function sizeOf(rows: readonly ChartRow[]): string {
  const hits = rows.find(({ figure }) => figure === 'live hit rate')
  return isNumber(hits?.value) ? ` The live hit rate is of ${counted(numberOf(hits, 'of_ratings'), 'rating')}.` : ''
}

const isNumber = (cell: ChartRow[string] | undefined): cell is number => typeof cell === 'number'

function changeOf(row: ChartRow): string {
  const [figure, value, before] = [
    textOf(row, 'figure'),
    numberOf(row, 'value_of_whole_days'),
    numberOf(row, 'value_before'),
  ]
  if (before === 0) return value === 0 ? `${figure} none, as before` : `${figure} from nothing`
  const change = value / before - 1
  return change === 0 ? `${figure} the same` : `${figure} ${change > 0 ? 'up' : 'down'} by ${percent(Math.abs(change))}`
}

/** Each by the grain of what is known of it: of lists that is 90 days at most. */
export const figuresByDay: Chart = {
  name: 'figures-by-day',
  title: 'How did the figures go?',
  sql: `WITH
    ${spanOf('analytics.daily_volume')} AS span,
    ${grainOf('span')} AS grain_of_ratings,
    ${spanOf('(SELECT toDate(hour) AS day FROM analytics.prequential)')} AS span_of_hits,
    ${grainOf('span_of_hits')} AS grain_of_hits
SELECT figure, first_day AS day, grain, value
FROM
(
    SELECT 'ratings' AS figure, ${startOf('grain_of_ratings', 'volume.day')} AS first_day, grain_of_ratings AS grain,
        toFloat64(sum(ratings)) AS value
    FROM analytics.daily_volume AS volume
    WHERE volume.day BETWEEN {from:Date} AND {to:Date}
    GROUP BY first_day
    UNION ALL
    SELECT 'active users', ${startOf('grain_of_ratings', 'returns.day')} AS first_day, grain_of_ratings,
        toFloat64(sumIf(users, previous_day < greatest(first_day, {from:Date})))
    FROM analytics.user_returns AS returns
    WHERE returns.day BETWEEN {from:Date} AND {to:Date}
    GROUP BY first_day
    UNION ALL
    SELECT 'live hit rate', ${startOf('grain_of_hits', 'toDate(hour)')} AS first_day, grain_of_hits, sum(value * ratings) / sum(ratings)
    FROM analytics.prequential
    WHERE metric = 'hr@10' AND variant = 'folded-in' AND toDate(hour) BETWEEN {from:Date} AND {to:Date}
    GROUP BY first_day
    UNION ALL
    SELECT 'coverage', day, 'day', share
    FROM analytics.coverage
    WHERE day BETWEEN {from:Date} AND {to:Date}
)
ORDER BY figure, first_day`,
  parameters: RANGE,
  columns: [{ name: 'figure', unit: 'name' }, ...BY_GRAIN, { name: 'value', unit: 'ratings, users, or a share of 1' }],
  views: ['daily_volume', 'user_returns', 'prequential', 'served_returns'],
  sentence(rows) {
    const grains = new Map(rows.map((row) => [textOf(row, 'figure'), textOf(row, 'grain')]))
    return `From ${textOf(rows[0], 'day')} on: ${[...grains].map(([figure, grain]) => `${figure} by ${grain}`).join(', ')}.`
  },
}
