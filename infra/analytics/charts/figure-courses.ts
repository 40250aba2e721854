import { type Chart, ENOUGH, RANGE, textOf } from '../chart.ts'
import { BY_GRAIN, grainOf, spanOf, startOf } from '../grain.ts'

/** The course of each key figure, for a small line beside it. Each by the grain of what is known of it: of lists that is 90 days at most. */
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
    HAVING sum(ratings) >= ${ENOUGH}
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
  nothing: 'Nothing is known of these days.',
}
