import { RANGES, USUAL_RANGE } from '../shared/dashboard.js'
import { askChart } from './dashboard-api.js'
import { dayOf, daysBefore, dayText } from './dashboard-words.js'

/** @typedef {import('../shared/dashboard.js').Range} Range */

/** What the address asks for. */
export function askedFor() {
  const query = new URLSearchParams(location.search)
  const range = query.get('range') ?? ''
  return { range: range in RANGES ? /** @type {Range} */ (range) : USUAL_RANGE, item: query.get('item') ?? undefined }
}

/** @param {{ range?: string, item?: string }} change */
export function askFor(change) {
  const query = new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(location.search)), ...change })
  history.pushState(null, '', `?${query}`)
}

/**
 * The days of a range: they end today, or on the day of the newest rating where that is older than the range.
 *
 * @param {Range} range
 * @param {string | undefined} newest  the day; undefined: there is no rating
 * @returns {{ from: string, to: string, period: string, words: string }}  `period` as in "30 d"; empty: there is none before
 */
export function daysOf(range, newest) {
  const days = RANGES[range]
  const today = dayOf(Date.now())
  const isOld = newest !== undefined && (days === 0 || newest < daysBefore(today, days - 1))
  const to = isOld ? newest : today
  const end = dayText(to)
  const why = isOld && newest !== today ? ', the newest rating' : ''
  if (days === 0) return { from: dayOf(0), to, period: '', words: `All days up to ${end}${why}` }
  const from = daysBefore(to, days - 1)
  const period = days === 1 ? 'day' : `${days} d`
  const words = days === 1 ? `The day of ${end}${why}` : `${dayText(from)} to ${end}${why}`
  return { from, to, period, words: `${words}. Days are those of UTC.` }
}

/** @returns {Promise<string | undefined>} the day of the newest rating @throws {Failure} */
export async function newestDay() {
  // Without a range: the last days in which anything was rated.
  const { rows } = await askChart('daily-ratings', {})
  const day = rows.at(-1)?.day
  return day === undefined || day === null ? undefined : String(day)
}
