import { goByKeys } from './dashboard-keys.js'
import { svg } from './dashboard-svg.js'
import { brief, cellText, percent } from './dashboard-words.js'

/** Of the viewport, in its own units: text keeps its size, since it is as wide as the card. */
const FOOT = 36
const HEAD = 18
const GAP = 0.2

/**
 * Upright bars from zero, with the value above each.
 *
 * @param {HTMLElement} place
 * @param {import('../shared/dashboard.js').Columns} drawing
 * @param {import('./dashboard-api.js').ChartAnswer} answer
 * @param {(column: string) => string} unitOf
 */
export function drawColumns(place, { label, value, share }, { rows }, unitOf) {
  const { clientWidth: width, clientHeight: height } = place
  const values = rows.map((row) => Number(row[value]))
  const top = Math.max(...values)
  const step = width / rows.length
  const picture = svg('svg', { class: 'columns', width: '100%', height: '100%', viewBox: `0 0 ${width} ${height}` })
  const bars = rows.map((row, n) => {
    const tall = ((height - FOOT - HEAD) * Number(row[value])) / top
    const x = step * (n + GAP / 2)
    const [y, middle] = [height - FOOT - tall, step * (n + 0.5)]
    const group = svg('g', {})
    const told = `${cellText(row[label] ?? null, unitOf(label))}: ${cellText(row[value] ?? null, unitOf(value))} ${unitOf(value)}, ${percent(Number(row[share]))}`
    group.append(
      svg('title', {}, told),
      svg('rect', { class: 'hue-of-1', x, y, width: step * (1 - GAP), height: tall }),
      svg('text', { class: 'above', x: middle, y: y - 5 }, brief(Number(row[value]))),
      svg('text', { x: middle, y: height - FOOT + 15 }, String(row[label])),
    )
    return { group, told }
  })
  const base = svg('line', { class: 'base', x1: 0, x2: width, y1: height - FOOT, y2: height - FOOT })
  const axis = svg('text', { class: 'axis', x: width / 2, y: height - 3 }, `${unitOf(label)} (above: ${unitOf(value)})`)
  picture.append(...bars.map(({ group }) => group), base, axis)
  place.replaceChildren(picture)
  goByKeys(place, {
    length: rows.length,
    show(index) {
      bars.forEach(({ group }, n) => {
        group.classList.toggle('is-marked', n === index)
      })
      return bars[index ?? -1]?.told ?? ''
    },
  })
}
