import { count, counted } from '../../counted.ts'
import { type Asked, type Chart, ITEM, nameOf, numberOf, RANGE, textOf } from '../chart.ts'
import type { ChartRow } from '../port.ts'

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
  return `${nameOf(row)}: ${counted(numberOf(row, 'ratings'), 'rating')} in ${isOld ? `the ${days} up to ${end}` : days}, ${count(numberOf(row, 'ratings_before'))} in as many before.`
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
