import { ENOUGH } from '../shared/dashboard.js'
import { Failure } from './api.js'
import { counted } from './counted.js'
import { askAnalytics } from './dashboard-api.js'
import { courseOf, wholeDays } from './dashboard-days.js'
import { sparkline } from './dashboard-svg.js'
import { count, percent, span } from './dashboard-words.js'
import { element } from './page.js'

const MINUS = '\u2212'

/** @typedef {import('./dashboard-days.js').Days} Days */
/** @typedef {import('./dashboard-arriving.js').Arriving} Arriving */
/**
 * @typedef {object} Change
 * @property {number | null | undefined} [value]
 * @property {number | null | undefined} [before]
 * @property {number | undefined} [ofRatings]  that `value` would be of: where it is not known, these are too few
 * @property {number | undefined} [ofRatingsBefore]
 */

/** How each is written. */
const TEXTS = /** @type {Record<string, (value: number) => string>} */ ({
  ratings: count,
  'active users': count,
  freshness: span,
  lag: (records) => counted(records, 'record'),
  'live hit rate': percent,
  coverage: percent,
})
const SHARES = ['live hit rate', 'coverage']

/**
 * @param {string} name
 * @param {number | null | undefined} value
 * @param {readonly (number | null | undefined)[]} course
 * @param {string} told  beside it: what it was before, or why it is not known
 * @param {number} [ofRatings]  that a share is of: few tell little
 */
function write(name, value, course, told, ofRatings) {
  const place = document.querySelector(`[data-figure="${name}"]`)
  const [figure, note, spark] = ['value', 'note', 'spark'].map((part) => place?.querySelector(`.figure-${part}`))
  if (!figure || !note || !spark) return
  const isKnown = typeof value === 'number'
  figure.textContent = isKnown ? (TEXTS[name] ?? count)(value) : '–'
  if (isKnown && ofRatings !== undefined) figure.append(element('small', '', ` of ${counted(ofRatings, 'rating')}`))
  note.textContent = told
  spark.replaceChildren(sparkline(course))
  note.setAttribute('title', note.textContent ?? '')
}

/** @param {string} name @param {Change} change @param {string} period  as in "30 d" */
function changeOf(name, { value, before, ofRatingsBefore }, period) {
  if (typeof value !== 'number') return 'not known'
  if (typeof before !== 'number' && name === 'freshness') return 'too few in the hour before'
  if (typeof before !== 'number' && name === 'lag') return 'an hour ago: not known'
  if (typeof before !== 'number' && ofRatingsBefore) return `too few before to compare (${count(ofRatingsBefore)})`
  if (typeof before !== 'number')
    // Lists are kept for 90 days.
    return name === 'coverage' ? `${period} before: not kept` : `nothing in the ${period} before`
  // Today may have some, which is left out here.
  if (value === 0 && before === 0 && name !== 'lag') return `none in the ${period} before`
  if (SHARES.includes(name)) return `${signed(100 * (value - before), 'points')} on the ${period} before`
  if (name === 'lag') return `${signed(value - before, '')} on an hour ago`
  if (before === 0) return `none in the ${period} before`
  return `${signed(100 * (value / before - 1), '%')} on the ${period} before`
}

/** @param {number} change @param {string} unit */
function signed(change, unit) {
  const size = Math.abs(change)
  const digits = size >= 10 || unit === '' ? String(Math.round(size)) : size.toFixed(1)
  const sign = Number(digits) === 0 ? '±' : change < 0 ? MINUS : '+'
  return `${sign}${Number(digits).toLocaleString('en')}${unit === '' ? '' : ` ${unit}`}`
}

/** @param {string} reason */
const failed = (reason) => (/** @type {string} */ name) => write(name, undefined, [], reason)

/**
 * The four figures of ClickHouse, of the days of ratings and of those of lists.
 *
 * @param {import('./dashboard-api.js').Asking} ask
 * @param {Record<'ratings' | 'lists', Days>} days
 * @param {() => boolean} isLate  other days are shown by now
 */
export async function drawFigures(ask, { ratings, lists }, isLate) {
  await Promise.all([
    drawFiguresOf(['ratings', 'active users'], ask, ratings, isLate),
    drawFiguresOf(SHARES, ask, lists, isLate),
  ])
}

/** @param {readonly string[]} names @param {import('./dashboard-api.js').Asking} ask @param {Days} days @param {() => boolean} isLate */
async function drawFiguresOf(names, ask, days, isLate) {
  try {
    const whole = wholeDays(days)
    const [figures, course] = await Promise.all([ask('figures', days), ask('figures-by-day', days)])
    if (isLate()) return
    for (const name of names) {
      const row = figures.rows.find(({ figure }) => figure === name)
      const change = {
        value: numberOf(row?.value_of_whole_days),
        before: numberOf(row?.value_before),
        ofRatings: numberOf(row?.of_ratings_of_whole_days),
        ofRatingsBefore: numberOf(row?.of_ratings_before),
      }
      const rows = course.rows.filter(({ figure }) => figure === name)
      const points = courseOf(rows, days, SHARES.includes(name) ? undefined : 0)
      const value = numberOf(row?.value)
      const ofRatings = numberOf(row?.of_ratings)
      const unknown = ofRatings ? `too few yet: ${counted(ofRatings, 'rating')}` : 'not known'
      const told = whole ? toldOf(name, change, whole.count) : noChange(name, days)
      write(name, value, points, value === undefined ? unknown : told, ofRatings)
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (!isLate()) names.forEach(failed(error.message))
  }
}

/** @param {string} name @param {Change} change @param {number} days  of the period that are over */
function toldOf(name, change, days) {
  if (change.value !== undefined) return changeOf(name, change, days === 1 ? 'day' : `${days} d`)
  return change.ofRatings ? `too few without today (${count(change.ofRatings)})` : 'of today alone'
}

/** @param {string} name @param {Days} days  none of which is over, or all */
const noChange = (name, { from, to }) => (from === to ? 'today is not over' : `of ${KEPT[name] ?? 'all time'}`)

/** What is not kept for ever. @type {Record<string, string>} */
const KEPT = { coverage: 'the last 90 days', 'live hit rate': 'the last 400 days' }

/** @param {import('./dashboard-words.js').Cell | undefined} cell */
const numberOf = (cell) => (typeof cell === 'number' ? cell : undefined)

/** @param {number} batches  of ratings, within the hour */
const tooFewBatches = (batches) =>
  batches === 0 ? 'no rating within the hour' : `too few yet: ${count(batches)} ${batches === 1 ? 'batch' : 'batches'}`

/** The two of the process that answers. @returns {Promise<Arriving>} */
export async function drawLive() {
  try {
    const { loading, freshness, lag, minutes } = await (await askAnalytics('live')).json()
    const of = (/** @type {'p99Seconds' | 'lag'} */ name) =>
      minutes.map((/** @type {Record<string, number | undefined>} */ minute) => minute[name])
    const change = { value: freshness.p99Seconds, before: freshness.p99SecondsBefore }
    const few = freshness.batches < ENOUGH ? tooFewBatches(freshness.batches) : undefined
    const value = few === undefined ? change.value : undefined
    write('freshness', value, of('p99Seconds'), few ?? changeOf('freshness', change, 'hour'))
    const lags = { value: lag.records, before: lag.recordsBefore }
    write('lag', lags.value, of('lag'), changeOf('lag', lags, 'hour'))
    return { loading, records: lag.records }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    ;['freshness', 'lag'].forEach(failed(error.message))
    return {}
  }
}
