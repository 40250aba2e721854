import { Failure } from './api.js'
import { askAnalytics, askChart } from './dashboard-api.js'
import { sparkline } from './dashboard-svg.js'
import { count, percent, span } from './dashboard-words.js'

const MINUS = '\u2212'

/** @typedef {{ value?: number | null | undefined, before?: number | null | undefined, values: (number | null | undefined)[] }} Figure */

/** How each is written. */
const TEXTS = /** @type {Record<string, (value: number) => string>} */ ({
  ratings: count,
  'active users': count,
  freshness: span,
  lag: (records) => `${count(records)} ${records === 1 ? 'record' : 'records'}`,
  'live hit rate': percent,
  coverage: percent,
})
const SHARES = ['live hit rate', 'coverage']

/** @param {string} name @param {Figure} figure @param {string} period  as in "30 d" */
function write(name, { value, before, values }, period) {
  const place = document.querySelector(`[data-figure="${name}"]`)
  const [figure, note, spark] = ['value', 'note', 'spark'].map((part) => place?.querySelector(`.figure-${part}`))
  if (!figure || !note || !spark) return
  const text = TEXTS[name] ?? count
  figure.textContent = typeof value === 'number' ? text(value) : '–'
  note.textContent = changeOf(name, value, before, period)
  spark.replaceChildren(sparkline(values))
  note.setAttribute('title', note.textContent ?? '')
}

/** @param {string} name @param {Figure['value']} value @param {Figure['before']} before @param {string} period */
function changeOf(name, value, before, period) {
  if (typeof value !== 'number') return 'not known'
  if (period === '') return 'of all time'
  if (typeof before !== 'number') return `nothing in the ${period} before`
  if (SHARES.includes(name)) return `${signed(100 * (value - before), 'points')} on the ${period} before`
  if (name === 'lag') return `${signed(value - before, '')} on an hour ago`
  if (before === 0) return value === 0 ? `as in the ${period} before` : `none in the ${period} before`
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
const failed = (reason) => (/** @type {string} */ name) => {
  write(name, { values: [] }, '')
  const note = document.querySelector(`[data-figure="${name}"] .figure-note`)
  if (note) note.textContent = reason
}

/** The four figures of ClickHouse. @param {import('./dashboard-api.js').Parameters} parameters @param {string} period */
export async function drawFigures(parameters, period) {
  try {
    const [figures, days] = await Promise.all([askChart('figures', parameters), askChart('figures-by-day', parameters)])
    for (const { figure, value, value_before } of figures.rows) {
      const values = days.rows.filter((row) => row.figure === figure).map((row) => Number(row.value))
      const numbers = { value: numberOf(value), before: numberOf(value_before), values }
      write(String(figure), numbers, period)
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    ;['ratings', 'active users', ...SHARES].forEach(failed(error.message))
  }
}

/** @param {import('./dashboard-words.js').Cell | undefined} cell */
const numberOf = (cell) => (typeof cell === 'number' ? cell : undefined)

/** The two of the process that answers. */
export async function drawLive() {
  try {
    const { freshness, lag, minutes } = await (await askAnalytics('live')).json()
    const of = (/** @type {'p99Seconds' | 'lag'} */ name) =>
      minutes.map((/** @type {Record<string, number | undefined>} */ minute) => minute[name])
    write(
      'freshness',
      { value: freshness.p99Seconds, before: freshness.p99SecondsBefore, values: of('p99Seconds') },
      'hour',
    )
    write('lag', { value: lag.records, before: lag.recordsBefore, values: of('lag') }, 'hour')
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    ;['freshness', 'lag'].forEach(failed(error.message))
  }
}
