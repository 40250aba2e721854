import './films.js'
import { askPage, Failure } from './api.js'
import { followForYou } from './for-you.js'
import { followPicks } from './newcomer.js'
import { isAllowedToRate, write } from './page.js'
import { onRated } from './rating.js'
import { rearrange } from './rearrange.js'

/** Whoever rates on is waited for: these are further down. */
const PAUSE_MS = 500
/** Shelves that go by what was rated last. The others stay as they are until the page is loaded anew. */
const PERSONAL = ['similar', 'less-known']

followForYou()
if (isAllowedToRate) followPicks()

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer
onRated(({ token }) => {
  clearTimeout(timer)
  if (PERSONAL.some((id) => document.getElementById(id))) timer = setTimeout(() => void renewPersonal(token), PAUSE_MS)
})

/** Of the shelves that were asked for, the last alone are shown. */
let turn = 0

/** @param {string} token */
async function renewPersonal(token) {
  const mine = ++turn
  try {
    const page = await askPage('/personal', token)
    for (const id of PERSONAL) {
      const [shown, next] = [document.getElementById(id), page.getElementById(id)]
      if (!shown || !next) continue
      whenLeft(shown, () => {
        if (mine === turn) renew(shown, next)
      })
    }
  } catch (error) {
    // They stay as they are, which is right but for the last rating.
    if (!(error instanceof Failure)) throw error
  }
}

/** @param {HTMLElement} shown @param {HTMLElement} next */
function renew(shown, next) {
  const list = shown.querySelector('.cards')
  if (!list) return
  for (const part of ['h2', '.shelf-why']) write(shown.querySelector(part), next.querySelector(part)?.textContent ?? '')
  shown.dataset.list = next.dataset.list ?? ''
  rearrange(list, next.querySelectorAll('.card'))
}

/** Nothing runs from under a pointer: at once, or as soon as the pointer is elsewhere. @param {HTMLElement} shelf @param {() => void} act */
function whenLeft(shelf, act) {
  const isPointedAt = matchMedia('(hover: hover)').matches && shelf.matches(':hover')
  if (isPointedAt) shelf.addEventListener('pointerleave', act, { once: true })
  else act()
}
