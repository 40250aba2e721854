import { spokenTitle } from '../shared/titles.js'

/** @typedef {string | number | null} Cell */
/** @typedef {Record<string, Cell>} Row */
/** @typedef {{ name: string, unit: string }} Column */

const DAY_MS = 86_400_000
/** Marks of an axis lie at 0.25 and 0.025, too. */
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 3 })
const rough = new Intl.NumberFormat('en', { notation: 'compact', maximumSignificantDigits: 2 })
const short = new Intl.NumberFormat('en', { maximumFractionDigits: 2 })
/** "0.009%": what is next to nothing has no more digits than there is room for. */
const percents = new Intl.NumberFormat('en', {
  ...{ style: 'percent', maximumSignificantDigits: 3, maximumFractionDigits: 3 },
  roundingPriority: 'lessPrecision',
})

/** "12,345"; "0.25" @param {number} value */
export const count = (value) => short.format(value)
/** "12.3%" @param {number} share */
export const percent = (share) => percents.format(share)
/** For an axis: "12K" @param {number} value */
export const brief = (value) => compact.format(value)
/** Where there is no room for that: "2.8K" @param {number} value */
export const briefer = (value) => rough.format(value)

/** Days and months are those of UTC, wherever they are looked at. @param {string} day  2026-01-31 */
export const dayText = (day) =>
  new Date(day).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' })
/** @param {string} day  the first of the month */
const monthText = (day) =>
  new Date(day).toLocaleDateString('en-GB', { month: 'short', year: 'numeric', timeZone: 'UTC' })
/** @param {string} day  the first of the quarter */
const quarterText = (day) => `Q${Math.ceil(Number(day.slice(5, 7)) / 3)} ${day.slice(0, 4)}`
/** In the zone of whoever looks. @param {string | number} at */
const timeText = (at) => new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'short' })
/** "12:04:31" @param {string | number} at */
const clockText = (at) => new Date(at).toLocaleTimeString('en-GB')

/** The minute, in the zone of whoever looks. @param {string} at */
const minuteText = (at) => new Date(at).toLocaleTimeString('en-GB', { hour: '2-digit', minute: '2-digit' })

/**
 * A sentence as people here would say it, who have a zone of their own. A name that it begins with is said, and has no dates.
 *
 * @param {string} sentence
 * @param {Row} [row]  that it tells of
 */
export function spokenSentence(sentence, { title, item_id } = {}) {
  const name = [String(title ?? ''), `Item ${item_id}`].find((one) => sentence.startsWith(`${one}: `)) ?? ''
  return `${spokenTitle(name)}${withDates(sentence.slice(name.length))}`
}

/** Times, days, months and quarters within a text as people write them. @param {string} text */
const withDates = (text) =>
  text
    .replaceAll(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, minuteText)
    .replaceAll(/\b\d{4}-\d\d-\d\d\b/g, dayText)
    .replaceAll(/\b\d{4}-(?:0[1-9]|1[0-2])\b/g, (month) => monthText(`${month}-01`))
    .replaceAll(/\b(\d{4})-(Q[1-4])\b/g, '$2 $1')

/** Of a head that has little room: "1 Nov – 30 Nov 2026". @param {string} from  a day @param {string} to @param {boolean} isByMonths */
export function spanText(from, to, isByMonths) {
  const text = isByMonths ? monthText : dayText
  const [first, last] = [text(from), text(to)]
  if (first === last) return first
  const year = last.slice(-' 2026'.length)
  return `${first.endsWith(year) ? first.slice(0, -year.length) : first} – ${last}`
}

/** "as of 12:04:31", with the day where that is another one. @param {string} at */
export const asOfText = (at) =>
  new Date(at).toDateString() === new Date().toDateString() ? `as of ${clockText(at)}` : `as of ${timeText(at)}`

/** "0.42 s", "42 ms" @param {number} seconds */
export const span = (seconds) => (seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(2)} s`)

/** @param {string} unit  of a column */
export const isShare = (unit) => unit === 'share of 1'

/** A cell for people, by the unit of its column, or by the grain that its row is of. @param {Cell | undefined} cell @param {string} unit */
export function cellText(cell, unit) {
  if (cell === null || cell === undefined) return '–'
  if (unit === 'day' || unit === 'first day') return dayText(String(cell))
  if (unit === 'week') return `the week of ${dayText(String(cell))}`
  if (unit === 'quarter') return quarterText(String(cell))
  if (unit === 'year') return String(cell).slice(0, 4)
  if (unit.startsWith('month of') || unit === 'month') return monthText(String(cell))
  if (unit === 'time') return timeText(String(cell))
  if (typeof cell !== 'number') return cell
  return isShare(unit) ? percent(cell) : count(cell)
}

/** @param {number} ms @returns {string} the day of UTC */
export const dayOf = (ms) => new Date(ms).toISOString().slice(0, 10)
/** @param {string} day @param {number} days */
export const daysBefore = (day, days) => dayOf(Math.max(0, Date.parse(day) - days * DAY_MS))
