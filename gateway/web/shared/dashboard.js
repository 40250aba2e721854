/**
 * A line or bars over a column.
 *
 * @typedef {object} Over
 * @property {'over'} kind
 * @property {string} x  a day, a month, a time or a number
 * @property {string} [grain]  the column that says how long the times are that begin at `x`
 * @property {boolean} [isLastHour]  minutes, of which an hour is seen, however few there are
 * @property {boolean} [isBars]  bars in front of each other, where each is a part of the one before
 * @property {readonly { column: string, name: string }[]} [series]
 * @property {{ column: string, value: string, only?: readonly [string, string], names?: Readonly<Record<string, string>> }} [by]
 *   instead of `series`: one for each value of a column, of those rows that have the other one's value
 */
/** @typedef {{ kind: 'multiples', x: string, grain: string, by: { column: string, value: string } }} Multiples  a small drawing for each value of a column */
/** @typedef {{ kind: 'columns', label: string, value: string, share: string }} Columns  upright bars, each with its value */
/** @typedef {{ kind: 'ranks', value: string, beside: string }} Ranks  items, each with a bar */
/** @typedef {{ kind: 'groups', label: string, values: readonly { column: string, name: string }[] }} Groups  several bars for each row */
/** @typedef {{ kind: 'heat', row: string, column: string, value: string, size: string }} Heat */
/** @typedef {{ kind: 'facts', names: readonly { column: string, name: string }[] }} Facts  the numbers of the only row */
/** @typedef {Over | Multiples | Columns | Ranks | Groups | Heat | Facts} Drawing */

/**
 * @typedef {object} Card
 * @property {string} name  of the chart
 * @property {3 | 4 | 6 | 8} width  columns of twelve
 * @property {boolean} [isLive]  asked again every few seconds
 * @property {boolean} [isOfLists]  tells of lists, of models at work or of their pace, which may be newer than every rating
 * @property {{ always?: string, ofAll?: string, isByMonths?: boolean, windows?: readonly number[] }} [time]  what it tells of
 *   whatever range is chosen, or where all days are; whether it counts whole months; of how many days it tells, the first of these that
 *   the range fits in, or the last; left out: the days of the range
 * @property {Drawing} drawing
 */

/** @param {string} column @param {string} [name] */
const named = (column, name = column) => ({ column, name })

/** With which ratings of a user a model is measured, for people. */
const VARIANTS = { 'folded-in': 'folded in', 'at-watermark': 'without', 'held-out': 'held out' }

/** So long lists and measurements are kept. */
const OF_LISTS = { ofAll: 'last 90 days' }
const OF_MEASUREMENTS = { ofAll: 'last 400 days' }
const ALL_TIME = { always: 'all time' }
const BY_MONTHS = { isByMonths: true }
const TREND = { windows: [7, 30, 365] }

/** How each chart is drawn, in the order of the page. @type {readonly Card[]} */
export const CARDS = [
  {
    ...{ name: 'events-per-minute', width: 8, isLive: true, time: { always: 'last hour' } },
    drawing: { kind: 'over', x: 'minute', isLastHour: true, isBars: true, series: [named('events')] },
  },
  {
    ...{ name: 'rating-histogram', width: 4 },
    drawing: { kind: 'columns', label: 'value', value: 'ratings', share: 'share' },
  },
  {
    ...{ name: 'daily-ratings', width: 6 },
    drawing: {
      ...{ kind: 'over', x: 'day', grain: 'grain', isBars: true },
      series: [named('ratings'), named('positives', 'likes')],
    },
  },
  {
    ...{ name: 'active-users', width: 6 },
    drawing: {
      ...{ kind: 'over', x: 'day', grain: 'grain', isBars: true },
      series: [named('active_users', 'active'), named('new_users', 'new')],
    },
  },
  {
    ...{ name: 'uplift-of-fold-in', width: 6, isOfLists: true, time: OF_MEASUREMENTS },
    drawing: {
      ...{ kind: 'over', x: 'time', grain: 'grain' },
      by: {
        ...{ column: 'variant', value: 'value', only: ['metric', 'hr@10'] },
        names: VARIANTS,
      },
    },
  },
  {
    ...{ name: 'model-quality', width: 6, time: { always: 'newest 50 models' } },
    drawing: {
      ...{ kind: 'over', x: 'created_at' },
      by: { column: 'measured', value: 'value', only: ['metric', 'ndcg@10'], names: VARIANTS },
    },
  },
  {
    ...{ name: 'funnel', width: 4, isOfLists: true, time: OF_LISTS },
    drawing: {
      ...{ kind: 'groups', label: 'strategy' },
      values: [named('lists', 'served'), named('lists_rated', 'rated'), named('ratings', 'ratings')],
    },
  },
  {
    ...{ name: 'coverage', width: 4, isOfLists: true, time: OF_LISTS },
    drawing: { kind: 'over', x: 'day', series: [named('share', 'recommended')] },
  },
  {
    ...{ name: 'popularity-bias', width: 4, isOfLists: true, time: OF_LISTS },
    drawing: {
      ...{ kind: 'groups', label: 'popularity_group' },
      values: [named('share_of_ratings', 'rated'), named('share_of_served', 'recommended')],
    },
  },
  {
    ...{ name: 'freshness', width: 6, isOfLists: true, time: OF_MEASUREMENTS },
    drawing: {
      kind: 'over',
      x: 'time',
      grain: 'grain',
      series: [named('typical', 'typical'), named('p99', '99 of 100')],
    },
  },
  {
    ...{ name: 'lag', width: 6, isOfLists: true, time: OF_MEASUREMENTS },
    drawing: { kind: 'over', x: 'time', grain: 'grain', series: [named('updater'), named('sink')] },
  },
  {
    name: 'top-items',
    width: 3,
    time: BY_MONTHS,
    drawing: { kind: 'ranks', value: 'ratings', beside: 'average_value' },
  },
  {
    name: 'best-items',
    width: 3,
    time: BY_MONTHS,
    drawing: { kind: 'ranks', value: 'bayesian_average', beside: 'ratings' },
  },
  {
    name: 'rising-items',
    width: 3,
    time: TREND,
    drawing: { kind: 'ranks', value: 'ratings', beside: 'ratings_before' },
  },
  {
    name: 'falling-items',
    width: 3,
    time: TREND,
    drawing: { kind: 'ranks', value: 'ratings_before', beside: 'ratings' },
  },
  {
    ...{ name: 'item-history', width: 6, time: BY_MONTHS },
    drawing: {
      ...{ kind: 'over', x: 'month', grain: 'grain', isBars: true },
      series: [named('ratings'), named('positives', 'likes')],
    },
  },
  {
    ...{ name: 'genre-shares', width: 6, time: BY_MONTHS },
    drawing: { kind: 'multiples', x: 'month', grain: 'grain', by: { column: 'genre', value: 'share' } },
  },
  {
    ...{ name: 'long-tail', width: 4, time: BY_MONTHS },
    drawing: { kind: 'over', x: 'percent', series: [named('share', 'of the ratings')] },
  },
  {
    ...{ name: 'cohort-return', width: 4, time: BY_MONTHS },
    drawing: { kind: 'heat', row: 'cohort', column: 'months_later', value: 'share', size: 'cohort_users' },
  },
  {
    ...{ name: 'sparsity', width: 4, time: ALL_TIME },
    drawing: {
      kind: 'facts',
      names: [
        named('users'),
        named('items'),
        named('ratings'),
        named('density', 'pairs rated'),
        named('ratings_a_user', 'ratings a user, mean'),
        named('median_ratings_a_user', 'ratings a user, median'),
        named('ratings_an_item', 'ratings an item, mean'),
        named('median_ratings_an_item', 'ratings an item, median'),
        named('items_below_5', 'items with fewer than 5'),
      ],
    },
  },
]

/** Where the cards of a subject begin, for whoever looks at one of them after the other. */
export const SUBJECTS = [
  { name: 'Ratings', first: 'events-per-minute' },
  { name: 'Models', first: 'uplift-of-fold-in' },
  { name: 'Lists', first: 'funnel' },
  { name: 'Speed', first: 'freshness' },
  { name: 'Items', first: 'top-items' },
  { name: 'Spread', first: 'long-tail' },
]

/** Of fewer than so many, a share, a mean or a quantile says little. */
export const ENOUGH = 30

/** Whoever asks for all days asks from then on. */
export const FIRST_DAY = '1970-01-01'
/** Names of time ranges, as they stand in an address, with their days; 0: all of them. */
export const RANGES = /** @type {const} */ ({ '1d': 1, '7d': 7, '30d': 30, '1y': 365, all: 0 })
/** @typedef {keyof typeof RANGES} Range */
/** @type {Range} */
export const USUAL_RANGE = '30d'
