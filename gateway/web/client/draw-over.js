import { colourOf } from './colours.js'
import { goByKeys } from './dashboard-keys.js'
import { widthOf } from './lettering.js'
import { cutOf } from './over-axis.js'
import { drawCut, drawLabels, LABEL_GAP } from './over-labels.js'
import { axesOf, scalesOf, seriesOptions } from './over-options.js'
import { readOut } from './over-readout.js'
import { shapeOf, viewOf } from './over-view.js'
import { element } from './page.js'

/** @typedef {import('./over-view.js').View} View */
/** @typedef {import('./over-view.js').Shown} Shown */
/** @typedef {{ plot: import('uplot'), shape: string, show: (shown: Shown) => void }} Standing */
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
export function drawOver(place, drawing, answer, unitOf) {
  const view = viewOf(drawing, answer, unitOf)
  const { fontSize, fontFamily } = getComputedStyle(place)
  const shape = shapeOf(view, [place.clientWidth, place.clientHeight, colourOf('text-1'), fontSize])
  const standing = plots.get(place)
  if (standing && standing.shape === shape && place.contains(standing.plot.root)) return standing.show(view.shown)
  standing?.plot.destroy()
  plots.set(place, { shape, ...plotIn(place, view, { size: Number.parseFloat(fontSize), family: fontFamily }) })
}

/**
 * @param {HTMLElement} place
 * @param {View} view
 * @param {{ size: number, family: string }} font  `size` in pixels
 */
function plotIn(place, view, { size, family }) {
  let { shown } = view
  const keys = element('p', view.hasManyKeys ? 'keys are-many' : 'keys')
  const canvas = element('div', 'canvas')
  place.replaceChildren(keys, canvas)
  const text = `${size}px ${family}`
  const now = () => shown
  const tell = (/** @type {number | null | undefined} */ index) => readOut(keys, view, shown, index)
  const widest = Math.max(0, ...shown.series.map(({ name }) => widthOf(name, text)))
  /** @type {import('uplot').Options} */
  const options = {
    ...{ width: canvas.clientWidth, height: canvas.clientHeight, legend: { show: false } },
    padding: [size / 2, view.isLabelled ? widest + 2 * LABEL_GAP : size, 0, 0],
    cursor: { y: false, drag: { x: false, y: false }, points: { size: 7 } },
    tzDate: (at) => (view.timeZone ? uPlot.tzDate(new Date(at * 1000), view.timeZone) : new Date(at * 1000)),
    scales: cutScales(view, now),
    series: seriesOptions(view),
    axes: axesOf(view, now, { text, size }),
    hooks: {
      setCursor: [({ cursor }) => tell(cursor.idx)],
      ...(view.drawing.isLastHour && { draw: [(u) => drawCut(u, shown, { size, family })] }),
      ...(view.isLabelled && { draw: [(u) => drawLabels(u, shown, { size, family })] }),
    },
  }
  const plot = new uPlot(options, dataOf(shown), canvas)
  tell(undefined)
  goThrough(place, plot, now, tell)
  return {
    plot,
    /** @param {Shown} next */
    show(next) {
      shown = next
      plot.setData(dataOf(next))
      goThrough(place, plot, now, tell)
    },
  }
}

/** Of the last hour: beside a minute in which a dataset was loaded, those in which people rate are seen. @param {View} view @param {() => Shown} now */
function cutScales(view, now) {
  const scales = scalesOf(view, now)
  if (!view.drawing.isLastHour) return scales
  const usual = /** @type {import('uplot').Range.Function} */ (scales.y?.range)
  /** @type {import('uplot').Range.Function} */
  const range = (plot, min, max, key) => {
    const cut = cutOf(now().series[0]?.values ?? [])
    return cut === undefined ? usual(plot, min, max, key) : [0, cut]
  }
  return { ...scales, y: { range } }
}

/** @param {HTMLElement} place @param {import('uplot')} plot @param {() => Shown} now @param {(index: number | undefined) => string} tell */
function goThrough(place, plot, now, tell) {
  goByKeys(place, {
    length: now().xs.length,
    show(index) {
      const at = now().xs[index ?? -1]
      plot.setCursor(at === undefined ? { left: -10, top: -10 } : { left: plot.valToPos(at, 'x'), top: 0 })
      return tell(index)
    },
  })
}

/** @param {Shown} shown @returns {import('uplot').AlignedData} */
const dataOf = ({ xs, series }) => [xs, ...series.map(({ values }) => values)]
