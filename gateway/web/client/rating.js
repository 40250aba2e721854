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
  const waiting = passing.get(item)
  clearTimeout(waiting?.timer)
  passing.delete(item)
  const standing = waiting?.before ?? before
  if (!isPassing) void save({ item, film, list }, stars, standing)
  else {
    show(item, stars)
    passing.set(item, {
      before: standing,
      timer: setTimeout(() => passed({ item, film, list }, stars, standing), PASSING_MS),
    })
  }
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

/** Of films whose ratings are on their way: what was stored last, by which list, and how many ratings are to follow. @type {Map<string, { stored: number | null, list: string | undefined, waiting: number }>} */
const onTheWay = new Map()

/**
 * It is shown at once; what cannot be stored is shown as it was stored last, unless another rating of the film is to follow.
 *
 * @param {Subject} subject
 * @param {number | null} stars
 * @param {number | null} before
 * @param {boolean} [isUndo]
 */
async function save(subject, stars, before, isUndo = false) {
  const { item, film, list } = subject
  show(item, stars)
  const isSame = stars === before
  if (isSame && !onTheWay.has(item)) return
  const listBefore = listOfRating(item)
  const way = onTheWay.get(item) ?? { stored: before, list: listBefore, waiting: 0 }
  onTheWay.set(item, way)
  way.waiting++
  rates(item, list)
  const undo = () => void save({ item, film, list: listBefore }, before, stars, true)
  if (isUndo) toast(`As it was: ${film}${stars === null ? ' is not rated' : `, ${starsText(stars)} stars`}`)
  else if (!isSame) toast(stars === null ? `No longer rated: ${film}` : `${starsText(stars)} ★ for ${film}`, { undo })
  const isFollowed = () => way.waiting > 1 || passing.has(item)
  try {
    const { token, sentAt } = await putRating(item, stars === null ? null : ratingValueOf(stars, scale), list)
    Object.assign(way, { stored: stars, list })
    ratings.dispatchEvent(new CustomEvent('rated', { detail: { itemId: item, stars, token, sentAt } }))
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (isFollowed()) return
    show(item, way.stored)
    rates(item, way.list)
    toast(`Not stored: ${error.message}. It is as it was; try again`, { isFailure: true })
  } finally {
    if (!isFollowed()) onTheWay.delete(item)
    way.waiting--
  }
}

/** @param {(rated: Rated) => void} listener */
export function onRated(listener) {
  ratings.addEventListener('rated', (event) => listener(/** @type {CustomEvent<Rated>} */ (event).detail))
}
