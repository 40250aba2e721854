import { goByKeys } from './dashboard-keys.js'
import { svg } from './dashboard-svg.js'
import { cellText, percent } from './dashboard-words.js'

/** The newest rows, and columns: the table tells of all. */
const MAX_ROWS = 10
const MAX_COLUMNS = 13
const SIDE = 112
const HEAD = 30
const GAP = 1

/**
 * A table of shares in which the deeper colour is the greater share.
 *
 * @param {HTMLElement} place
 * @param {import('../shared/dashboard.js').Heat} drawing
 * @param {import('./dashboard-api.js').ChartAnswer} answer
 * @param {(column: string) => string} unitOf
 */
export function drawHeat(place, { row: rowColumn, column, value, size }, { rows }, unitOf) {
  const names = [...new Set(rows.map((row) => String(row[rowColumn])))].sort().slice(-MAX_ROWS)
  const shown = rows.filter((row) => names.includes(String(row[rowColumn])) && Number(row[column]) < MAX_COLUMNS)
  const columns = Math.max(...shown.map((row) => Number(row[column]))) + 1
  // The share of those who came, in the month in which they came, is 1: it says nothing.
  const top = Math.max(...shown.filter((row) => Number(row[column]) > 0).map((row) => Number(row[value])), 0.01)
  const { clientWidth: width, clientHeight: height } = place
  const cellWidth = (width - SIDE) / Math.max(columns, 2)
  const cellHeight = Math.min((height - HEAD) / names.length, HEAD)
  const picture = svg('svg', { class: 'heat', width: '100%', height: '100%', viewBox: `0 0 ${width} ${height}` })
  picture.append(svg('text', { x: SIDE, y: 10 }, `${unitOf(column)} later`))
  for (let n = 0; n < columns; n++)
    picture.append(svg('text', { class: 'center', x: SIDE + cellWidth * (n + 0.5), y: HEAD - 5 }, String(n)))
  names.forEach((name, n) => {
    const first = shown.find((row) => row[rowColumn] === name)
    const text = `${cellText(name, unitOf(rowColumn))} · ${cellText(first?.[size], '')}`
    picture.append(svg('text', { x: 0, y: HEAD + cellHeight * (n + 0.5) + 4 }, text))
  })
  const cells = shown.map((row) => {
    const [share, later] = [Number(row[value]), Number(row[column])]
    const told = `${cellText(row[rowColumn], unitOf(rowColumn))}, ${later} months later: ${percent(share)} of ${cellText(row[size], '')}`
    const cell = svg('rect', {
      class: 'cell',
      x: SIDE + cellWidth * later + GAP,
      y: HEAD + cellHeight * names.indexOf(String(row[rowColumn])) + GAP,
      width: Math.max(0, cellWidth - 2 * GAP),
      height: Math.max(0, cellHeight - 2 * GAP),
      'fill-opacity': Math.min(1, share / top).toFixed(3),
    })
    cell.append(svg('title', {}, told))
    return { cell, told }
  })
  picture.append(...cells.map(({ cell }) => cell))
  place.replaceChildren(picture)
  goByKeys(place, {
    length: cells.length,
    show(index) {
      cells.forEach(({ cell }, n) => {
        cell.classList.toggle('is-marked', n === index)
      })
      return cells[index ?? -1]?.told ?? ''
    },
  })
}
