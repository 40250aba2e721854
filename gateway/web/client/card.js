import { coverClasses, coverOf } from '../shared/cover.js'
import { posterPath, TMDB_ID } from '../shared/posters.js'
import { filmPath, namedWithYear, titleOf } from '../shared/titles.js'
import { areFromTmdb, byId, element } from './page.js'

/**
 * An item of a list, as the API tells it.
 *
 * @typedef {object} Listed
 * @property {string} itemId
 * @property {string} [title]
 * @property {string[]} [genres]
 * @property {number} [year]
 * @property {string} [poster]
 * @property {Record<string, unknown>} [attributes]
 * @property {import('../shared/because.js').Reason[]} [reasons]
 */

/** What to ask of a list so that its films can be drawn. */
export const ASKED_OF_LISTS = areFromTmdb ? `&attributes=${TMDB_ID}` : ''

/**
 * A card of a film that is not rated: the empty one that the page has (films/for-you.ts), filled in.
 *
 * @param {Listed} film
 * @param {string} why
 */
export function cardOf(film, why) {
  const blank = /** @type {HTMLTemplateElement} */ (byId('blank-card'))
  const card = /** @type {HTMLElement} */ (
    document.importNode(/** @type {Element} */ (blank.content.firstElementChild), true)
  )
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (card.querySelector(selector))
  const { itemId, genres = [], year = '' } = film
  const title = titleOf(film)
  const drawn = coverOf(title, genres)
  card.dataset.item = itemId
  part('a').setAttribute('href', filmPath(itemId))
  part('.cover').className = coverClasses(drawn)
  part('.cover-genre').textContent = drawn.genre
  for (const name of ['cover-title', 'card-title']) part(`.${name}`).textContent = title
  for (const name of ['cover-year', 'card-year']) part(`.${name}`).textContent = String(year)
  part('.card-why').textContent = why
  part('star-rating').setAttribute('item', itemId)
  part('star-rating').setAttribute('film', namedWithYear(film))
  part('.cover-year').after(...pictureOf(film))
  return card
}

/** Its poster, for over its drawn cover; none where there is none. @param {Pick<Listed, 'itemId' | 'poster' | 'attributes'>} film */
export function pictureOf({ itemId, poster, attributes }) {
  const isAtTmdb = areFromTmdb && attributes?.[TMDB_ID] !== undefined
  const path = posterPath(poster === undefined ? { itemId } : { itemId, poster }, isAtTmdb)
  if (path === undefined) return []
  const made = element('img', 'poster')
  made.alt = ''
  made.loading = 'lazy'
  made.decoding = 'async'
  made.src = path
  return [made]
}
