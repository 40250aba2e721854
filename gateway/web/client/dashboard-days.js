import { FIRST_DAY, RANGES } from '../shared/dashboard.js'
import { count, dayOf, daysBefore, dayText } from './dashboard-words.js'

/** @typedef {import('../shared/dashboard.js').Range} Range */
/** @typedef {{ from: string, to: string }} Days  both counted, of UTC */

/** A month of any system that has been rated on for less than a lifetime has more. */
const NEXT_TO_NOTHING = 1 / 1000

/**
 * The days of a range, of ratings and of lists: they end today, or with the newest of them where that is older than the range. All days
 * end today.
 *
 * @param {Range} range
 * @param {{ rating?: string | undefined, list?: string | undefined }} newest  the days; undefined: there is none
 * @param {string} [today]
 * @returns {{ ratings: Days, lists: Days, words: string }}
 */
export function rangesOf(range, { rating, list }, today = dayOf(Date.now())) {
  const days = RANGES[range]
  if (days === 0) {
    // A rating may be told to be of a later day.
    const all = { from: FIRST_DAY, to: rating !== undefined && rating > today ? rating : today }
    const why = rating !== undefined && rating < today ? `; the newest rating is of ${dayText(rating)}` : ''
    return { ratings: all, lists: all, words: `All days up to ${dayText(all.to)}${why}. ${OF_UTC}.` }
  }
  const newestOfLists = list !== undefined && list > (rating ?? '') ? list : rating
  const [ratings, lists] = [lastDays(days, rating, today), lastDays(days, newestOfLists, today)]
  const [ofRatings, ofLists] = [ratings, lists].map((one) => textOf(one, today))
  const ends = ratings.to === today ? '' : days === 1 ? ', the day of the newest rating' : ', up to the newest rating'
  const told =
    lists.to === ratings.to ? `${ofRatings}${ends}` : `ratings of ${ofRatings}${ends}; lists and models of ${ofLists}`
  const isOpen = days > 1 && (ratings.to === today || lists.to === today)
  const whole = isOpen ? ', and changes leave out today, which is not over' : ''
  return { ratings, lists, words: `${told.charAt(0).toUpperCase()}${told.slice(1)}. ${OF_UTC}${whole}.` }
}

/**
 * A range with little in it looks as if there were no more.
 *
 * @param {readonly import('./dashboard-words.js').Row[] | undefined} shown  of the range, with `ratings`; undefined: not known
 * @param {import('./dashboard-words.js').Row | undefined} all  the row of all days
 */
export function outsideOf(shown, all) {
  if (shown === undefined) return ''
  const [inside, total] = [ratingsOf(shown), totalOf(all)]
  return total > inside ? ` ${count(inside)} of all ${count(total)} ratings are of these days.` : ''
}

/**
 * Whether these days show so little of what there is that they would be taken for an empty system.
 *
 * @param {readonly import('./dashboard-words.js').Row[]} shown
 * @param {import('./dashboard-words.js').Row | undefined} all
 */
export const isNextToNothing = (shown, all) => ratingsOf(shown) < totalOf(all) * NEXT_TO_NOTHING

/** @param {readonly import('./dashboard-words.js').Row[]} days */
const ratingsOf = (days) => days.reduce((sum, { ratings }) => sum + Number(ratings), 0)
/** @param {import('./dashboard-words.js').Row | undefined} all */
const totalOf = (all) => Number(all?.ratings ?? 0)

const OF_UTC = 'Days are those of UTC'

/** @param {number} days @param {string | undefined} newest @param {string} today @returns {Days} */
function lastDays(days, newest, today) {
  const to = newest !== undefined && newest < daysBefore(today, days - 1) ? newest : today
  return { from: daysBefore(to, days - 1), to }
}

/** @param {Days} days @param {string} today */
function textOf({ from, to }, today) {
  if (from !== to) return `${dayText(from)} to ${dayText(to)}`
  return to === today ? `today so far, ${dayText(to)}` : dayText(to)
}

/**
 * Those of the days that are over: a day that goes on has less of everything than one that is whole.
 *
 * @param {Days} days
 * @param {string} [today]
 * @returns {(Days & { count: number }) | undefined}  undefined: none is over, or they are all days, before which there is none
 */
export function wholeDays({ from, to }, today = dayOf(Date.now())) {
  const last = to < today ? to : daysBefore(today, 1)
  const count = daysIn({ from, to: last })
  return count < 1 || from === FIRST_DAY ? undefined : { from, to: last, count }
}

/**
 * Of windows that are kept, in days, the first one that the range fits in, or the last.
 *
 * @param {Days} range
 * @param {readonly number[]} windows
 */
export const windowOf = (range, windows) => windows.find((window) => daysIn(range) <= window) ?? windows.at(-1)

/** @param {Days} range */
const daysIn = ({ from, to }) => (Date.parse(to) - Date.parse(from)) / DAY_MS + 1

const DAY_MS = 86_400_000

/** Months and days from the first day of each to that of the next. @type {Record<string, [number, number]>} */
const STEPS = { day: [0, 1], week: [0, 7], month: [1, 0], quarter: [3, 0], year: [12, 0] }

/**
 * How a figure went, one after the other without a gap.
 *
 * @param {readonly import('./dashboard-words.js').Row[]} rows  with a `day`, a `value` and, where they are of more than a day, its `grain`
 * @param {Days} days
 * @param {number | undefined} otherwise  of a day that has no row
 * @returns {(number | undefined)[]}
 */
export function courseOf(rows, { from, to }, otherwise) {
  const values = new Map(rows.map(({ day, value }) => [String(day), Number(value)]))
  const [first] = rows
  if (!first) return []
  const grain = String(first.grain ?? 'day')
  const [months, days] = STEPS[grain] ?? [0, 1]
  const course = []
  // Where all is shown, what comes after the last of them is no course, and would be a long flat line.
  const last = from === FIRST_DAY ? String(rows.at(-1)?.day) : to
  const at = new Date(grain === 'day' && from !== FIRST_DAY ? from : String(first.day))
  for (; dayOf(at.getTime()) <= last; at.setUTCMonth(at.getUTCMonth() + months, at.getUTCDate() + days))
    course.push(values.get(dayOf(at.getTime())) ?? otherwise)
  return course
}
