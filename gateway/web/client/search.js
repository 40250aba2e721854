import { coverClasses, coverOf } from '../shared/cover.js'
import { filmPath, spokenTitle } from '../shared/titles.js'
import { ask } from './api.js'
import { pictureOf } from './card.js'
import { createCombobox } from './combobox.js'
import { leads } from './lists.js'
import { optionText } from './option-text.js'
import { byId, element } from './page.js'

const SHOWN = 8

/** @typedef {import('./card.js').Listed & import('./option-text.js').Found} Found */

const input = /** @type {HTMLInputElement} */ (byId('search'))

createCombobox(input, byId('found'), {
  async find(query) {
    const found = await (await ask(`/v1/items?limit=${SHOWN}&query=${encodeURIComponent(query)}`)).json()
    return found.items.map((/** @type {Found} */ film) => option(film, found.correctedTo ?? query))
  },
  unit: 'film',
  nothing: 'No film is called that. Part of a title is enough.',
})

/** @param {Found} film @param {string} query */
function option(film, query) {
  const { itemId, title, genres } = film
  const name = spokenTitle(title)
  const row = element('li')
  row.dataset.item = itemId
  const picture = element('span', `${coverClasses(coverOf(name, genres))} cover-tiny`)
  picture.setAttribute('aria-hidden', 'true')
  picture.append(...pictureOf(film))
  row.append(picture, optionText(film, query))
  const choose = () => {
    leads(itemId)
    location.assign(filmPath(itemId))
  }
  return { row, name, choose }
}

document.addEventListener('keydown', (event) => {
  const { target } = event
  const isTyping = target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement
  if (event.key !== '/' || isTyping || event.ctrlKey || event.metaKey || event.altKey) return
  event.preventDefault()
  input.focus()
  input.select()
})
