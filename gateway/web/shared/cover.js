/**
 * How a cover is drawn where there is no poster: server and browser draw the same.
 *
 * @typedef {{ hue: number, pattern: number, variant: number, size: 's' | 'm' | 'l' | 'xl', genre: string }} Cover
 */

/**
 * Of several genres the first of these that a film has names it: what it takes to be one says more than that it moves or thrills, and
 * nearly everything is a drama. Beside one that it `yieldsTo` a genre is but the colour of the film: a comedy about a war is a comedy.
 * Hues are of the classes `hue-0` to `hue-23`, 15 degrees each; of genres that go together they lie far apart.
 *
 * @type {readonly { name: string, hue: number, pattern: number, yieldsTo?: readonly string[] }[]}
 */
const GENRES = [
  { name: 'Documentary', hue: 14, pattern: 7 },
  { name: 'Animation', hue: 10, pattern: 6 },
  { name: 'Western', hue: 3, pattern: 1, yieldsTo: ['Comedy', 'Sci-Fi'] },
  { name: 'Film-Noir', hue: 18, pattern: 0 },
  { name: 'Musical', hue: 21, pattern: 2, yieldsTo: ['Action'] },
  { name: 'Horror', hue: 2, pattern: 4 },
  { name: 'Sci-Fi', hue: 16, pattern: 5 },
  { name: 'War', hue: 7, pattern: 3, yieldsTo: ['Comedy', 'Romance'] },
  { name: 'Fantasy', hue: 20, pattern: 8, yieldsTo: ['Comedy'] },
  { name: 'Adventure', hue: 11, pattern: 5, yieldsTo: ['Comedy', 'Thriller'] },
  { name: 'Action', hue: 1, pattern: 7, yieldsTo: ['Drama'] },
  { name: 'Crime', hue: 0, pattern: 1 },
  { name: 'Thriller', hue: 12, pattern: 4 },
  { name: 'Mystery', hue: 19, pattern: 0 },
  { name: 'Comedy', hue: 5, pattern: 6 },
  { name: 'Children', hue: 4, pattern: 2 },
  { name: 'Romance', hue: 23, pattern: 3 },
  { name: 'Drama', hue: 17, pattern: 8 },
]
const HUE_CLASSES = 24
const PATTERN_CLASSES = 9
const VARIANT_CLASSES = 3
/** A title is set in the largest size that has room for it: for all of it, and for its longest word. */
const SIZES = /** @type {const} */ ([
  { size: 'xl', title: 16, word: 6 },
  { size: 'l', title: 26, word: 9 },
  { size: 'm', title: 48, word: 11 },
])

/**
 * @param {string} title
 * @param {readonly string[]} genres
 * @returns {Cover}
 */
export function coverOf(title, genres) {
  const has = GENRES.filter(({ name }) => genres.includes(name))
  const known = has.find(({ yieldsTo = [] }) => !yieldsTo.some((name) => genres.includes(name)))
  const genre = known?.name ?? genres[0] ?? ''
  const number = numberOf(genre)
  return {
    genre,
    hue: known?.hue ?? number % HUE_CLASSES,
    pattern: known?.pattern ?? number % PATTERN_CLASSES,
    variant: numberOf(title) % VARIANT_CLASSES,
    size: sizeOf(title),
  }
}

/** @param {string} text @returns {Cover['size']} */
function sizeOf(text) {
  const longest = Math.max(...text.split(/[\s-]/).map(({ length }) => length))
  return SIZES.find(({ title, word }) => text.length <= title && longest <= word)?.size ?? 's'
}

/** @param {Cover} cover */
export const coverClasses = ({ hue, pattern, variant, size }) =>
  `cover hue-${hue} pattern-${pattern} variant-${variant} size-${size}`

/** The same number for the same text, of no other meaning. @param {string} text */
function numberOf(text) {
  let number = 7
  for (const character of text) number = (number * 31 + /** @type {number} */ (character.codePointAt(0))) % 1_000_003
  return number
}
