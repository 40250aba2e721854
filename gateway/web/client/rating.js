import { ratingValueOf, starsText } from '../shared/stars.js'
import { Failure, putRating } from './api.js'
import { listOf, listOfRating, rates } from './lists.js'
import { scale } from './page.js'
import { StarRating } from './star-rating.js'
import { toast } from './tell.js'

/** Whoever goes through the stars by arrows is waited for. */
const PASSING_MS = 400

/** @typedef {{ itemId: string, stars: number | null, token: string, sentAt: number }} Rated  `sentAt` by the clock of the page */

/** Ratings that were stored, as `rated` events with a Rated as detail. */
const ratings = new EventTarget()

/** @type {Map<string, { timer: ReturnType<typeof setTimeout>, before: number | null }>} */
const passing = new Map()

document.addEventListener('rate', (event) => {
  if (!(event instanceof CustomEvent) || !(event.target instanceof StarRating)) return
  const { item, film, stars: before } = event.target
  const list = listOf(event.target)
  const { stars, isPassing } = event.detail
  show(item, stars)
  const waiting = passing.get(item)
  clearTimeout(waiting?.timer)
  passing.delete(item)
  const standing = waiting?.before ?? before
  if (!isPassing) void save({ item, film, list }, stars, standing)
  else
    passing.set(item, {
      before: standing,
      timer: setTimeout(() => passed({ item, film, list }, stars, standing), PASSING_MS),
    })
})

/** What is rated, and the list that led to it. @typedef {{ item: string, film: string, list?: string | undefined }} Subject */

/** @param {Subject} subject @param {number | null} stars @param {number | null} before */
function passed(subject, stars, before) {
  passing.delete(subject.item)
  void save(subject, stars, before)
}

/**
 * Shows a rating wherever the film stands on the page.
 *
 * @param {string} itemId
 * @param {number | null} stars
 */
function show(itemId, stars) {
  for (const group of document.querySelectorAll('star-rating'))
    if (group instanceof StarRating && group.item === itemId) {
      group.stars = stars
      const mark = group.closest('.card, .film-head')?.querySelector('.rated')
      if (mark instanceof HTMLElement) {
        mark.hidden = stars === null
        mark.textContent = stars === null ? '' : `★ ${starsText(stars)}`
      }
    }
}

/**
 * It is shown already; what cannot be stored is shown as it was before.
 *
 * @param {Subject} subject
 * @param {number | null} stars
 * @param {number | null} before
 * @param {boolean} [isUndo]
 */
async function save(subject, stars, before, isUndo = false) {
  if (stars === before) return
  const { item, film, list } = subject
  const listBefore = listOfRating(item)
  rates(item, list)
  const undo = () => {
    show(item, before)
    void save({ item, film, list: listBefore }, before, stars, true)
  }
  if (isUndo) toast(`As it was: ${film}${stars === null ? ' is not rated' : `, ${starsText(stars)} stars`}`)
  else toast(stars === null ? `No longer rated: ${film}` : `${starsText(stars)} ★ for ${film}`, { undo })
  const sentAt = performance.now()
  try {
    const token = await putRating(item, stars === null ? null : ratingValueOf(stars, scale), list)
    ratings.dispatchEvent(new CustomEvent('rated', { detail: { itemId: item, stars, token, sentAt } }))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    show(item, before)
    rates(item, listBefore)
    toast(`Not stored: ${error.message}. It is as it was; try again`, { isFailure: true })
  }
}

/** @param {(rated: Rated) => void} listener */
export function onRated(listener) {
  ratings.addEventListener('rated', (event) => listener(/** @type {CustomEvent<Rated>} */ (event).detail))
}
