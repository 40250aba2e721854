import { isStill, write } from './page.js'

const MOVE = { duration: 200, easing: 'cubic-bezier(0.2, 0.7, 0.3, 1)' }
const APPEAR = { duration: 200, easing: 'ease-out' }

/** @param {Element} card */
const itemOf = (card) => (card instanceof HTMLElement ? (card.dataset.item ?? '') : '')

/**
 * Puts cards in the place of others. What stays moves to its new place rather than jumps, keeps its focus, and what is loaded of it;
 * where the focus was on a card that goes, it is on the one that takes its place.
 *
 * @param {Element} list
 * @param {Iterable<Element>} cards  of another document, or those that stand there
 */
export function rearrange(list, cards) {
  const standing = new Map([...list.children].map((card) => [itemOf(card), card]))
  const next = [...cards].map((card) => sameAs(card, standing.get(itemOf(card))) ?? document.adoptNode(card))
  if (next.length === list.childElementCount && next.every((card, n) => card === list.children[n])) return
  const boxes = new Map([...list.children].map((card) => [card, card.getBoundingClientRect()]))
  const focused = list.contains(document.activeElement) ? document.activeElement : null
  const place = [...list.children].findIndex((card) => card.contains(focused))
  put(list, next)
  markMoved(list)
  if (focused) refocus(focused, next[Math.min(place, next.length - 1)])
  if (isStill()) return
  // All are looked at before any of them moves: the page is laid out once.
  const moves = next.map((card) => ({ card, from: boxes.get(card), to: card.getBoundingClientRect() }))
  for (const { card, from, to } of moves)
    if (!from) card.animate([{ opacity: 0 }, { opacity: 1 }], APPEAR)
    else if (from.x !== to.x || from.y !== to.y)
      card.animate([{ transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)` }, { transform: 'none' }], MOVE)
}

/** @param {Element} card @param {Element | undefined} same  the card of this film that stands there @returns {Element | undefined} that, with what the other one says of it */
function sameAs(card, same) {
  write(same?.querySelector('.card-why'), card.querySelector('.card-why')?.textContent ?? '')
  return same
}

/** Moves only what stands elsewhere: what is taken out and put in again is laid out anew. @param {Element} list @param {readonly Element[]} next */
function put(list, next) {
  const staying = new Set(next)
  for (const card of [...list.children]) if (!staying.has(card)) card.remove()
  next.forEach((card, n) => {
    const there = list.children[n]
    if (there !== card) list.insertBefore(card, there ?? null)
  })
}

/** What is under the pointer now came there by itself: it is not pointed at until the pointer moves. @param {Element} list */
function markMoved(list) {
  list.toggleAttribute('data-moved', true)
  const look = (/** @type {Event} */ event) => {
    // Browsers tell of moves of what is under a pointer that rests, too.
    if (event instanceof PointerEvent && event.movementX === 0 && event.movementY === 0) return
    list.removeAttribute('data-moved')
    document.removeEventListener('pointermove', look)
  }
  document.addEventListener('pointermove', look)
}

/** @param {Element} focused @param {Element | undefined} instead */
function refocus(focused, instead) {
  const target = focused.isConnected ? focused : instead?.querySelector('a')
  if (target instanceof HTMLElement) target.focus({ preventScroll: true })
}
