import { RANGES, USUAL_RANGE } from '../shared/dashboard.js'
import { askChart } from './dashboard-api.js'

/** @typedef {import('../shared/dashboard.js').Range} Range */

/** Characters of a name that is told again. */
const MAX_TOLD = 30

/** What the address asks for; `fault` says of a range that there is none of this name, and another one is shown. */
export function askedFor() {
  const query = new URLSearchParams(location.search)
  const range = query.get('range') ?? USUAL_RANGE
  const item = query.get('item') ?? undefined
  if (Object.hasOwn(RANGES, range)) return { range: /** @type {Range} */ (range), item, fault: '' }
  const fault = `There is no range “${range.slice(0, MAX_TOLD)}”: this is ${RANGES[USUAL_RANGE]} days. `
  return { range: USUAL_RANGE, item, fault }
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
