import { count, counted } from '../../counted.ts'
import {
  type Asked,
  type Chart,
  ENOUGH,
  greatest,
  IN_RANGE,
  numberOf,
  partOf,
  percent,
  RANGE,
  sumOf,
  textOf,
  tooFew,
} from '../chart.ts'
import { BY_GRAIN, grainOf, spanOf, startOf, timeOf } from '../grain.ts'

export const eventsPerMinute: Chart = {
  name: 'events-per-minute',
  title: 'What is coming in right now?',
  sql: `SELECT minute, events
FROM analytics.events_per_minute
ORDER BY minute`,
  parameters: [],
  columns: [
    { name: 'minute', unit: 'time' },
    { name: 'events', unit: 'events' },
  ],
  views: [],
  sentence: (rows) =>
    `${counted(sumOf(rows, 'events'), 'event')} in the last hour, the newest of them in the minute of ${textOf(rows.at(-1), 'minute')}.`,
  nothing: 'Nothing came in within the last hour.',
}

export const dailyRatings: Chart = {
  name: 'daily-ratings',
  title: 'How much is rated?',
  sql: `WITH
    ${spanOf('analytics.daily_volume')} AS span,
    ${grainOf('span')} AS grain,
    ${startOf('grain', 'volume.day')} AS first_day
SELECT first_day AS day, grain, sum(volume.ratings) AS ratings, sum(volume.positives) AS positives
FROM analytics.daily_volume AS volume
WHERE volume.day BETWEEN {from:Date} AND {to:Date}
GROUP BY first_day
ORDER BY first_day`,
  parameters: RANGE,
  columns: [...BY_GRAIN, { name: 'ratings', unit: 'ratings' }, { name: 'positives', unit: 'ratings' }],
  views: ['daily_volume'],
  sentence(rows) {
    const [ratings, most] = [sumOf(rows, 'ratings'), greatest(rows, 'ratings')]
    const told = `${counted(ratings, 'rating')}, ${partOf(sumOf(rows, 'positives'), ratings)} of them likes`
    return rows.length === 1
      ? `${told}.`
      : `${told}; the busiest ${timeOf(most)}, has ${count(numberOf(most, 'ratings'))}.`
  },
  nothing: 'Nothing was rated in these days.',
}

/** Each user once in each time: on the one day of it before which they were not there in it. */
export const activeUsers: Chart = {
  name: 'active-users',
  title: 'How many people rate?',
  sql: `WITH
    ${spanOf('analytics.daily_volume')} AS span,
    ${grainOf('span')} AS grain,
    ${startOf('grain', 'returns.day')} AS first_day
SELECT first_day AS day, grain,
    sumIf(returns.users, returns.previous_day < greatest(first_day, {from:Date})) AS active_users,
    sumIf(returns.users, returns.previous_day = toDate32('1900-01-01')) AS new_users
FROM analytics.user_returns AS returns
WHERE returns.day BETWEEN {from:Date} AND {to:Date}
GROUP BY first_day
ORDER BY first_day`,
  parameters: RANGE,
  columns: [...BY_GRAIN, { name: 'active_users', unit: 'users' }, { name: 'new_users', unit: 'users' }],
  views: ['daily_volume', 'user_returns'],
  sentence(rows) {
    const most = greatest(rows, 'active_users')
    const [came, active] = [sumOf(rows, 'new_users'), numberOf(most, 'active_users')]
    if (rows.length === 1) return `${counted(active, 'user')}, ${firstTimers(came, active)}.`
    return `${came === 0 ? 'Nobody' : counted(came, 'user')} rated for the first time; the busiest ${timeOf(most)}, saw ${counted(active, 'user')}.`
  },
  nothing: 'Nobody rated in these days.',
}

/** @param came  for the first time, of those who were active */
function firstTimers(came: number, active: number): string {
  if (active === 1) return came === 1 ? 'for the first time' : 'who had rated before'
  const told = came === 0 ? 'none' : came === active ? 'all' : count(came)
  return `${told} of them for the first time`
}

export const ratingHistogram: Chart = {
  name: 'rating-histogram',
  title: 'How do people rate?',
  sql: `SELECT value, sum(given.ratings) AS ratings, ratings / sum(ratings) OVER () AS share
FROM
(
    SELECT value, ratings
    FROM analytics.daily_values
    WHERE ${IN_RANGE}
    UNION ALL
    SELECT value, 0
    FROM analytics.scale_values
) AS given
GROUP BY value
QUALIFY sum(ratings) OVER () > 0
ORDER BY value`,
  parameters: RANGE,
  columns: [
    { name: 'value', unit: 'rating' },
    { name: 'ratings', unit: 'ratings' },
    { name: 'share', unit: 'share of 1' },
  ],
  views: ['daily_values'],
  sentence(rows) {
    const most = greatest(rows, 'ratings')
    const mean = rows.reduce((sum, row) => sum + numberOf(row, 'value') * numberOf(row, 'share'), 0).toFixed(2)
    const ratings = sumOf(rows, 'ratings')
    if (ratings < ENOUGH) return `${tooFew('ratings', ratings)}; ${mean} on average so far.`
    return `Most often ${textOf(most, 'value')}, ${percent(numberOf(most, 'share'))} of the time; ${mean} on average.`
  },
  nothing: 'Nothing was rated in these days.',
}

/** Of each month the two years after it: so thirty years are told whole, the newest months among them. */
export const cohortReturn: Chart = {
  name: 'cohort-return',
  title: 'Do people come back?',
  sql: `SELECT cohort, months_later, users, cohort_users, share
FROM analytics.retention
WHERE cohort BETWEEN toStartOfMonth({from:Date}) AND {to:Date} AND months_later <= 24
ORDER BY cohort, months_later
LIMIT 10000`,
  parameters: RANGE,
  columns: [
    { name: 'cohort', unit: 'month of the first rating' },
    { name: 'months_later', unit: 'months' },
    { name: 'users', unit: 'users' },
    { name: 'cohort_users', unit: 'users' },
    { name: 'share', unit: 'share of 1' },
  ],
  views: ['retention'],
  sentence(rows, asked) {
    const known = rows.filter((row) => isMonthAfterOver(textOf(row, 'cohort'), asked))
    const cohorts = known.filter((row) => numberOf(row, 'months_later') === 0)
    const later = known.filter((row) => numberOf(row, 'months_later') === 1)
    const users = sumOf(cohorts, 'cohort_users')
    if (users === 0) return 'Too soon to tell: for nobody who came in these months is the month after over.'
    const last = textOf(cohorts.at(-1), 'cohort').slice(0, 7)
    return `Of ${counted(users, 'user')} who came in the months up to ${last}, ${partOf(sumOf(later, 'users'), users)} rated again in the month after.`
  },
  nothing: 'Nobody rated for the first time in these months.',
}

/** Not while it goes on, nor where the range, or what is known, ends within it. */
function isMonthAfterOver(cohort: string, { to, today, newest }: Asked): boolean {
  const [year, month] = cohort.split('-').map(Number) as [number, number]
  const last = new Date(Date.UTC(year, month + 1, 0)).toISOString().slice(0, 10)
  return last < today && last <= to && last <= (newest ?? '')
}
