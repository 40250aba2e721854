import { byId } from './page.js'

/**
 * Makes the children of an element those of a list. What stands there already stays, with the focus that it may have.
 *
 * @template T
 * @param {Element} parent
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(item: T) => HTMLElement} make  empty
 * @param {(made: HTMLElement, item: T) => void} fill  with what may change
 */
export function keep(parent, items, keyOf, make, fill) {
  const standing = new Map(
    [...parent.children].map((child) => [child instanceof HTMLElement && child.dataset.key, child]),
  )
  let next = parent.firstElementChild
  for (const item of items) {
    const key = keyOf(item)
    const found = standing.get(key)
    standing.delete(key)
    const child = found instanceof HTMLElement ? found : make(item)
    child.dataset.key = key
    fill(child, item)
    if (child === next) next = next.nextElementSibling
    else parent.insertBefore(child, next)
  }
  for (const gone of standing.values()) remove(gone)
}

/** Whoever stood in what goes finds themselves at the heading of its card. @param {Element} gone */
function remove(gone) {
  const heading = gone.contains(document.activeElement) && gone.closest('section')?.querySelector('h2')
  gone.remove()
  if (heading) heading.focus()
}

/**
 * The same of a table, with a cell for each of its columns.
 *
 * @template T
 * @param {string} id
 * @param {readonly T[]} items
 * @param {(item: T) => string} keyOf
 * @param {(cells: HTMLElement[], item: T) => void} fill
 */
export function keepRows(id, items, keyOf, fill) {
  const table = byId(id)
  table.hidden = items.length === 0
  const heads = [.../** @type {NodeListOf<HTMLElement>} */ (table.querySelectorAll('thead th'))]
  const body = /** @type {Element} */ (table.querySelector('tbody'))
  keep(
    body,
    items,
    keyOf,
    () => rowFor(heads),
    (row, item) => fill(/** @type {HTMLElement[]} */ ([...row.children]), item),
  )
}

/** @param {readonly HTMLElement[]} heads */
function rowFor(heads) {
  const row = document.createElement('tr')
  row.setAttribute('role', 'row')
  heads.forEach((head, n) => {
    const cell = document.createElement(n === 0 ? 'th' : 'td')
    cell.setAttribute('role', n === 0 ? 'rowheader' : 'cell')
    if (n === 0) cell.setAttribute('scope', 'row')
    cell.className = head.className
    // Shown where the heads are not: on a phone.
    cell.dataset.name = head.textContent ?? ''
    row.append(cell)
  })
  return row
}

/** A part of an element, made when it is first asked for. @param {Element} place @param {string} name @param {keyof HTMLElementTagNameMap} [tag] */
export function part(place, name, tag = 'span') {
  const found = place.querySelector(`.${name}`)
  if (found instanceof HTMLElement) return found
  const made = document.createElement(tag)
  made.className = name
  place.append(made)
  return made
}
