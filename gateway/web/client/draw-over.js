import { colourOf } from './colours.js'
import { goByKeys } from './dashboard-keys.js'
import { brief, cellText, isShare, percent } from './dashboard-words.js'
import { COUNT_STEPS, extentOf, lengthOf, stepsOf, timeTicks } from './over-axis.js'
import { drawLabels, LABEL_GAP, widthOf } from './over-labels.js'
import { seriesOf } from './over-series.js'
import { element } from './page.js'

const MINUTE_S = 60
const HOUR_S = 60 * MINUTE_S
/** Of the vertical axis, above the greatest value. */
const HEADROOM = 1.08
/** So few lines have their names at their ends; more have them above. */
const MAX_LABELS = 3
/** Of so few places, each is marked. */
const MAX_POINTS = 40
/** Lines of more places are thin. */
const MAX_BOLD = 200
/** Where more bars would have room, those that there are were too thin. */
const MAX_BARS = 130

const BARS = /** @type {import('uplot').Series.PathBuilder} */ (uPlot.paths.bars?.({ size: [0.85, 48] }))

/** @typedef {import('./over-series.js').Series} Series */
/** @typedef {{ plot: import('uplot'), shape: string, show: (series: Series[], xs: number[]) => void }} Standing */
/** @type {WeakMap<HTMLElement, Standing>} */
const plots = new WeakMap()

/**
 * Lines, or bars in front of each other, over time or over a number. What is drawn already gets the new values.
 *
 * @param {HTMLElement} place
 * @param {import('../shared/dashboard.js').Over} drawing
 * @param {import('./dashboard-api.js').ChartAnswer} answer
 * @param {(column: string) => string} unitOf
 */
export function drawOver(place, drawing, { rows, from, to }, unitOf) {
  const grain = drawing.grain && String(rows[0]?.[drawing.grain])
  // Hours and minutes are those of whoever looks; days and longer ones those of UTC.
  const isOfDays = lengthOf(grain ?? unitOf(drawing.x)) !== undefined
  const xUnit = isOfDays && grain ? grain : unitOf(drawing.x)
  const length = lengthOf(xUnit)
  const isTime = length !== undefined || xUnit === 'time'
  const { xs, series } = seriesOf(drawing, rows, isTime)
  const unit = unitOf(series[0]?.column ?? '')
  const isBars = drawing.isBars === true
  const step = drawing.isLastHour ? MINUTE_S : (length ?? (isTime ? HOUR_S : 1))
  const days = isOfDays ? daysAsked({ from, to, most: isBars ? MAX_BARS * step : undefined }) : {}
  /** The only place on the axis, which says itself where it is. */
  const isLone = xs.length === 1 && !drawing.isLastHour && !((days.to ?? 0) - (days.from ?? 0) >= step)
  const isOfCounts = series.every(({ values }) => values.every((value) => Number.isInteger(value ?? 0)))
  const font = getComputedStyle(place)
  const shape = [
    place.clientWidth,
    place.clientHeight,
    colourOf('text-1'),
    font.fontSize,
    from,
    to,
    grain,
    isLone,
    isOfCounts,
    xs.length > MAX_POINTS,
    xs.length > MAX_BOLD,
    ...series.map(({ name }) => name),
  ].join()
  const standing = plots.get(place)
  if (standing && standing.shape === shape && place.contains(standing.plot.root)) return standing.show(series, xs)
  standing?.plot.destroy()

  let shown = { xs, series }
  const isLabelled = !isBars && series.length <= MAX_LABELS
  const keys = element('p', series.length > MAX_LABELS ? 'keys are-many' : 'keys')
  const canvas = element('div', 'canvas')
  place.replaceChildren(keys, canvas)
  const text = `${font.fontSize} ${font.fontFamily}`
  const size = Number.parseFloat(font.fontSize)
  const timeZone = xUnit === 'time' ? undefined : 'UTC'
  const ticks = timeTicks(timeZone)
  const asked = () => (drawing.isLastHour ? { from: (shown.xs.at(-1) ?? 0) - HOUR_S } : isLone ? {} : days)

  /** @param {number | undefined | null} index */
  function tell(index) {
    const at = index === null || index === undefined ? undefined : shown.xs[index]
    const where = at === undefined ? '' : placeText(at)
    const values = shown.series.map(({ name, values, column }) => ({
      name,
      value: at === undefined ? undefined : cellText(values[index ?? 0] ?? null, unitOf(column)),
    }))
    keys.replaceChildren(
      ...values.flatMap(({ name, value }, n) => {
        if (value === undefined && isLabelled) return []
        return [element('span', `key text-of-${n + 1}`, value === undefined ? name : `${name} ${value}`)]
      }),
      element('span', 'where', where),
    )
    return at === undefined ? '' : `${where}: ${values.map(({ name, value }) => `${name} ${value}`).join(', ')}`
  }
  const placeText = (/** @type {number} */ at) =>
    isTime
      ? cellText(new Date(at * 1000).toISOString().slice(0, xUnit === 'time' ? undefined : 10), xUnit)
      : `${at} ${xUnit}`

  const widest = Math.max(0, ...series.map(({ name }) => widthOf(name, text)))
  const line = { stroke: () => colourOf('edge'), width: 1 }
  const axis = { stroke: () => colourOf('text-3'), font: text, labelFont: text, labelSize: 1.5 * size, labelGap: 0 }
  /** @type {import('uplot').Options} */
  const options = {
    ...{ width: canvas.clientWidth, height: canvas.clientHeight, legend: { show: false } },
    padding: [size / 2, isLabelled ? widest + 2 * LABEL_GAP : size, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    tzDate: (at) => (timeZone ? uPlot.tzDate(new Date(at * 1000), timeZone) : new Date(at * 1000)),
    scales: {
      x: { time: isTime, range: () => extentOf(shown.xs, isBars, step, asked()) },
      y: { range: (_, __, max) => [0, max > 0 ? max * HEADROOM : 1] },
    },
    series: [
      {},
      ...series.map(({ name }, n) => ({
        label: name,
        stroke: () => colourOf(`chart-${n + 1}`),
        width: isBars ? 0 : xs.length > MAX_BOLD ? 1 : 2,
        points: { show: !isBars && xs.length <= MAX_POINTS, size: 5, fill: () => colourOf(`chart-${n + 1}`) },
        ...(isBars && { fill: () => colourOf(`chart-${n + 1}`), paths: BARS }),
        spanGaps: true,
      })),
    ],
    axes: [
      {
        ...{ ...axis, size: 2 * size, gap: 3, grid: { show: false }, ticks: { ...line, size: 4 } },
        ...(length !== undefined && { incrs: stepsOf(length) }),
        label: isTime ? timeLabel(grain ?? drawing.x, timeZone) : xUnit,
        ...(isTime && { values: (_, splits, __, ___, found) => ticks(splits, found) }),
        ...(isLone && { splits: () => shown.xs, values: (_, splits) => splits.map(placeText) }),
      },
      {
        ...{ ...axis, size: 4 * size, gap: 4, grid: line, ticks: { show: false } },
        ...(isOfCounts && { incrs: COUNT_STEPS }),
        label: drawing.by?.only?.[1] ?? (isShare(unit) ? 'share' : grain && isBars ? `${unit} a ${grain}` : unit),
        values: (_, splits) => splits.map((value) => (isShare(unit) ? percent(value) : brief(value))),
      },
    ],
    hooks: {
      setCursor: [({ cursor }) => tell(cursor.idx)],
      ...(isLabelled && { draw: [(u) => drawLabels(u, shown, { size, family: font.fontFamily })] }),
    },
  }
  const plot = new uPlot(options, dataOf(shown), canvas)
  tell(undefined)
  const keysOf = () =>
    goByKeys(place, {
      length: shown.xs.length,
      show(index) {
        const at = shown.xs[index ?? -1]
        plot.setCursor(at === undefined ? { left: -10, top: -10 } : { left: plot.valToPos(at, 'x'), top: 0 })
        return tell(index)
      },
    })
  keysOf()
  plots.set(place, {
    ...{ plot, shape },
    show(series, xs) {
      shown = { series, xs }
      plot.setData(dataOf(shown))
      keysOf()
    },
  })
}

/**
 * The days asked for, in seconds since 1970: of all that there are, or of more than `most` seconds, only those of the values are shown.
 *
 * @returns {{ from?: number, to?: number }}
 * @param {{ from?: string | undefined, to?: string | undefined, most?: number | undefined }} asked
 */
function daysAsked({ from, to, most = Number.POSITIVE_INFINITY }) {
  if (from === undefined || to === undefined) return {}
  const [first, last] = [Date.parse(from) / 1000, Date.parse(to) / 1000]
  return first === 0 || last - first > most ? {} : { from: first, to: last }
}

/** @param {{ xs: number[], series: Series[] }} shown @returns {import('uplot').AlignedData} */
const dataOf = ({ xs, series }) => [xs, ...series.map(({ values }) => values)]

/** @param {string} x @param {string | undefined} timeZone */
const timeLabel = (x, timeZone) => {
  if (timeZone) return `${x}, ${timeZone}`
  return `${x === 'minute' ? 'minute' : 'time'}, ${Intl.DateTimeFormat().resolvedOptions().timeZone}`
}
