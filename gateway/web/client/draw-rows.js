import { titleOf } from '../shared/titles.js'
import { bar } from './dashboard-svg.js'
import { cellText } from './dashboard-words.js'
import { element } from './page.js'

/** Of a list of which the table tells all. */
const MAX_ROWS = 8

/** @typedef {import('./dashboard-api.js').ChartAnswer} ChartAnswer */

/**
 * Items with a bar each.
 *
 * @param {HTMLElement} place
 * @param {import('../shared/dashboard.js').Ranks} drawing
 * @param {ChartAnswer} answer
 * @param {(column: string) => string} unitOf
 * @param {(itemId: string) => void} choose  called with an item that is to be looked at
 */
export function drawRanks(place, { value, beside }, { rows }, unitOf, choose) {
  const shown = rows.slice(0, MAX_ROWS)
  const top = Math.max(...shown.map((row) => Number(row[value])))
  const list = element('ol', 'ranks')
  for (const row of shown) {
    const item = element('li', 'rank')
    const name = element('button', 'rank-name', nameOf(row))
    name.type = 'button'
    name.title = `${name.textContent}: show how it is doing`
    name.addEventListener('click', () => choose(String(row.item_id)))
    const figure = element('span', 'rank-value', rankText(row[value], unitOf(value)))
    const other = element('span', 'rank-beside', rankText(row[beside], unitOf(beside)))
    item.append(name, figure, other, bar(Number(row[value]) / top, 1))
    list.append(item)
  }
  const heads = element('p', 'rank-heads')
  heads.append(element('span', '', headOf(value)), element('span', 'rank-beside', headOf(beside)))
  place.replaceChildren(heads, list)
}

/** @param {import('./dashboard-words.js').Row} row */
const nameOf = ({ item_id, title }) => titleOf({ itemId: String(item_id), ...(title ? { title: String(title) } : {}) })

/** Means one below the other have the same digits. @param {Parameters<typeof cellText>[0]} cell @param {string} unit */
const rankText = (cell, unit) =>
  unit === 'rating' && typeof cell === 'number' ? cell.toFixed(2) : cellText(cell, unit)

/** @param {string} column */
const headOf = (column) =>
  ({ bayesian_average: 'weighted mean', average_value: 'mean', ratings_before: 'before' })[column] ?? column

/**
 * Several bars for each row, in the same hues and from the same zero.
 *
 * @param {HTMLElement} place
 * @param {import('../shared/dashboard.js').Groups} drawing
 * @param {ChartAnswer} answer
 * @param {(column: string) => string} unitOf
 */
export function drawGroups(place, { label, values }, { rows }, unitOf) {
  const top = Math.max(...rows.flatMap((row) => values.map(({ column }) => Number(row[column]))), Number.MIN_VALUE)
  const list = element('dl', 'groups')
  for (const row of rows) {
    const group = element('div', 'group')
    group.append(element('dt', '', String(row[label])))
    values.forEach(({ column, name }, n) => {
      const line = element('dd', 'group-line')
      const figure = element('span', `rank-value text-of-${n + 1}`, cellText(row[column], unitOf(column)))
      line.append(element('span', 'visually-hidden', name), bar(Number(row[column]) / top, n + 1), figure)
      group.append(line)
    })
    list.append(group)
  }
  const keys = element('p', 'group-keys')
  keys.append(...values.map(({ name }, n) => element('span', `key text-of-${n + 1}`, name)))
  place.replaceChildren(keys, list)
}

/**
 * The numbers of the only row.
 *
 * @param {HTMLElement} place
 * @param {import('../shared/dashboard.js').Facts} drawing
 * @param {ChartAnswer} answer
 * @param {(column: string) => string} unitOf
 */
export function drawFacts(place, { names }, { rows }, unitOf) {
  const list = element('dl', 'facts')
  for (const { column, name } of names) {
    const line = element('div', 'fact')
    line.append(element('dt', '', name), element('dd', 'rank-value', cellText(rows[0]?.[column], unitOf(column))))
    list.append(line)
  }
  place.replaceChildren(list)
}
