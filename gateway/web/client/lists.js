import { userId } from './page.js'

/**
 * Which list led to what, for as long as the tab is open: a film is mostly rated on its own page, behind a card of the list. Without
 * that, the figures would tell of no list that anything came of it. Nobody's ratings name a list of somebody else.
 */
const LED_AS = `foldstream-led-to ${userId}`
const RATED_AS = `foldstream-rated-by ${userId}`

/** Ids of lists by item. @param {string} name @returns {Record<string, string>} */
const kept = (name) => JSON.parse(sessionStorage.getItem(name) ?? '{}')

/** @param {string} name @param {string} itemId @param {string | undefined} list */
function keep(name, itemId, list) {
  sessionStorage.setItem(name, JSON.stringify({ ...kept(name), [itemId]: list }))
}

/** Whose lists they were is erased. */
export function forgetLists() {
  for (const name of [LED_AS, RATED_AS]) sessionStorage.removeItem(name)
}

/** A film is gone to. @param {string} itemId @param {string} [list]  that showed it; left out: none did */
export const leads = (itemId, list) => keep(LED_AS, itemId, list)

/** A rating is given by a list, or by none. @param {string} itemId @param {string | undefined} list */
export const rates = (itemId, list) => keep(RATED_AS, itemId, list)

/** The list by which the rating that stands was given, if that was here. @param {string} itemId */
export const listOfRating = (itemId) => kept(RATED_AS)[itemId]

/** The id of the list that an element stands in, or that led to the page of its film. @param {Element} element */
export function listOf(element) {
  const list = element.closest('[data-list]')
  if (list instanceof HTMLElement) return list.dataset.list
  const isOnOwnPage = element.closest('.film-head') !== null
  return isOnOwnPage ? kept(LED_AS)[element.getAttribute('item') ?? ''] : undefined
}

document.addEventListener('click', ({ target }) => {
  const card = target instanceof Element && target.closest('a') && target.closest('.card')
  if (card instanceof HTMLElement) leads(card.dataset.item ?? '', listOf(card))
})
