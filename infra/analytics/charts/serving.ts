import { counted } from '../../counted.ts'
import {
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

/** By the setting SERVED_SAMPLE, lists may go unlogged. */
const NOT_SERVED = 'Nothing was recommended in these days, or no list of it was logged.'

export const funnel: Chart = {
  name: 'funnel',
  title: 'Do recommendations lead to ratings?',
  sql: `SELECT strategy, sum(days.lists) AS lists, sum(days.lists_rated) AS lists_rated, sum(days.ratings) AS ratings,
    sum(days.positives) AS positives, lists_rated / lists AS rated_share
FROM analytics.served_days AS days
WHERE ${IN_RANGE}
GROUP BY strategy
ORDER BY lists DESC, strategy`,
  parameters: RANGE,
  columns: [
    { name: 'strategy', unit: 'name' },
    { name: 'lists', unit: 'lists' },
    { name: 'lists_rated', unit: 'lists' },
    { name: 'ratings', unit: 'ratings' },
    { name: 'positives', unit: 'ratings' },
    { name: 'rated_share', unit: 'share of 1' },
  ],
  views: ['served_days'],
  sentence(rows) {
    const lists = sumOf(rows, 'lists')
    return `${partOf(sumOf(rows, 'lists_rated'), lists)} of ${counted(lists, 'list')} led to a rating.`
  },
  nothing: NOT_SERVED,
}

export const coverage: Chart = {
  name: 'coverage',
  title: 'How much of the catalogue is recommended?',
  sql: `SELECT day, items, catalogue, share
FROM analytics.coverage
WHERE ${IN_RANGE}
ORDER BY day`,
  parameters: RANGE,
  columns: [
    { name: 'day', unit: 'day' },
    { name: 'items', unit: 'items' },
    { name: 'catalogue', unit: 'items' },
    { name: 'share', unit: 'share of 1' },
  ],
  views: ['served_returns', 'item_stats'],
  sentence: (rows) =>
    `Lists of the last day held ${counted(numberOf(rows.at(-1), 'items'), 'item')}, ${percent(numberOf(rows.at(-1), 'share'))} of the catalogue.`,
  nothing: NOT_SERVED,
}

export const popularityBias: Chart = {
  name: 'popularity-bias',
  title: 'Do lists push what is popular?',
  sql: `SELECT popularity_group, sum(rated) / sum(sum(rated)) OVER () AS share_of_ratings, sum(times) / sum(sum(times)) OVER () AS share_of_served
FROM
(
    SELECT popularity_group, ratings AS rated, 0 AS times
    FROM analytics.item_popularity
    UNION ALL
    SELECT popularity_group, 0, times
    FROM analytics.served_popularity
    WHERE ${IN_RANGE}
)
GROUP BY popularity_group
ORDER BY indexOf(['top 1 %', '1 to 5 %', '5 to 20 %', '20 to 50 %', 'lower half', '(not rated)'], popularity_group)`,
  parameters: RANGE,
  columns: [
    { name: 'popularity_group', unit: 'items by how often they are rated' },
    { name: 'share_of_ratings', unit: 'share of 1' },
    { name: 'share_of_served', unit: 'share of 1' },
  ],
  views: ['item_stats', 'served_popularity'],
  sentence(rows) {
    const top = rows.find((row) => textOf(row, 'popularity_group') === 'top 1 %')
    if (top === undefined) return 'There is no most rated hundredth of the items: fewer than a hundred are rated.'
    const { share_of_served: served } = top
    const places =
      typeof served === 'number' ? `${percent(served)} of the places in lists` : 'nothing was recommended in these days'
    return `The most rated hundredth of the items has ${percent(numberOf(top, 'share_of_ratings'))} of all ratings, and ${places}.`
  },
  nothing: 'Nothing was rated yet.',
}

export const modelQuality: Chart = {
  name: 'model-quality',
  title: 'Do the models get better?',
  sql: `SELECT generation, created_at, trained_on, measured, metric, value
FROM analytics.quality_by_generation
WHERE metric IN ('ndcg@10', 'hr@10') AND (measured = 'held-out' OR ratings >= ${ENOUGH})
  AND generation IN
(
    SELECT generation
    FROM analytics.quality_by_generation
    GROUP BY generation
    ORDER BY max(created_at) DESC
    LIMIT 50
)
ORDER BY created_at, measured, metric`,
  parameters: [],
  columns: [
    { name: 'generation', unit: 'id' },
    { name: 'created_at', unit: 'time' },
    { name: 'trained_on', unit: 'ratings' },
    { name: 'measured', unit: 'name' },
    { name: 'metric', unit: 'name' },
    { name: 'value', unit: 'share of 1' },
  ],
  views: ['prequential'],
  sentence(rows) {
    const heldOut = rows.filter(({ measured, metric }) => measured === 'held-out' && metric === 'ndcg@10')
    const [best, last] = [greatest(heldOut, 'value'), heldOut.at(-1)]
    if (last === undefined) return 'No model that is known was measured on held-out pairs.'
    const figure = `has an ndcg@10 of ${numberOf(last, 'value').toFixed(3)} on held-out pairs`
    if (heldOut.length === 1) return `The only model measured so far ${figure}.`
    const beside = best === last ? 'the best of them' : `the best of them has ${numberOf(best, 'value').toFixed(3)}`
    return `The newest of ${heldOut.length} models ${figure}; ${beside}.`
  },
  nothing: 'No model was measured yet: each is when it is trained, on pairs held out.',
}

export const upliftOfFoldIn: Chart = {
  name: 'uplift-of-fold-in',
  title: 'Does folding in help?',
  sql: `WITH
    (
        SELECT dateDiff('day', min(hour), max(hour))
        FROM analytics.prequential
        WHERE toDate(hour) BETWEEN {from:Date} AND {to:Date}
    ) AS span
SELECT if(span > 13, toStartOfDay(hour), hour) AS time, if(span > 13, 'day', 'hour') AS grain, variant, metric,
    if(ratings >= ${ENOUGH}, value_sum / ratings, NULL) AS value, sum(hours.ratings) AS ratings,
    sum(hours.value * hours.ratings) AS value_sum
FROM analytics.prequential AS hours
WHERE toDate(hour) BETWEEN {from:Date} AND {to:Date}
GROUP BY time, variant, metric
ORDER BY metric, variant, time`,
  parameters: RANGE,
  columns: [
    { name: 'time', unit: 'time' },
    { name: 'grain', unit: 'name' },
    { name: 'variant', unit: 'name' },
    { name: 'metric', unit: 'name' },
    { name: 'value', unit: 'share of 1' },
    { name: 'ratings', unit: 'ratings' },
    { name: 'value_sum', unit: 'ratings, each counted by its value' },
  ],
  views: ['prequential'],
  sentence(rows) {
    const ofVariant = (name: string) => rows.filter(({ variant, metric }) => variant === name && metric === 'hr@10')
    const hitRate = (name: string): number => {
      const theirs = ofVariant(name)
      return sumOf(theirs, 'value_sum') / sumOf(theirs, 'ratings')
    }
    const ratings = sumOf(ofVariant('folded-in'), 'ratings')
    if (ratings < ENOUGH) return `${tooFew('likes', ratings)}.`
    const [folded, before, popular] = ['folded-in', 'at-watermark', 'popular'].map(hitRate) as [number, number, number]
    const byPopularity = Number.isNaN(popular) ? '' : `, and by popularity alone ${percent(popular)}`
    const fewer = rows.find(({ value }) => value === null)
    const leftOut = fewer ? ` Not drawn: each ${textOf(fewer, 'grain')} with fewer than ${ENOUGH} likes.` : ''
    return `With the user folded in, ${percent(folded)} of ${counted(ratings, 'like')} were among the first ten foretold; without, ${percent(before)}${byPopularity}.${leftOut}`
  },
  nothing: 'Nothing was foretold in these days: a like that comes in live is, before it is learnt.',
}
