import { MOST_STARS, starsText } from '../shared/stars.js'

/** Half stars. */
const STEPS = 2 * MOST_STARS

/**
 * Five stars as a radio group of half stars: pointer, arrows, 1 to 5; 0, the same star again, or the cross beside what is rated takes
 * the rating away. It tells of a
 * choice by an event `rate`, whose detail is `{ stars: number | null, isPassing: boolean }`, and does not take it by itself: who
 * stores it sets `stars`.
 */
export class StarRating extends HTMLElement {
  #group = document.createElement('span')
  /** There while there is a rating to take back. @type {HTMLElement | undefined} */
  #cross

  connectedCallback() {
    if (this.childElementCount > 0) return
    const isOff = this.hasAttribute('disabled')
    this.#group.className = 'half-stars'
    this.#group.setAttribute('role', 'radiogroup')
    this.#group.setAttribute('aria-label', `Your rating of ${this.film}`)
    this.#group.append(HALVES.cloneNode(true))
    this.append(this.#group)
    if (isOff) this.#group.setAttribute('aria-disabled', 'true')
    else {
      this.#group.addEventListener('click', this.#clicked)
      this.#group.addEventListener('keydown', this.#pressed)
    }
    this.#draw()
  }

  get item() {
    return this.getAttribute('item') ?? ''
  }

  get film() {
    return this.getAttribute('film') ?? ''
  }

  /** null: not rated */
  get stars() {
    const value = this.getAttribute('value') ?? ''
    return value === '' ? null : Number(value)
  }

  set stars(stars) {
    this.setAttribute('value', stars === null ? '' : String(stars))
    this.#draw()
  }

  #draw() {
    const stars = this.stars
    const isOff = this.hasAttribute('disabled')
    this.#drawCross(stars !== null && !isOff)
    ;[...this.#group.children].forEach((child, n) => {
      const own = (n + 1) / 2
      put(child, 'aria-checked', String(own === stars))
      child.toggleAttribute('data-on', stars !== null && own <= stars)
      put(child, 'tabindex', !isOff && (stars === null ? n === 0 : own === stars) ? '0' : '-1')
    })
  }

  /** @param {boolean} isRated */
  #drawCross(isRated) {
    if (isRated === (this.#cross !== undefined)) return
    this.#cross?.remove()
    this.#cross = isRated ? crossOf(this.film) : undefined
    if (!this.#cross) return
    this.#cross.addEventListener('click', () => this.#choose(null))
    this.append(this.#cross)
  }

  /** @param {number | null} stars @param {boolean} [isPassing]  by an arrow, on the way to another */
  #choose(stars, isPassing = false) {
    const hadFocus = this.contains(document.activeElement)
    this.dispatchEvent(new CustomEvent('rate', { bubbles: true, detail: { stars, isPassing } }))
    if (!hadFocus) return
    const current = this.querySelector('[tabindex="0"]')
    if (current instanceof HTMLElement) current.focus()
  }

  /** @param {Event} event */
  #clicked = ({ target }) => {
    const place = [...this.#group.children].indexOf(/** @type {Element} */ (target))
    if (place < 0) return
    const stars = (place + 1) / 2
    this.#choose(stars === this.stars ? null : stars)
  }

  /** @param {KeyboardEvent} event */
  #pressed = (event) => {
    const { key } = event
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const stars = this.stars ?? 0
    if (/^[1-5]$/.test(key)) this.#choose(Number(key))
    else if (key === '0' || key === 'Delete' || key === 'Backspace') this.#choose(null)
    else if (key === 'ArrowRight' || key === 'ArrowUp') this.#choose(Math.min(MOST_STARS, stars + 0.5), true)
    else if (key === 'ArrowLeft' || key === 'ArrowDown') this.#choose(Math.max(0.5, stars - 0.5), true)
    else if (key === 'Home') this.#choose(0.5, true)
    else if (key === 'End') this.#choose(MOST_STARS, true)
    else if (key === ' ' || key === 'Enter') this.#choose(this.stars ?? 0.5)
    else return
    event.preventDefault()
  }
}

/** @param {string} film */
function crossOf(film) {
  const cross = document.createElement('button')
  cross.type = 'button'
  cross.className = 'unrate'
  cross.title = 'Take your rating back'
  cross.setAttribute('aria-label', `Take back your rating of ${film}`)
  cross.textContent = '×'
  return cross
}

/** @param {number} stars */
function radio(stars) {
  const half = document.createElement('span')
  half.setAttribute('role', 'radio')
  half.setAttribute('aria-label', `${starsText(stars)} ${stars <= 1 ? 'star' : 'stars'}`)
  half.setAttribute('aria-checked', 'false')
  half.setAttribute('tabindex', '-1')
  half.className = stars % 1 === 0 ? 'half-star right' : 'half-star left'
  return half
}

/** Of a page with a hundred films: made once, and copied. */
const HALVES = document.createDocumentFragment()
for (let step = 1; step <= STEPS; step++) HALVES.append(radio(step / 2))

/** Changes nothing that is so already: every change is looked at by who draws the page. @param {Element} child @param {string} name @param {string} value */
function put(child, name, value) {
  if (child.getAttribute(name) !== value) child.setAttribute(name, value)
}

customElements.define('star-rating', StarRating)
