const MINUTE_S = 60
const DAY_S = 86_400
const MONTH_S = 28 * DAY_S
const YEAR_S = 365 * DAY_S

/** How long the times are whose first days stand on an axis, in seconds: the shortest of a kind, so that bars of two do not meet. */
const GRAINS_S = /** @type {Record<string, number>} */ ({
  ...{ day: DAY_S, week: 7 * DAY_S, month: MONTH_S, quarter: 90 * DAY_S, year: YEAR_S },
})
const STEPS_S = [
  ...[1, 2, 3, 5, 7, 14].map((days) => days * DAY_S),
  ...[1, 2, 3, 6].map((months) => months * 30 * DAY_S),
  ...[1, 2, 5, 10, 20].map((years) => years * YEAR_S),
]

/** @param {string} unit @returns {number | undefined} undefined: it is none of days */
export const lengthOf = (unit) => GRAINS_S[unit]

/** From one mark to the next, on an axis of such times: nothing happens between two. @param {number} length  in seconds */
export const stepsOf = (length) => STEPS_S.filter((step) => step >= length)

/**
 * Writes what stands below an axis of time, in a zone.
 *
 * @param {string | undefined} timeZone  undefined: that of whoever looks
 * @returns {(splits: readonly (number | null)[], step: number) => string[]}  of seconds since 1970, and seconds from one to the next
 */
export function timeTicks(timeZone) {
  const format = (/** @type {Intl.DateTimeFormatOptions} */ options) =>
    new Intl.DateTimeFormat('en-GB', { ...options, ...(timeZone && { timeZone }) })
  const [year, month, day] = [
    format({ year: 'numeric' }),
    format({ month: 'short', year: 'numeric' }),
    format({ day: 'numeric', month: 'short' }),
  ]
  const [time, second] = [
    format({ hour: '2-digit', minute: '2-digit' }),
    format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }),
  ]
  return (splits, step) => {
    const by = step >= YEAR_S ? year : step >= MONTH_S ? month : step >= DAY_S ? day : step >= MINUTE_S ? time : second
    return splits.map((at) => {
      if (at === null) return ''
      const text = by.format(at * 1000)
      return by === time && text === '00:00' ? day.format(at * 1000) : text
    })
  }
}

/**
 * Marks of an axis: where it has more room than there is to be seen on it, none stands in that, as of a month to come.
 *
 * @param {readonly number[]} splits
 * @param {number} last
 * @returns {(number | null)[]}
 */
export const upTo = (splits, last) => splits.map((at) => (at > last ? null : at))

/** From one mark of an axis of counts to the next: there is no half of a person. */
export const COUNT_STEPS = Array.from({ length: 16 }, (_, power) => [1, 2, 5].map((step) => step * 10 ** power)).flat()

/** So many times what is next is far more; so many of that are shown of it. */
const FAR_MORE = 10
const SHOWN_OF_NEXT = 3
/** More that stand out are no exception: what is loaded at once comes within so many minutes. */
const MOST_CUT = 3

/**
 * Where an axis ends for what is ordinary to be seen beside a few values that are far greater.
 *
 * @param {readonly (number | null)[]} values
 * @returns {number | undefined} undefined: none stands out so
 */
export function cutOf(values) {
  const sorted = values.flatMap((value) => (value !== null && value > 0 ? [value] : [])).sort((a, b) => b - a)
  for (let n = Math.min(MOST_CUT, sorted.length - 1); n > 0; n--) {
    const [least = 0, next = 0] = sorted.slice(n - 1)
    if (least > FAR_MORE * next) return SHOWN_OF_NEXT * next
  }
  return undefined
}

/**
 * The part of an axis that is shown: with bars, half a step more at each end, so that none is cut.
 *
 * @param {readonly number[]} xs  in order
 * @param {boolean} isBars
 * @param {number} usualStep  from one bar to the next
 * @param {{ from?: number, to?: number }} asked  what is to be seen at least, whatever there is
 * @returns {[number, number]}
 */
export function extentOf(xs, isBars, usualStep, { from, to }) {
  const [first, last] = [Math.min(xs[0] ?? 0, from ?? xs[0] ?? 0), Math.max(xs.at(-1) ?? 0, to ?? xs.at(-1) ?? 0)]
  const room = isBars || first === last ? usualStep / 2 : 0
  return [first - room, last + room]
}

/**
 * Moves what would meet apart: down, and up again from the last place that there is.
 *
 * @param {readonly number[]} places  in order, downwards
 * @param {number} height  of each
 * @param {number} last
 * @returns {number[]}
 */
export function apart(places, height, last) {
  const moved = [...places]
  for (let n = 1; n < moved.length; n++) moved[n] = Math.max(moved[n] ?? 0, (moved[n - 1] ?? 0) + height)
  for (let n = moved.length - 1; n >= 0; n--)
    moved[n] = Math.min(moved[n] ?? 0, n === moved.length - 1 ? last : (moved[n + 1] ?? 0) - height)
  return moved
}
