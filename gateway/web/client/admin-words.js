/** As wide as a plus. */
export const MINUS = '\u2212'
const STEPS = /** @type {const} */ ([
  [86_400, 'd'],
  [3_600, 'h'],
  [60, 'min'],
])
/** Fewer are told exactly. */
const SHORT_BY = 10

/** "12,345" @param {number} value */
export const count = (value) => value.toLocaleString('en')

/** "12:04:31", in the zone of whoever looks. @param {number | string} at */
export const clockTime = (at) => new Date(at).toLocaleTimeString('en-GB')

/** "29 Nov 2026, 12:04:31" @param {string} at */
export const fullTime = (at) => new Date(at).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' })

/** "3 h" @param {string} at  ISO 8601 */
export function age(at) {
  const seconds = Math.max(0, (Date.now() - Date.parse(at)) / 1000)
  const [length, unit] = STEPS.find(([step]) => seconds >= step) ?? [1, 's']
  return `${Math.floor(seconds / length)} ${unit}`
}

/** "0.95 s", "42 s", "12 min" @param {number} seconds */
export const span = (seconds) =>
  seconds < SHORT_BY
    ? `${seconds.toFixed(2)} s`
    : seconds < 600
      ? `${Math.round(seconds)} s`
      : `${Math.round(seconds / 60)} min`

/** "+0.004", and where that would be 0: "±0.000". @param {number} difference */
export function signed(difference) {
  const digits = Math.abs(difference).toFixed(3)
  return `${Number(digits) === 0 ? '±' : difference < 0 ? MINUS : '+'}${digits}`
}

/** Enough to tell models apart. @param {string} id */
export const shortId = (id) => id.slice(0, 8)

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g
/** Ids within a text cut short. @param {string} text @param {(id: string) => string} [nameOf] */
export const withShortIds = (text, nameOf = shortId) => text.replace(UUID, nameOf)

/** @param {string} text */
export const capitalized = (text) => text.charAt(0).toUpperCase() + text.slice(1)
