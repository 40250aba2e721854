import { say } from './tell.js'

/**
 * Lets the arrow keys go through what a drawing shows, as the pointer does, and says it.
 *
 * @param {HTMLElement} place
 * @param {{ length: number, step?: number, show: (index: number | undefined) => string }} points
 *   `show` marks one of them, and returns what it says; `step`: from one row of a table to the next
 */
export function goByKeys(place, { length, step = 1, show }) {
  /** @type {number | undefined} */
  let at
  const go = (/** @type {number | undefined} */ index) => {
    at = index
    const text = show(index)
    if (index !== undefined) say(text)
  }
  place.onkeydown = (event) => {
    const from = at ?? (event.key === 'ArrowLeft' ? length : -1)
    /** @type {Record<string, number | undefined>} */
    const to = {
      ArrowRight: from + 1,
      ArrowLeft: from - 1,
      ...(step > 1 && { ArrowDown: from + step, ArrowUp: from - step }),
      Home: 0,
      End: length - 1,
    }
    if (event.key === 'Escape') return go(undefined)
    const next = to[event.key]
    if (next === undefined || length === 0) return
    event.preventDefault()
    go(Math.min(length - 1, Math.max(0, next)))
  }
  place.onblur = () => {
    if (at !== undefined) go(undefined)
  }
}
