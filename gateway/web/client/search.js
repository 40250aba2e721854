import { coverClasses, coverOf } from '../shared/cover.js'
import { filmPath, spokenTitle } from '../shared/titles.js'
import { ask, Failure } from './api.js'
import { pictureOf } from './card.js'
import { leads } from './lists.js'
import { matchesOf } from './matches.js'
import { after, byId, element } from './page.js'
import { say } from './tell.js'

const SHOWN = 8
/** Who types on is not asked for each letter. */
const PAUSE_MS = 60
const SKELETON_AFTER_MS = 150
const SKELETONS = 4

/** @typedef {import('./card.js').Listed & { title: string, genres: string[] }} Found */

const input = /** @type {HTMLInputElement} */ (byId('search'))
const list = byId('found')
/** The place of the option that is active; −1: none. */
let active = -1
/** Another one whenever something else is looked for: what comes late is not shown. */
let turn = 0

input.addEventListener('input', () => void look())
input.addEventListener('focus', () => {
  if (input.value.trim() !== '' && list.childElementCount === 0) void look()
})

async function look() {
  const query = input.value.trim()
  const mine = ++turn
  if (query === '') return close()
  await after(PAUSE_MS)
  if (mine !== turn) return
  void after(SKELETON_AFTER_MS).then(() => {
    if (mine === turn && list.dataset.of !== query) showSkeletons()
  })
  try {
    const found = await (await ask(`/v1/items?limit=${SHOWN}&query=${encodeURIComponent(query)}`)).json()
    if (mine !== turn) return
    list.dataset.of = query
    show(found.items, found.correctedTo ?? query)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (mine === turn) showNote(`Search is resting: ${error.message}. Try again in a moment.`)
  }
}

/** @param {Found[]} items @param {string} query */
function show(items, query) {
  if (items.length === 0) return showNote('No film is called that. Part of a title is enough.')
  open(items.map((item, n) => option(item, n, query)))
  say(
    `${items.length} ${items.length === 1 ? 'film' : 'films'}, the first is ${spokenTitle(/** @type {Found} */ (items[0]).title)}`,
  )
}

/** @param {Found} film @param {number} n @param {string} query */
function option(film, n, query) {
  const { itemId, title, genres, year } = film
  const spoken = spokenTitle(title)
  const row = element('li', 'option')
  row.id = `option-${n}`
  row.setAttribute('role', 'option')
  row.setAttribute('aria-selected', 'false')
  row.dataset.path = filmPath(itemId)
  row.dataset.item = itemId
  const picture = element('span', `${coverClasses(coverOf(spoken, genres))} cover-tiny`)
  picture.setAttribute('aria-hidden', 'true')
  picture.append(...pictureOf(film))
  const name = element('span', 'option-title')
  for (const { text, isMatch } of matchesOf(spoken, query)) name.append(isMatch ? element('b', '', text) : text)
  const text = element('span', 'option-text')
  text.append(
    name,
    element('span', 'option-facts', [year ?? '', genres.slice(0, 3).join(', ')].filter(Boolean).join(' · ')),
  )
  row.append(picture, text)
  // Before the input loses the focus.
  row.addEventListener('pointerdown', (event) => {
    event.preventDefault()
    if (event.button === 0) go(row)
  })
  return row
}

/** @param {string} text */
function showNote(text) {
  const note = element('li', 'option-note', text)
  note.setAttribute('role', 'option')
  note.setAttribute('aria-disabled', 'true')
  note.setAttribute('aria-selected', 'false')
  open([note])
  say(text)
}

function showSkeletons() {
  const rows = Array.from({ length: SKELETONS }, () => {
    const row = element('li', 'option option-skeleton')
    row.setAttribute('role', 'option')
    row.setAttribute('aria-selected', 'false')
    row.setAttribute('aria-label', 'Searching')
    row.append(element('span', 'skeleton cover-tiny'), element('span', 'skeleton skeleton-line'))
    return row
  })
  open(rows)
}

/** @param {HTMLElement[]} rows */
function open(rows) {
  list.replaceChildren(...rows)
  list.hidden = false
  input.setAttribute('aria-expanded', 'true')
  activate(-1)
}

function close() {
  turn++
  list.hidden = true
  list.replaceChildren()
  delete list.dataset.of
  input.setAttribute('aria-expanded', 'false')
  activate(-1)
}

const options = () =>
  [...list.children].filter((child) => child instanceof HTMLElement && child.dataset.path !== undefined)

/** @param {number} place */
function activate(place) {
  active = place
  options().forEach((row, n) => {
    row.setAttribute('aria-selected', String(n === place))
    if (n === place) row.scrollIntoView({ block: 'nearest' })
  })
  const row = options()[place]
  if (row) input.setAttribute('aria-activedescendant', row.id)
  else input.removeAttribute('aria-activedescendant')
}

/** @param {Element | undefined} row */
function go(row) {
  if (!(row instanceof HTMLElement) || row.dataset.path === undefined) return
  leads(row.dataset.item ?? '')
  location.assign(row.dataset.path)
}

input.addEventListener('keydown', (event) => {
  const count = options().length
  const isOpen = !list.hidden
  if (event.key === 'Escape') {
    // First the list, then the field.
    if (isOpen) close()
    else input.blur()
  } else if (event.key === 'ArrowDown' && count > 0) activate((active + 1) % count)
  else if (event.key === 'ArrowUp' && count > 0) activate((active <= 0 ? count : active) - 1)
  else if (event.key === 'Enter' && active >= 0) go(options()[active])
  else return
  event.preventDefault()
})
input.addEventListener('blur', close)

document.addEventListener('keydown', (event) => {
  const { target } = event
  const isTyping = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  input.focus()
  input.select()
})
