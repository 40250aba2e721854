import { count, counted } from '../../counted.ts'
import { type Chart, greatest, ITEM, inWholeMonths, nameOf, numberOf, RANGE, sumOf } from '../chart.ts'
import { grainOfMonths, MONTHS_IN_RANGE, spanOfMonths, startOf, timeOf } from '../grain.ts'
import { ITEMS_IN_RANGE, NOT_RATED, WHOLE_YEARS } from './items-in-range.ts'

const IN_GENRE =
  "{genre:String} = '' OR item_id IN (SELECT item_id FROM analytics.item_stats WHERE has(genres, {genre:String}))"

/** Query: the first twenty of the items of a range, with their titles. @param columns  of `ranked` @param ranked  a query of items, before its order */
const firstItems = (columns: string, ranked: string, order: string): string => `WITH
    ${WHOLE_YEARS}
SELECT items.item_id AS item_id, title, ${columns}
FROM analytics.item_stats AS items
INNER JOIN
(
    ${ranked}
    ORDER BY ${order} DESC, item_id
    LIMIT 20
) AS ranked ON ranked.item_id = items.item_id
ORDER BY ${order} DESC, item_id`

/** By years where these are in the range whole, and by months where they are not. */
const OF_RANGE = {
  parameters: [...RANGE, 'genre'],
  views: ['item_months', 'item_years', 'item_stats'],
  nothing: NOT_RATED,
} as const
const RATINGS = { name: 'ratings', unit: 'ratings, of whole months' }
const AVERAGE = { name: 'average_value', unit: 'rating' }

export const topItems: Chart = {
  ...OF_RANGE,
  name: 'top-items',
  title: 'What is rated most?',
  sql: firstItems(
    'ranked.ratings AS ratings, value_sum / ranked.ratings AS average_value',
    `${ITEMS_IN_RANGE}
    HAVING ${IN_GENRE}`,
    'ratings',
  ),
  columns: [...ITEM, RATINGS, AVERAGE],
  sentence: (rows, asked) =>
    `${nameOf(rows[0])}: ${counted(numberOf(rows[0], 'ratings'), 'rating')} ${inWholeMonths(asked)}.`,
}

export const bestItems: Chart = {
  ...OF_RANGE,
  name: 'best-items',
  title: 'What is rated best?',
  sql: firstItems(
    `ranked.bayesian_average AS bayesian_average, ranked.value_sum / ranked.ratings AS average_value,
    ranked.ratings AS ratings`,
    `SELECT rated.item_id AS item_id, rated.ratings AS ratings, rated.value_sum AS value_sum,
        (rated.value_sum + ratings_an_item * mean_of_all) / (rated.ratings + ratings_an_item) AS bayesian_average
    FROM
    (
        SELECT item_id, ratings, value_sum, sum(ratings) OVER () / count() OVER () AS ratings_an_item,
            sum(value_sum) OVER () / sum(ratings) OVER () AS mean_of_all
        FROM (${ITEMS_IN_RANGE})
    ) AS rated
    WHERE ${IN_GENRE}`,
    'bayesian_average',
  ),
  columns: [...ITEM, { name: 'bayesian_average', unit: 'rating' }, AVERAGE, RATINGS],
  sentence: ([best], asked) =>
    `${nameOf(best)}: weighted ${numberOf(best, 'bayesian_average').toFixed(2)}, a mean of ${numberOf(best, 'average_value').toFixed(2)} from ${counted(numberOf(best, 'ratings'), 'rating')} ${inWholeMonths(asked)}.`,
}

export const itemHistory: Chart = {
  name: 'item-history',
  title: 'How is this item doing?',
  sql: `WITH
    ${spanOfMonths('analytics.item_months', 'item_id = {itemId:String}')} AS span,
    ${grainOfMonths('span')} AS grain,
    ${startOf('grain', 'months.month')} AS first_day
SELECT {itemId:String} AS item_id, (SELECT any(title) FROM analytics.item_stats WHERE item_id = {itemId:String}) AS title,
    first_day AS month, grain, sum(months.ratings) AS ratings, sum(months.positives) AS positives,
    sum(months.value_sum) / ratings AS average_value
FROM analytics.item_months AS months
WHERE months.item_id = {itemId:String} AND months.${MONTHS_IN_RANGE}
GROUP BY first_day
ORDER BY first_day`,
  parameters: [...RANGE, 'itemId'],
  columns: [
    ...ITEM,
    { name: 'month', unit: 'month' },
    { name: 'grain', unit: 'name' },
    { name: 'ratings', unit: 'ratings' },
    { name: 'positives', unit: 'ratings' },
    { name: 'average_value', unit: 'rating' },
  ],
  views: ['item_months', 'item_stats'],
  sentence(rows, asked) {
    const most = greatest(rows, 'ratings')
    const told = `${nameOf(most)}: ${counted(sumOf(rows, 'ratings'), 'rating')} ${inWholeMonths(asked)}`
    return rows.length === 1
      ? `${told}.`
      : `${told}; the busiest ${timeOf(most, 'month')}, has ${count(numberOf(most, 'ratings'))}.`
  },
  nothing: 'Nobody rated it in the months of these days.',
}
