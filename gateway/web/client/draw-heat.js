import { goByKeys } from './dashboard-keys.js'
import { svg } from './dashboard-svg.js'
import { cellText, percent } from './dashboard-words.js'
import { letteringOf } from './lettering.js'

/** The newest rows, as far as there is room, and columns: the table tells of all. */
const MAX_ROWS = 10
const MAX_COLUMNS = 13
/** Heights of letters: of the head, of the lowest and the highest row, between two texts, from a middle to the foot of letters, and of what hangs out on the left of a J. */
const HEAD = 2.6
const LEAST_ROW = 1.3
const MOST_ROW = 2.5
const SPACE = 0.6
const FOOT = 0.35
const HANG = 0.15
/** What stands beside the cells has so much of the width at most. */
const MOST_SIDE = 0.5
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
  const { clientWidth: width, clientHeight: height } = place
  const { size: letter, widest } = letteringOf(place)
  const head = HEAD * letter
  const most = Math.max(1, Math.min(MAX_ROWS, Math.floor((height - head) / (LEAST_ROW * letter))))
  const names = [...new Set(rows.map((row) => String(row[rowColumn])))].sort().slice(-most)
  const shown = rows.filter((row) => names.includes(String(row[rowColumn])) && Number(row[column]) < MAX_COLUMNS)
  const columns = Math.max(...shown.map((row) => Number(row[column]))) + 1
  // The share of those who came, in the month in which they came, is 1: it says nothing.
  const top = Math.max(...shown.filter((row) => Number(row[column]) > 0).map((row) => Number(row[value])), 0.01)
  const plain = names.map((name) => cellText(name, unitOf(rowColumn)))
  const sized = names.map((name, n) => {
    const first = shown.find((row) => row[rowColumn] === name)
    return `${plain[n]} · ${cellText(first?.[size], '')}`
  })
  const texts = widest(sized) < MOST_SIDE * width ? sized : plain
  const side = widest(texts) + SPACE * letter
  const cellWidth = (width - side) / Math.max(columns, 2)
  const cellHeight = Math.min((height - head) / names.length, MOST_ROW * letter)
  const later = `${unitOf(column)} later`
  const every = Math.ceil((widest([String(columns)]) + SPACE * letter) / cellWidth)
  const picture = svg('svg', { class: 'heat', width: '100%', height: '100%', viewBox: `0 0 ${width} ${height}` })
  picture.append(svg('text', { x: Math.max(0, Math.min(side, width - widest([later]))), y: letter }, later))
  for (let n = 0; n < columns; n += every)
    picture.append(
      svg('text', { class: 'center', x: side + cellWidth * (n + 0.5), y: head - FOOT * letter }, String(n)),
    )
  texts.forEach((text, n) => {
    picture.append(svg('text', { x: HANG * letter, y: head + cellHeight * (n + 0.5) + FOOT * letter }, text))
  })
  const cells = shown.map((row) => {
    const [share, later] = [Number(row[value]), Number(row[column])]
    const told = `${cellText(row[rowColumn], unitOf(rowColumn))}, ${later} months later: ${percent(share)} of ${cellText(row[size], '')}`
    const cell = svg('rect', {
      class: 'cell',
      x: side + cellWidth * later + GAP,
      y: head + cellHeight * names.indexOf(String(row[rowColumn])) + GAP,
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
