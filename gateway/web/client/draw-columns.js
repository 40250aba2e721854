import { goByKeys } from './dashboard-keys.js'
import { svg } from './dashboard-svg.js'
import { brief, briefer, cellText, percent } from './dashboard-words.js'
import { letteringOf } from './lettering.js'

/** As many heights of letters are below the bars, and above them. */
const FOOT = 3
const HEAD = 1.5
/** Between two texts or below one, and from a line to the foot of its letters, of the same. */
const SPACE = 0.3
const LINE = 1.2
/** Between two bars, of the step from one to the next. */
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
  const { size, widest } = letteringOf(place)
  const values = rows.map((row) => Number(row[value]))
  const labels = rows.map((row) => String(row[label]))
  const top = Math.max(...values)
  const step = width / rows.length
  const foot = FOOT * size
  const fits = (/** @type {readonly string[]} */ texts, room = step) => widest(texts) + SPACE * size <= room
  const write = [brief, briefer].find((one) => fits(values.map(one)))
  // Where all would meet, that of the tallest stands alone: above it there is nothing to meet.
  const above = values.map((one) => (write ? write(one) : one === top ? brief(one) : ''))
  const every = rows.findIndex((_, n) => fits(labels, step * (n + 1))) + 1 || rows.length
  const picture = svg('svg', { class: 'columns', width: '100%', height: '100%', viewBox: `0 0 ${width} ${height}` })
  const bars = rows.map((row, n) => {
    const tall = ((height - foot - HEAD * size) * (values[n] ?? 0)) / top
    const [y, middle] = [height - foot - tall, step * (n + 0.5)]
    const [text, half] = [above[n] ?? '', widest([above[n] ?? '']) / 2]
    const group = svg('g', {})
    const told = `${cellText(row[label] ?? null, unitOf(label))}: ${cellText(row[value] ?? null, unitOf(value))} ${unitOf(value)}, ${percent(Number(row[share]))}`
    group.append(
      svg('title', {}, told),
      svg('rect', { class: 'hue-of-1', x: step * (n + GAP / 2), y, width: step * (1 - GAP), height: tall }),
      svg('text', { class: 'above', x: Math.min(Math.max(middle, half), width - half), y: y - SPACE * size }, text),
    )
    // Counted from the last, so that of halves and wholes the wholes stay.
    if ((rows.length - 1 - n) % every === 0)
      group.append(svg('text', { x: middle, y: height - foot + LINE * size }, labels[n]))
    return { group, told }
  })
  const base = svg('line', { class: 'base', x1: 0, x2: width, y1: height - foot, y2: height - foot })
  const axis = svg(
    'text',
    { class: 'axis', x: width / 2, y: height - SPACE * size },
    `${unitOf(label)} (above: ${unitOf(value)})`,
  )
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
