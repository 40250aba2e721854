import { colourOf } from './colours.js'

/** Between a line's end and its name, in pixels. */
export const LABEL_GAP = 6
const LINE_HEIGHT = 1.2

const ruler = document.createElement('canvas').getContext('2d')

/** In pixels. @param {string} text @param {string} font */
export function widthOf(text, font) {
  if (!ruler) return 0
  ruler.font = font
  return ruler.measureText(text).width
}

/**
 * Writes the name of each line at its end, below the one above it where they would meet.
 *
 * @param {import('uplot')} plot
 * @param {readonly import('./over-series.js').Series[]} series
 * @param {{ size: number, family: string }} font  `size` in pixels
 */
export function drawLabels({ ctx, bbox, valToPos }, series, { size, family }) {
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
  let free = 0
  for (const { name, n, y } of ends) {
    const at = Math.max(y, free)
    free = at + LINE_HEIGHT * size * ratio
    ctx.fillStyle = colourOf(`chart-ink-${n + 1}`)
    ctx.fillText(name, bbox.left + bbox.width + LABEL_GAP * ratio, at)
  }
  ctx.restore()
}
