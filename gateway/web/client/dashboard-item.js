import { FIRST_DAY } from '../shared/dashboard.js'
import { spokenTitle, titleOf } from '../shared/titles.js'
import { Failure } from './api.js'
import { createCombobox } from './combobox.js'
import { askChart } from './dashboard-api.js'
import { dayOf } from './dashboard-words.js'
import { askWithKey } from './key.js'
import { optionText } from './option-text.js'
import { byId, element } from './page.js'

const SHOWN = 8

/** @typedef {import('./option-text.js').Found} Found */

/** @param {Record<string, string>} query @returns {Promise<{ items: Found[], correctedTo?: string }>} @throws {Failure} */
const askItems = async (query) => (await askWithKey(`/v1/items?${new URLSearchParams(query)}`)).json()

/** @param {string} query */
const search = (query) => askItems({ query, limit: String(SHOWN) })

/**
 * The field that names the item whose history is shown: by words of its title, or by its id.
 *
 * @param {(itemId: string) => void} choose
 */
export function createItemField(choose) {
  const input = /** @type {HTMLInputElement} */ (byId('item'))
  /** What stands there of the item that is shown. */
  let shown = ''
  let shownId = ''
  /** Another one whenever something else is named: what is found late is not taken. */
  let turn = 0
  let isTyping = false
  const { close, look } = createCombobox(input, byId('items-found'), {
    async find(query) {
      const { items, correctedTo } = await search(query)
      return items.map((item) => {
        const row = element('li')
        row.dataset.item = item.itemId
        row.append(optionText(item, correctedTo ?? query))
        return { row, name: spokenTitle(item.title), choose: () => take(item.itemId) }
      })
    },
    unit: 'item',
    nothing: 'No item is called that. Part of a title is enough, or its id.',
    isWhole: () => input.value === shown,
  })

  /** @param {string} itemId */
  function take(itemId) {
    turn++
    isTyping = false
    close()
    choose(itemId)
  }

  // Nothing of the list was chosen: an id before the beginning of a title.
  byId('item-form').addEventListener('submit', async (event) => {
    event.preventDefault()
    const text = input.value.trim()
    if (text === '' || text === shown) return
    const mine = ++turn
    const itemId = await itemNamed(text)
    if (mine !== turn) return
    // The list says that nothing is called that; what is shown stays.
    if (itemId === undefined) void look()
    else take(itemId)
  })
  input.addEventListener('focus', () => input.select())

  input.addEventListener('input', () => {
    turn++
    isTyping = true
  })
  input.addEventListener('blur', () => {
    isTyping = false
    input.value = shown
  })

  return {
    /** Says which item is shown, unless somebody is looking for another one. @param {string} itemId @param {string} title  empty: not known */
    async show(itemId, title) {
      shownId = itemId
      const text = titleOf({ itemId, ...(title ? { title } : await described(itemId)) })
      if (shownId !== itemId) return
      shown = text
      if (!isTyping) input.value = shown
    },
  }
}

/** @param {string} itemId @returns {Promise<Partial<Found>>} */
const described = (itemId) =>
  askItems({ itemId }).then(
    ({ items: [item] }) => item ?? {},
    () => ({}),
  )

/** @param {string} text @returns {Promise<string | undefined>} the id that it is, or else that of what is found by it; undefined: nothing is */
async function itemNamed(text) {
  try {
    const [named] = (await askItems({ itemId: text })).items
    const [found] = named ? [named] : (await search(text)).items
    if (found) return found.itemId
    // It may have been rated, though nobody has described it.
    const everything = { from: FIRST_DAY, to: dayOf(Date.now()) }
    return (await askChart('item-history', { itemId: text, ...everything })).rows.length > 0 ? text : undefined
  } catch (error) {
    // The chart tells what is wrong with it.
    if (error instanceof Failure) return text
    throw error
  }
}
