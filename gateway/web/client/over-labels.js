import { colourOf } from './colours.js'
import { count } from './dashboard-words.js'
import { apart, cutOf } from './over-axis.js'

/** Between a line's end and its name, in pixels. */
export const LABEL_GAP = 6
const LINE_HEIGHT = 1.2
/** Of the step from one bar to the next, and in pixels at most (over-options.js). */
const HALF_BAR = 0.425
const WIDEST_HALF = 24

/**
 * Writes the name of each line beside its end, so that none meets another, or what stands below the axis.
 *
 * @param {import('uplot')} plot
 * @param {{ xs: readonly number[], series: readonly import('./over-series.js').Series[] }} shown
 * @param {{ size: number, family: string }} font  `size` in pixels
 */
export function drawLabels({ ctx, bbox, valToPos }, { xs, series }, { size, family }) {
  const ratio = devicePixelRatio
  const ends = series.flatMap(({ name, values }, n) => {
    const value = values.findLast((one) => one !== null)
    return value === undefined || value === null ? [] : [{ name, n, y: valToPos(value, 'y', true) }]
  })
  ends.sort((one, other) => one.y - other.y)
  ctx.save()
  ctx.font = `${size * ratio}px ${family}`
  ctx.textBaseline = 'middle'
  ctx.textAlign = 'left'
  const x = valToPos(xs.at(-1) ?? 0, 'x', true) + LABEL_GAP * ratio
  const height = LINE_HEIGHT * size * ratio
  const places = apart(
    ends.map(({ y }) => y),
    height,
    bbox.top + bbox.height - height / 2,
  )
  ends.forEach(({ name, n }, place) => {
    ctx.fillStyle = colourOf(`chart-ink-${n + 1}`)
    ctx.fillText(name, x, places[place] ?? 0)
  })
  ctx.restore()
}

/**
 * Writes at the top of each bar that the axis cuts off how much it is, beside it where there is room.
 *
 * @param {import('uplot')} plot
 * @param {{ xs: readonly number[], series: readonly import('./over-series.js').Series[] }} shown
 * @param {{ size: number, family: string }} font  `size` in pixels
 */
export function drawCut({ ctx, bbox, valToPos }, { xs, series: [first] }, { size, family }) {
  const values = first?.values ?? []
  const cut = cutOf(values)
  if (cut === undefined) return
  const ratio = devicePixelRatio
  const height = LINE_HEIGHT * size * ratio
  ctx.save()
  ctx.font = `600 ${size * ratio}px ${family}`
  ctx.textBaseline = 'top'
  ctx.fillStyle = colourOf('chart-ink-1')
  const bars = values.flatMap((value, n) => (value !== null && value > cut ? [{ value, at: xs[n] ?? 0 }] : []))
  const step = Math.min(...xs.slice(1).map((x, n) => valToPos(x, 'x', true) - valToPos(xs[n] ?? 0, 'x', true)))
  const gap = Math.min(HALF_BAR * step, WIDEST_HALF * ratio) + LABEL_GAP * ratio
  bars.forEach(({ value, at }, line) => {
    const text = `${count(value)} ↑`
    const x = valToPos(at, 'x', true)
    const isRight = x + gap + ctx.measureText(text).width < bbox.left + bbox.width
    ctx.textAlign = isRight ? 'left' : 'right'
    // One below the other: such bars stand side by side.
    ctx.fillText(text, isRight ? x + gap : x - gap, bbox.top + line * height)
  })
  ctx.restore()
}
