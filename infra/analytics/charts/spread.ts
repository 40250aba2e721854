import { counted } from '../../counted.ts'
import { type Chart, inWholeMonths, numberOf, percent, RANGE, textOf } from '../chart.ts'
import { ITEMS_IN_RANGE, NOT_RATED, WHOLE_YEARS } from './items-in-range.ts'

export const longTail: Chart = {
  name: 'long-tail',
  title: 'How many items carry the ratings?',
  sql: `WITH
    ${WHOLE_YEARS}
SELECT percent, sum(hundredth.items) OVER up_to AS items, sum(hundredth.ratings) OVER up_to AS ratings,
    ratings / sum(hundredth.ratings) OVER () AS share
FROM
(
    SELECT toUInt8(ceil(100 * place / of)) AS percent, count() AS items, sum(placed.ratings) AS ratings
    FROM
    (
        SELECT ratings, row_number() OVER (ORDER BY ratings DESC) AS place, count() OVER () AS of
        FROM (${ITEMS_IN_RANGE})
    ) AS placed
    GROUP BY percent
) AS hundredth
WINDOW up_to AS (ORDER BY percent ROWS UNBOUNDED PRECEDING)
ORDER BY percent`,
  parameters: RANGE,
  columns: [
    { name: 'percent', unit: '% of the items, those with most ratings first' },
    { name: 'items', unit: 'items' },
    { name: 'ratings', unit: 'ratings, of whole months' },
    { name: 'share', unit: 'share of 1' },
  ],
  views: ['item_months', 'item_years'],
  sentence(rows, asked) {
    const half = rows.find((row) => numberOf(row, 'share') >= 0.5)
    return `${counted(numberOf(half, 'items'), 'item')}, ${textOf(half, 'percent')} % of those that are rated, ${numberOf(half, 'items') === 1 ? 'has' : 'have'} half of the ratings ${inWholeMonths(asked)}.`
  },
  nothing: NOT_RATED,
}

export const sparsity: Chart = {
  name: 'sparsity',
  title: 'How much is known?',
  sql: `SELECT users, items, ratings, density, ratings_a_user, median_ratings_a_user, ratings_an_item, median_ratings_an_item, items_below_5
FROM analytics.sparsity`,
  parameters: [],
  columns: [
    { name: 'users', unit: 'users' },
    { name: 'items', unit: 'items' },
    { name: 'ratings', unit: 'ratings' },
    { name: 'density', unit: 'share of 1' },
    { name: 'ratings_a_user', unit: 'ratings' },
    { name: 'median_ratings_a_user', unit: 'ratings' },
    { name: 'ratings_an_item', unit: 'ratings' },
    { name: 'median_ratings_an_item', unit: 'ratings' },
    { name: 'items_below_5', unit: 'items' },
  ],
  views: ['totals'],
  sentence: ([row]) =>
    `${percent(numberOf(row, 'density'))} of all pairs of ${counted(numberOf(row, 'users'), 'user')} and ${counted(numberOf(row, 'items'), 'item')} are rated.`,
  nothing: 'Nothing was rated yet.',
}
