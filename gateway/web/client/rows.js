/** Shelves scroll by touch, wheel and focus; their arrows are for who has but a mouse. */
const SHARE_OF_WIDTH = 0.85
/** A row that is this near to its end is there. */
const NEAR = 4

/** @param {Element} row */
function follow(row) {
  const cards = row.querySelector('.cards')
  const back = row.querySelector('.arrow-back')
  const on = row.querySelector('.arrow-on')
  if (!cards || !(back instanceof HTMLElement) || !(on instanceof HTMLElement)) return
  const draw = () => {
    const end = cards.scrollWidth - cards.clientWidth
    back.hidden = cards.scrollLeft <= NEAR
    on.hidden = cards.scrollLeft >= end - NEAR
  }
  /** @param {number} way */
  const go = (way) => cards.scrollBy({ left: way * SHARE_OF_WIDTH * cards.clientWidth, behavior: 'smooth' })
  back.addEventListener('click', () => go(-1))
  on.addEventListener('click', () => go(1))
  cards.addEventListener('scroll', draw, { passive: true })
  new ResizeObserver(draw).observe(cards)
}

/** @param {ParentNode} parent */
export function followRows(parent) {
  for (const row of parent.querySelectorAll('.row')) follow(row)
}
