import { whyItem, whyList } from '../shared/because.js'
import { askPage, Failure, ofUser } from './api.js'
import { ASKED_OF_LISTS, cardOf } from './card.js'
import { byId, element, write } from './page.js'
import { onRated } from './rating.js'
import { rearrange } from './rearrange.js'
import { say } from './tell.js'

/** As the server shows (films/home.ts). */
const SHOWN = 20
/** A connection that breaks comes back within seconds: only then is it told of. */
const RESTING_AFTER_MS = 4_000
const AGAIN_MS = 5_000
/** The stream tells of a rating within this time, or there was nothing to tell, or it is held up on its way. */
const LATE_MS = 300

const section = byId('for-you')
const list = /** @type {Element} */ (section.querySelector('.cards'))

const cards = () => [...list.children].filter((card) => card instanceof HTMLElement)
const shown = () =>
  cards()
    .map((card) => card.dataset.item)
    .join('\n')

/** @typedef {{ recommendationId: string, items: import('./card.js').Listed[], strategy: string, generation: string | null, isStale?: boolean }} Told  what the stream tells */

/** When the stream last told a list, by the clock of the page. */
let toldAt = 0
/** Of what is shown or was asked for: what comes later of anything before it is of no use. */
let turn = 0

/** @param {Told} told */
function take({ recommendationId, items, strategy, generation, isStale }) {
  toldAt = performance.now()
  if (generation !== null && 'untrained' in section.dataset && !isTyping()) return location.reload()
  // The stream's list is the one that is logged as shown.
  section.dataset.list = recommendationId
  if (strategy === 'fold-in' && !isStale && items.length > 0) {
    turn++
    const standing = new Map(cards().map((card) => [card.dataset.item, card]))
    put({
      ...{ title: 'For you', why: whyList(items), notice: [] },
      cards: items.map((item) => reasoned(standing.get(item.itemId), whyItem(item)) ?? cardOf(item, whyItem(item))),
    })
  } else if (items.map(({ itemId }) => itemId).join('\n') !== shown()) void renew()
}

/** What a page without a model lacks, the films to pick among and shelves, it would lack for good; half a word is not worth that. */
const isTyping = () => document.activeElement instanceof HTMLInputElement && document.activeElement.value !== ''

/** @param {HTMLElement | undefined} card @param {string} text */
function reasoned(card, text) {
  write(card?.querySelector('.card-why'), text)
  return card
}

/** Asks for the section as the server makes it: of a list that is nobody's own it says why. @param {string} [token]  of a rating that the list is to show */
async function renew(token) {
  const mine = ++turn
  try {
    const page = await askPage('/for-you', token)
    if (mine !== turn) return
    const listId = page.getElementById('for-you')?.dataset.list
    if (listId === undefined) delete section.dataset.list
    else section.dataset.list = listId
    const textOf = (/** @type {string} */ id) => page.getElementById(id)?.textContent ?? ''
    put({
      ...{ title: textOf('for-you-title'), why: textOf('for-you-why') },
      notice: page.getElementById('for-you-notice')?.childNodes ?? [],
      cards: page.querySelectorAll('#for-you .card'),
    })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (mine === turn) rest()
  }
}

/** @param {{ title: string, why: string, notice: Iterable<Node>, cards: Iterable<Element> }} next */
function put(next) {
  const before = shown()
  const [first] = cards()
  write(byId('for-you-title'), next.title)
  write(byId('for-you-why'), next.why)
  byId('for-you-notice').replaceChildren(...next.notice)
  rearrange(list, next.cards)
  if (shown() === before) return
  const title = list.querySelector('.card-title')?.textContent ?? ''
  say(cards()[0] === first ? 'For you changed further down' : `For you changed: ${title} is now first`)
}

/** The list is as it was; nobody is left to wonder. */
function rest() {
  const note = element(
    'p',
    'notice',
    'Recommendations are resting: the list is as it was. It goes on by itself; what you rate is kept.',
  )
  byId('for-you-notice').replaceChildren(note)
}

/** @type {EventSource | undefined} */
let stream
/** @type {ReturnType<typeof setTimeout> | undefined} */
let restTimer

function listen() {
  stream?.close()
  const opened = new EventSource(ofUser(`/recommendations/stream?limit=${SHOWN}&explain=true${ASKED_OF_LISTS}`))
  stream = opened
  opened.addEventListener('list', ({ data }) => take(JSON.parse(data)))
  opened.addEventListener('open', () => {
    clearTimeout(restTimer)
    restTimer = undefined
    byId('for-you-notice').querySelector('.notice:not([role])')?.remove()
  })
  opened.addEventListener('error', () => {
    restTimer ??= setTimeout(rest, RESTING_AFTER_MS)
    // A refusal ends it; what breaks off comes back by itself.
    if (opened.readyState === EventSource.CLOSED) setTimeout(() => !document.hidden && listen(), AGAIN_MS)
  })
}

/** @param {import('./rating.js').Rated} rated */
function askUnlessTold({ token, sentAt }) {
  const isTold = () => toldAt > sentAt
  if (isTold()) return
  const isListening = stream?.readyState === EventSource.OPEN
  setTimeout(() => !isTold() && void renew(token), isListening ? LATE_MS : 0)
}

/** The list is kept as the server has it: by its events, whoever caused them. */
export function followForYou() {
  listen()
  onRated(askUnlessTold)
  // A page that nobody sees holds no connection: of these, browsers have six.
  document.addEventListener('visibilitychange', () => {
    stream?.close()
    clearTimeout(restTimer)
    restTimer = undefined
    if (document.visibilityState === 'visible') listen()
  })
}
