/** What the server says of the page (films/pages.ts). */
const { user = '', scaleMin = '0', scaleMax = '5', mayRate = 'false', posters = '' } = document.body.dataset

/** Whose lists and ratings are shown. */
export const userId = user
export const scale = { min: Number(scaleMin), max: Number(scaleMax) }
export const isAllowedToRate = mayRate === 'true'
/** Posters come from The Movie Database where the catalogue has none. */
export const areFromTmdb = posters === 'tmdb'

/** @param {string} id @returns {HTMLElement} @throws Error where the page has none */
export function byId(id) {
  const found = document.getElementById(id)
  if (!found) throw new Error(`the page has no #${id}`)
  return found
}

/** @template {keyof HTMLElementTagNameMap} N @param {N} name @param {string} [className] @param {string} [text] */
export function element(name, className = '', text = '') {
  const made = document.createElement(name)
  if (className !== '') made.className = className
  made.textContent = text
  return made
}

/** Writes where something else stood: what stands there already stays selected, and is not laid out again. @param {Element | null | undefined} place @param {string} text */
export function write(place, text) {
  if (place && place.textContent !== text) place.textContent = text
}

/** Motion is left out for who does not want it. */
export const isStill = () => matchMedia('(prefers-reduced-motion: reduce)').matches

/** @param {number} ms */
export const after = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
