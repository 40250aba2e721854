import { cellText } from './dashboard-words.js'
import { element } from './page.js'

/** Where on the axis a place is, in words. @param {import('./over-view.js').View} view @param {number} at */
export const placeText = ({ isTime, xUnit }, at) =>
  isTime
    ? cellText(new Date(at * 1000).toISOString().slice(0, xUnit === 'time' ? undefined : 10), xUnit)
    : `${at} ${xUnit}`

/**
 * Writes the names of the series above a plot, with the values of the place that is pointed at.
 *
 * @param {Element} keys
 * @param {import('./over-view.js').View} view
 * @param {import('./over-view.js').Shown} shown
 * @param {number | null | undefined} index  undefined: nothing is pointed at
 * @returns {string} the same in one line
 */
export function readOut(keys, view, { xs, series }, index) {
  const at = index === null || index === undefined ? undefined : xs[index]
  const where = at === undefined ? '' : placeText(view, at)
  const values = series.map(({ name, values, column }) => ({
    name,
    value: at === undefined ? undefined : cellText(values[index ?? 0] ?? null, view.unitOf(column)),
  }))
  keys.replaceChildren(
    ...values.flatMap(({ name, value }, n) => {
      // Its name stands at the end of its line.
      if (value === undefined && view.isLabelled) return []
      return [element('span', `key text-of-${n + 1}`, value === undefined ? name : `${name} ${value}`)]
    }),
    element('span', 'where', where),
  )
  return at === undefined ? '' : `${where}: ${values.map(({ name, value }) => `${name} ${value}`).join(', ')}`
}
