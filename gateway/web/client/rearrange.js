import { isStill } from './page.js'

const MOVE = { duration: 200, easing: 'cubic-bezier(0.2, 0.7, 0.3, 1)' }
const APPEAR = { duration: 200, easing: 'ease-out' }

/** @param {Element} card */
const itemOf = (card) => (card instanceof HTMLElement ? (card.dataset.item ?? '') : '')

/**
 * Puts cards in the place of others. What stays moves to its new place rather than jumps, keeps its focus, and what is loaded of it;
 * where the focus was on a card that goes, it is on the one that takes its place.
 *
 * @param {Element} list
 * @param {Iterable<Element>} cards  of another document
 */
export function rearrange(list, cards) {
  const standing = new Map([...list.children].map((card) => [itemOf(card), card]))
  const boxes = new Map([...list.children].map((card) => [card, card.getBoundingClientRect()]))
  const focused = list.contains(document.activeElement) ? document.activeElement : null
  const place = [...list.children].findIndex((card) => card.contains(focused))
  const next = [...cards].map((card) => {
    const same = standing.get(itemOf(card))
    if (!same) return document.adoptNode(card)
    const [why, now] = [same, card].map((one) => one.querySelector('.card-why'))
    if (why && now) why.textContent = now.textContent
    return same
  })
  list.replaceChildren(...next)
  if (focused) refocus(focused, next[Math.min(place, next.length - 1)])
  if (isStill()) return
  for (const card of next) {
    const from = boxes.get(card)
    const to = card.getBoundingClientRect()
    if (!from) card.animate([{ opacity: 0 }, { opacity: 1 }], APPEAR)
    else if (from.x !== to.x || from.y !== to.y)
      card.animate([{ transform: `translate(${from.x - to.x}px, ${from.y - to.y}px)` }, { transform: 'none' }], MOVE)
  }
}

/** @param {Element} focused @param {Element | undefined} instead */
function refocus(focused, instead) {
  const target = focused.isConnected ? focused : instead?.querySelector('a')
  if (target instanceof HTMLElement) target.focus({ preventScroll: true })
}
