import { colourOf } from './colours.js'
import { brief, isShare, percent } from './dashboard-words.js'
import { widthOf } from './lettering.js'
import { COUNT_STEPS, extentOf, stepsOf, timeTicks, upTo } from './over-axis.js'
import { placeText } from './over-readout.js'

/** Of the vertical axis, above the greatest value. */
const HEADROOM = 1.08
/** From one mark of an axis to the next there are so many pixels at least. */
const LEAST_SPACE = { x: 50, y: 30 }
/** Of a range, where labels are looked at for the longest. */
const LOOKED_AT = 12

const BARS = /** @type {import('uplot').Series.PathBuilder} */ (uPlot.paths.bars?.({ size: [0.85, 48] }))

/** @typedef {import('./over-view.js').View} View */
/** @typedef {{ text: string, size: number }} Font  `text` as CSS has it, `size` in pixels */

const edge = { stroke: () => colourOf('edge'), width: 1 }
const hueOf = (/** @type {number} */ n) => () => colourOf(`chart-${n + 1}`)

/** @param {View} view @returns {import('uplot').Series[]} */
export const seriesOptions = ({ shown, isBars, hasPoints, isThin }) => [
  {},
  ...shown.series.map(({ name }, n) => ({
    label: name,
    stroke: hueOf(n),
    width: isBars ? 0 : isThin ? 1 : 2,
    points: { show: hasPoints, size: 5, fill: hueOf(n) },
    ...(isBars && { fill: hueOf(n), paths: BARS }),
    spanGaps: true,
  })),
]

/** @param {View} view @param {() => import('./over-view.js').Shown} now  what is shown by then @returns {import('uplot').Scales} */
export const scalesOf = ({ isTime, isBars, step, askedOf }, now) => ({
  x: { time: isTime, range: () => extentOf(now().xs, isBars, step, askedOf(now())) },
  y: { range: (_, __, max) => [0, max > 0 ? max * HEADROOM : 1] },
})

/** @param {View} view @param {() => import('./over-view.js').Shown} now @param {Font} font @returns {import('uplot').Axis[]} */
export const axesOf = (view, now, font) => [horizontalAxis(view, now, font), verticalAxis(view, font)]

/** @param {Font} font */
const styleOf = ({ text, size }) => ({
  ...{ stroke: () => colourOf('text-3'), font: text, labelFont: text, labelSize: 1.5 * size, labelGap: 0 },
})

/** @param {View} view @param {() => import('./over-view.js').Shown} now @param {Font} font @returns {import('uplot').Axis} */
function horizontalAxis(view, now, font) {
  const { drawing, grain, xUnit, length, isTime, isLone, timeZone, lastOf } = view
  const ticks = timeTicks(timeZone)
  /** @type {import('uplot').Axis.Filter} */
  const filter = (_, splits) => upTo(splits, lastOf(now()))
  return {
    ...{ ...styleOf(font), size: 2 * font.size, gap: 3, grid: { show: false }, ticks: { ...edge, size: 4, filter } },
    filter,
    ...(length !== undefined && { incrs: stepsOf(length) }),
    space: spaceFor(isTime ? ticks : (splits) => splits.map(String), font),
    label: isTime ? timeLabel(grain ?? drawing.x, timeZone) : xUnit,
    ...(isTime && { values: (_, splits, __, ___, found) => ticks(splits, found) }),
    ...(isLone && { splits: () => now().xs, values: (_, splits) => splits.map((at) => placeText(view, at)) }),
  }
}

/**
 * Room for the longest label, and something between two.
 *
 * @param {(splits: readonly number[], step: number) => string[]} write
 * @param {Font} font
 * @returns {import('uplot').Axis.Space}
 */
const spaceFor =
  (write, { text, size }) =>
  (_, __, min, max, length) => {
    const places = Array.from({ length: LOOKED_AT }, (_, n) => min + ((max - min) * n) / (LOOKED_AT - 1))
    const labels = write(places.map(Math.round), ((max - min) * LEAST_SPACE.x) / length)
    return Math.max(LEAST_SPACE.x, ...labels.map((label) => widthOf(label, text) + size))
  }

/** @param {View} view @param {Font} font @returns {import('uplot').Axis} */
function verticalAxis({ drawing, grain, unit, isBars, isOfCounts }, font) {
  const counted = grain && isBars ? `${unit} a ${grain}` : unit
  return {
    space: Math.max(LEAST_SPACE.y, 2 * font.size),
    ...{ ...styleOf(font), size: 4 * font.size, gap: 4, grid: edge, ticks: { show: false } },
    ...(isOfCounts && { incrs: COUNT_STEPS }),
    label: drawing.by?.only?.[1] ?? (isShare(unit) ? 'share' : counted),
    values: (_, splits) => splits.map((value) => (isShare(unit) ? percent(value) : brief(value))),
  }
}

/** @param {string} x @param {string | undefined} timeZone */
const timeLabel = (x, timeZone) => {
  if (timeZone) return `${x}, ${timeZone}`
  return `${x === 'minute' ? 'minute' : 'time'}, ${Intl.DateTimeFormat().resolvedOptions().timeZone}`
}
