import { RANGES, USUAL_RANGE } from '../shared/dashboard.js'
import { askChart } from './dashboard-api.js'

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

/** @returns the days of the newest rating, and of the newest list @throws {Failure} */
export async function newestDays() {
  const [rating, list] = await Promise.all(['daily-ratings', 'coverage'].map(newestDayOf))
  return { rating, list }
}

/** @param {string} chart  by days @returns {Promise<string | undefined>} @throws {Failure} */
async function newestDayOf(chart) {
  // Without a range: the last days of which there is any.
  const { rows } = await askChart(chart, {})
  const day = rows.at(-1)?.day
  return day === undefined || day === null ? undefined : String(day)
}
