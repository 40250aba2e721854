import { RANGES, USUAL_RANGE } from '../shared/dashboard.js'
import { isNextToNothing, rangesOf } from './dashboard-days.js'

/** @typedef {import('./dashboard-api.js').Asking} Asking */
/** @typedef {import('../shared/dashboard.js').Range} Range */

/** Characters of a name that is told again. */
const MAX_TOLD = 30

/** Addresses that somebody kept name them so. @type {Record<string, Range>} */
const FORMER_NAMES = { '24h': '1d' }

/**
 * What the address asks for. `why` says of a range that there is none of this name, and another one is shown.
 *
 * @returns {{ range: Range | undefined, item: string | undefined, why: string }}
 */
export function askedFor() {
  const query = new URLSearchParams(location.search)
  const asked = query.get('range') ?? undefined
  const range = asked !== undefined && Object.hasOwn(FORMER_NAMES, asked) ? FORMER_NAMES[asked] : asked
  const item = query.get('item') ?? undefined
  if (range === undefined) return { range, item, why: '' }
  if (Object.hasOwn(RANGES, range)) return { range: /** @type {Range} */ (range), item, why: '' }
  const why = `There is no range “${range.slice(0, MAX_TOLD)}”: this is ${RANGES[USUAL_RANGE]} days. `
  return { range: USUAL_RANGE, item, why }
}

/**
 * The range of whoever asks for none: all days where the usual ones have next to nothing of what there is, as with old ratings and a few
 * of today beside them.
 *
 * @param {Asking} ask
 * @param {{ rating?: string | undefined, list?: string | undefined }} newest  days
 * @returns {Promise<{ range: Range, why: string }>}
 * @throws {Failure}
 */
export async function usualRange(ask, newest) {
  const [shown, all] = await Promise.all([
    ask('daily-ratings', rangesOf(USUAL_RANGE, newest).ratings),
    ask('sparsity', {}),
  ])
  if (!isNextToNothing(shown.rows, all.rows[0])) return { range: USUAL_RANGE, why: '' }
  return { range: 'all', why: `Hardly any rating is of the usual ${RANGES[USUAL_RANGE]} days. ` }
}

/** @param {{ range?: string, item?: string }} change */
export function askFor(change) {
  const query = new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(location.search)), ...change })
  history.pushState(null, '', `?${query}`)
}

/** @param {Asking} ask @returns the days of the newest rating, and of the newest list @throws {Failure} */
export async function newestDays(ask) {
  const [rating, list] = await Promise.all(['daily-ratings', 'coverage'].map((chart) => newestDayOf(ask, chart)))
  return { rating, list }
}

/** @param {Asking} ask @param {string} chart  by days @returns {Promise<string | undefined>} @throws {Failure} */
async function newestDayOf(ask, chart) {
  // Without a range: the last days of which there is any.
  const { rows } = await ask(chart, {})
  const day = rows.at(-1)?.day
  return day === undefined || day === null ? undefined : String(day)
}
