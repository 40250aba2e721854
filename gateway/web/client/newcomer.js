import { MOST_STARS, ratingValueOf } from '../shared/stars.js'
import { askPage, Failure, putRating } from './api.js'
import { listOf } from './lists.js'
import { after, byId, element, scale } from './page.js'
import { onRated } from './rating.js'
import { followRows } from './rows.js'
import { say, toast } from './tell.js'

const SKELETON_AFTER_MS = 150
const SKELETONS = 5

/** Picks three, and the answer comes in their place. */
export function followPicks() {
  const section = document.getElementById('newcomer')
  if (!section) return
  const enough = Number(section.dataset.enough)
  const before = Number(section.dataset.picked)
  const isPicked = (/** @type {Element} */ button) => button.getAttribute('aria-pressed') === 'true'
  const buttons = [...section.querySelectorAll('.pick')]
  const pickedBefore = new Set(buttons.filter(isPicked).map((button) => itemOf(button)))
  /** What was rated since, by stars or picks; a film that is no longer counts against what there was. @type {Map<string, boolean>} */
  const since = new Map()
  /** @type {Promise<unknown>} */
  let storing = Promise.resolve()
  let token = ''
  let isAnswered = false
  const waiting = skeletons()

  const count = () =>
    [...since].reduce((sum, [itemId, isRated]) => sum + Number(isRated) - Number(pickedBefore.has(itemId)), before)

  function draw() {
    const picked = Math.max(0, count())
    byId('dots').setAttribute('aria-label', `${Math.min(picked, enough)} of ${enough} picked`)
    ;[...byId('dots').children].forEach((dot, n) => {
      dot.toggleAttribute('data-on', n < picked)
    })
    return picked
  }

  /** @param {string} itemId @param {boolean} isRated */
  function note(itemId, isRated) {
    since.set(itemId, isRated)
    const picked = draw()
    if (picked >= enough && !isAnswered) {
      isAnswered = true
      void answer()
    }
  }

  for (const button of buttons)
    button.addEventListener('click', () => {
      if (isAnswered) return
      const isOn = !isPicked(button)
      button.setAttribute('aria-pressed', String(isOn))
      storing = storing.then(() => store(button, isOn))
      note(itemOf(button), isOn)
      if (!isAnswered) say(`${count()} of ${enough} picked`)
    })

  onRated((rated) => {
    token = rated.token
    const button = buttons.find((one) => itemOf(one) === rated.itemId)
    button?.setAttribute('aria-pressed', String(rated.stars !== null))
    if (!isAnswered) note(rated.itemId, rated.stars !== null)
  })

  /** @param {Element} button @param {boolean} isOn */
  async function store(button, isOn) {
    try {
      const value = isOn ? ratingValueOf(MOST_STARS, scale) : null
      token = (await putRating(itemOf(button), value, listOf(button))).token
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      button.setAttribute('aria-pressed', String(!isOn))
      since.set(itemOf(button), !isOn)
      isAnswered = false
      wait(false)
      draw()
      toast(`Not stored: ${error.message}. Pick it again`, { isFailure: true })
    }
  }

  /** What is picked among is put aside meanwhile: what cannot be stored is picked there again. @param {boolean} isWaiting */
  function wait(isWaiting) {
    byId('picks').hidden = isWaiting
    if (isWaiting) section?.append(...waiting)
    else for (const half of waiting) half.remove()
  }

  async function answer() {
    let isThere = false
    void after(SKELETON_AFTER_MS).then(() => {
      if (!isThere && isAnswered) wait(true)
    })
    await storing
    // What could not be stored is picked again.
    if (!isAnswered) return
    try {
      const page = await askPage('/', token)
      isThere = true
      take('.shelves', page.querySelector('.shelves'))
      take('#newcomer', page.getElementById('first'))
      say('Here are your first ten: five popular films, and five less known')
      document.getElementById('first-title')?.focus()
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      location.reload()
    }
  }
}

/** Puts a part of another page in the place of one of this; without one, nothing. @param {string} place @param {Element | null} part */
function take(place, part) {
  const next = part ? [document.adoptNode(part)] : []
  document.querySelector(place)?.replaceWith(...next)
  next.forEach(followRows)
}

/** @param {Element} button */
const itemOf = (button) => (button instanceof HTMLElement ? (button.dataset.item ?? '') : '')

function skeletons() {
  return ['Popular', 'Less known'].map((name) => {
    const half = element('div', 'half')
    const cards = element('div', 'cards')
    cards.append(...Array.from({ length: SKELETONS }, () => element('span', 'skeleton cover-skeleton')))
    half.append(element('h3', '', name), cards)
    return half
  })
}
