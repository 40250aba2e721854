import { count, counted } from '../../counted.ts'
import {
  type Asked,
  type Chart,
  ENOUGH,
  greatest,
  inWholeMonths,
  nameOf,
  numberOf,
  percent,
  RANGE,
  sumOf,
  textOf,
  tooFew,
} from '../chart.ts'
import { grainOfMonths, MONTHS_IN_RANGE, spanOfMonths, startOf, timeOf } from '../grain.ts'
import type { Cell, ChartRow } from '../port.ts'
import { ITEMS_IN_RANGE, WHOLE_YEARS } from './items-in-range.ts'

const ITEM = [
  { name: 'item_id', unit: 'id' },
  { name: 'title', unit: 'name' },
] as const

const IN_GENRE =
  "{genre:String} = '' OR item_id IN (SELECT item_id FROM analytics.item_stats WHERE has(genres, {genre:String}))"

const NOT_RATED = 'Nothing was rated in the months of these days.'

/** By years where these are in the range whole, and by months where they are not. */
export const topItems: Chart = {
  name: 'top-items',
  title: 'What is rated most?',
  sql: `WITH
    ${WHOLE_YEARS}
SELECT items.item_id AS item_id, title, most.ratings AS ratings, value_sum / most.ratings AS average_value
FROM analytics.item_stats AS items
INNER JOIN
(
    ${ITEMS_IN_RANGE}
    HAVING ${IN_GENRE}
    ORDER BY ratings DESC, item_id
    LIMIT 20
) AS most ON most.item_id = items.item_id
ORDER BY ratings DESC, item_id`,
  parameters: [...RANGE, 'genre'],
  columns: [...ITEM, { name: 'ratings', unit: 'ratings, of whole months' }, { name: 'average_value', unit: 'rating' }],
  views: ['item_months', 'item_years', 'item_stats'],
  sentence: (rows, asked) =>
    `${nameOf(rows[0])}: ${counted(numberOf(rows[0], 'ratings'), 'rating')} ${inWholeMonths(asked)}.`,
  nothing: NOT_RATED,
}

export const bestItems: Chart = {
  name: 'best-items',
  title: 'What is rated best?',
  sql: `WITH
    ${WHOLE_YEARS}
SELECT items.item_id AS item_id, title, best.bayesian_average AS bayesian_average, best.value_sum / best.ratings AS average_value,
    best.ratings AS ratings
FROM analytics.item_stats AS items
INNER JOIN
(
    SELECT rated.item_id AS item_id, rated.ratings AS ratings, rated.value_sum AS value_sum,
        (rated.value_sum + ratings_an_item * mean_of_all) / (rated.ratings + ratings_an_item) AS bayesian_average
    FROM
    (
        SELECT item_id, ratings, value_sum, sum(ratings) OVER () / count() OVER () AS ratings_an_item,
            sum(value_sum) OVER () / sum(ratings) OVER () AS mean_of_all
        FROM (${ITEMS_IN_RANGE})
    ) AS rated
    WHERE ${IN_GENRE}
    ORDER BY bayesian_average DESC, item_id
    LIMIT 20
) AS best ON best.item_id = items.item_id
ORDER BY bayesian_average DESC, item_id`,
  parameters: [...RANGE, 'genre'],
  columns: [
    ...ITEM,
    { name: 'bayesian_average', unit: 'rating' },
    { name: 'average_value', unit: 'rating' },
    { name: 'ratings', unit: 'ratings, of whole months' },
  ],
  views: ['item_months', 'item_years', 'item_stats'],
  sentence: ([best], asked) =>
    `${nameOf(best)}: weighted ${numberOf(best, 'bayesian_average').toFixed(2)}, a mean of ${numberOf(best, 'average_value').toFixed(2)} from ${counted(numberOf(best, 'ratings'), 'rating')} ${inWholeMonths(asked)}.`,
  nothing: NOT_RATED,
}

const TREND = [
  ...ITEM,
  { name: 'window_days', unit: 'days' },
  { name: 'ratings', unit: 'ratings in the window' },
  { name: 'ratings_before', unit: 'ratings in the window before' },
  { name: 'trend', unit: 'standard deviations' },
  { name: 'ends_at', unit: 'time' },
]
/** In standard deviations, as the view's comment has it: what is nearer to none may well be chance. */
const TREND_FROM = 2
/** The window that a range fits in; of more than a year the last one. It ends now, or with the newest rating, as ranges do on the page. */
const WINDOW = `multiIf({to:Date} - {from:Date} < 7, 7, {to:Date} - {from:Date} < 30, 30, 365)`
const trendOf = (row: ChartRow | undefined, { today }: Asked): string => {
  const end = textOf(row, 'ends_at').slice(0, 10)
  // The views are filled every hour or sooner: around midnight those of yesterday are of now.
  const isOld = Date.parse(today) - Date.parse(end) > DAY_MS
  const days = `${textOf(row, 'window_days')} days`
  return `${nameOf(row)}: ${counted(numberOf(row, 'ratings'), 'rating')} in ${isOld ? `the ${days} up to ${end}` : days}, ${count(numberOf(row, 'ratings_before'))} in the ${days} before.`
}
const DAY_MS = 86_400_000

export const risingItems: Chart = {
  name: 'rising-items',
  title: 'What is rising?',
  sql: `SELECT item_id, title, window_days, ratings, ratings_before, trend, ends_at
FROM analytics.trending
WHERE window_days = ${WINDOW} AND trend > ${TREND_FROM}
ORDER BY trend DESC, item_id
LIMIT 20`,
  parameters: RANGE,
  columns: TREND,
  views: ['trending'],
  sentence: ([first], asked) => trendOf(first, asked),
  nothing: 'Nothing is rising by more than chance would have it.',
}

export const fallingItems: Chart = {
  name: 'falling-items',
  title: 'What is falling?',
  sql: `SELECT item_id, title, window_days, ratings, ratings_before, trend, ends_at
FROM analytics.trending
WHERE window_days = ${WINDOW} AND trend < -${TREND_FROM}
ORDER BY trend, item_id
LIMIT 20`,
  parameters: RANGE,
  columns: TREND,
  views: ['trending'],
  sentence: ([first], asked) => trendOf(first, asked),
  nothing: 'Nothing is falling by more than chance would have it.',
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

/** What is not among the five genres that have most ratings. */
const OTHER = '(other)'

/** Side by side, these shares are the whole, of which few ratings tell little. */
export const genreShares: Chart = {
  name: 'genre-shares',
  title: 'Which genres do people turn to?',
  sql: `WITH
    (
        SELECT groupArray(toString(genre))
        FROM
        (
            SELECT genre
            FROM analytics.genre_months
            WHERE ${MONTHS_IN_RANGE}
            GROUP BY genre
            ORDER BY sum(split_ratings) DESC, genre
            LIMIT 5
        )
    ) AS top,
    ${spanOfMonths('analytics.genre_months')} AS span,
    ${grainOfMonths('span')} AS grain
SELECT ${startOf('grain', 'months.month')} AS month, grain,
    if(has(top, months.genre), months.genre, '${OTHER}') AS genre, sum(split_ratings) AS ratings,
    if(round(sum(ratings) OVER of_all) >= ${ENOUGH}, ratings / sum(ratings) OVER of_all, NULL) AS share
FROM analytics.genre_months AS months
WHERE months.${MONTHS_IN_RANGE}
GROUP BY month, genre
WINDOW of_all AS (PARTITION BY month)
ORDER BY month, indexOf(top, genre) = 0, indexOf(top, genre)`,
  parameters: RANGE,
  columns: [
    { name: 'month', unit: 'month' },
    { name: 'grain', unit: 'name' },
    { name: 'genre', unit: 'name' },
    { name: 'ratings', unit: 'ratings, each divided among the genres of its item' },
    { name: 'share', unit: 'share of 1' },
  ],
  views: ['genre_months'],
  sentence(rows) {
    const latest = rows.at(-1)?.month
    const told = rows.filter(({ genre, share }) => genre !== OTHER && share !== null)
    const last = told.at(-1)?.month
    const of = (month: Cell | undefined, among: readonly ChartRow[]) => among.filter((row) => row.month === month)
    if (last === undefined) return `${tooFew('ratings', Math.round(sumOf(of(latest, rows), 'ratings')))}.`
    const most = greatest(of(last, told), 'share')
    // As in "month, 2026-10".
    const time = timeOf(most, 'month')
    const when = last === latest ? time : time.replace(',', ` with ${ENOUGH} ratings or more,`)
    return `In the latest ${when}, most turn to ${textOf(most, 'genre')}: ${percent(numberOf(most, 'share'))} of the ratings, each divided among the genres of its item.`
  },
  nothing: 'Nothing that has a genre was rated in the months of these days.',
}

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
