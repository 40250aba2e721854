import { type Chart, count, counted, greatest, IN_RANGE, numberOf, percent, RANGE, sumOf, textOf } from '../chart.ts'

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
    `${counted(sumOf(rows, 'events'), 'event')} within the hour, the last at ${textOf(rows.at(-1), 'minute')}.`,
}

export const dailyRatings: Chart = {
  name: 'daily-ratings',
  title: 'How much is rated?',
  sql: `SELECT day, ratings, positives
FROM analytics.daily_volume
WHERE ${IN_RANGE}
ORDER BY day`,
  parameters: RANGE,
  columns: [
    { name: 'day', unit: 'day' },
    { name: 'ratings', unit: 'ratings' },
    { name: 'positives', unit: 'ratings' },
  ],
  views: ['daily_volume'],
  sentence(rows) {
    const [ratings, most] = [sumOf(rows, 'ratings'), greatest(rows, 'ratings')]
    return `${counted(ratings, 'rating')}, ${percent(sumOf(rows, 'positives') / ratings)} of them likes; most on ${textOf(most, 'day')}: ${count(numberOf(most, 'ratings'))}.`
  },
}

export const activeUsers: Chart = {
  name: 'active-users',
  title: 'How many people rate?',
  sql: `SELECT day, active_users, new_users
FROM analytics.daily_volume
WHERE ${IN_RANGE}
ORDER BY day`,
  parameters: RANGE,
  columns: [
    { name: 'day', unit: 'day' },
    { name: 'active_users', unit: 'users' },
    { name: 'new_users', unit: 'users' },
  ],
  views: ['daily_volume'],
  sentence(rows) {
    const most = greatest(rows, 'active_users')
    return `${counted(sumOf(rows, 'new_users'), 'user')} came; on the busiest day, ${textOf(most, 'day')}, ${count(numberOf(most, 'active_users'))} rated.`
  },
}

export const ratingHistogram: Chart = {
  name: 'rating-histogram',
  title: 'How do people rate?',
  sql: `SELECT value, sum(daily_values.ratings) AS ratings, ratings / sum(ratings) OVER () AS share
FROM analytics.daily_values AS daily_values
WHERE ${IN_RANGE}
GROUP BY value
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
    const mean = rows.reduce((sum, row) => sum + numberOf(row, 'value') * numberOf(row, 'share'), 0)
    return `Most often ${textOf(most, 'value')}, ${percent(numberOf(most, 'share'))} of the time; ${mean.toFixed(2)} on average.`
  },
}

export const cohortReturn: Chart = {
  name: 'cohort-return',
  title: 'Do people come back?',
  sql: `SELECT cohort, months_later, users, cohort_users, share
FROM analytics.retention
WHERE cohort BETWEEN toStartOfMonth({from:Date}) AND {to:Date}
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
  sentence(rows) {
    const cohorts = rows.filter((row) => numberOf(row, 'months_later') === 0)
    const later = rows.filter((row) => numberOf(row, 'months_later') === 1)
    const users = sumOf(cohorts, 'cohort_users')
    return `Of ${counted(users, 'user')} who came, ${percent(sumOf(later, 'users') / users)} rated again in the month after.`
  },
}
