import './films.js'
import { askPage, Failure, shownQuery } from './api.js'
import { followForYou } from './for-you.js'
import { followPicks } from './newcomer.js'
import { isAllowedToRate, write } from './page.js'
import { onRated } from './rating.js'
import { rearrange } from './rearrange.js'

/** Whoever rates on is waited for: these are further down. */
const PAUSE_MS = 500
/** Films that stand elsewhere are named by so many characters of the address: servers take 16 KiB of it and all headers together. */
const MOST_NAMED = 6_000
/** Shelves that go by what was rated last. The others stay as they are until the page is loaded anew. */
const PERSONAL = ['similar', 'less-known']

followForYou()
if (isAllowedToRate) followPicks()

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer
onRated(({ token }) => {
  clearTimeout(timer)
  if (personal().length > 0) timer = setTimeout(() => void renewPersonal(token), PAUSE_MS)
})

const personal = () => PERSONAL.flatMap((id) => document.getElementById(id) ?? [])

/** Of the rating that the shelves are to show; undefined: they show it. @type {string | undefined} */
let wanted
let isRenewing = false

/**
 * Whatever is asked for is logged as shown: so it is asked for when it can be put in its place, and is, before anything newer is asked
 * for.
 *
 * @param {string} token
 */
async function renewPersonal(token) {
  wanted = token
  if (isRenewing) return
  isRenewing = true
  try {
    while (wanted !== undefined) {
      await Promise.all(personal().map(left))
      const page = await askPage('/personal', taken(), shownElsewhere())
      await Promise.all(personal().map((shown) => putInPlace(shown, page.getElementById(shown.id))))
    }
  } catch (error) {
    // They stay as they are, which is right but for the last rating.
    if (!(error instanceof Failure)) throw error
  } finally {
    isRenewing = false
  }
}

/**
 * Ids of the films beside those of these shelves, which leave them out. The list of one's own goes on by itself: what comes into it
 * later may stand in a shelf as well.
 */
function shownElsewhere() {
  const cards = [...document.querySelectorAll('.card')].filter((card) => card instanceof HTMLElement)
  const isPersonal = (/** @type {HTMLElement} */ card) => PERSONAL.some((id) => card.closest(`#${id}`))
  const ids = new Set(cards.flatMap((card) => (isPersonal(card) ? [] : (card.dataset.item ?? []))))
  const named = []
  let length = 0
  for (const itemId of ids) {
    length += shownQuery([itemId]).toString().length + 1
    if (length > MOST_NAMED) break
    named.push(itemId)
  }
  return named
}

function taken() {
  const token = wanted
  wanted = undefined
  return token
}

/** @param {HTMLElement} shown @param {HTMLElement | null} next */
async function putInPlace(shown, next) {
  await left(shown)
  if (next) renew(shown, next)
}

/** @param {HTMLElement} shown @param {HTMLElement} next */
function renew(shown, next) {
  const list = shown.querySelector('.cards')
  if (!list) return
  for (const part of ['h2', '.shelf-why']) write(shown.querySelector(part), next.querySelector(part)?.textContent ?? '')
  shown.dataset.list = next.dataset.list ?? ''
  rearrange(list, next.querySelectorAll('.card'))
}

/** Nothing runs from under a pointer: at once, or as soon as the pointer or the shelf is elsewhere. @param {HTMLElement} shelf @returns {Promise<unknown>} */
function left(shelf) {
  const isPointedAt = matchMedia('(hover: hover)').matches && shelf.matches(':hover')
  if (!isPointedAt) return Promise.resolve()
  return new Promise((resolve) => {
    const go = () => {
      observer.disconnect()
      resolve(undefined)
    }
    // Where another shelf takes its place, the pointer is never told to have left it.
    const observer = new MutationObserver(() => !shelf.isConnected && go())
    observer.observe(document, { childList: true, subtree: true })
    shelf.addEventListener('pointerleave', go, { once: true })
  })
}
