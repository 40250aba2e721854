import { type Chart, ENOUGH, greatest, numberOf, percent, RANGE, sumOf, textOf, tooFew } from '../chart.ts'
import { grainOfMonths, MONTHS_IN_RANGE, spanOfMonths, startOf, timeOf } from '../grain.ts'
import type { Cell, ChartRow } from '../port.ts'

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
