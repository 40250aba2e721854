/**
 * How a cover is drawn where there is no poster: server and browser draw the same.
 *
 * @typedef {{ hue: number, pattern: number, variant: number, size: 's' | 'm' | 'l' | 'xl', genre: string }} Cover
 */

/** Of several genres the one that says most gives the colour: nearly everything is a drama. */
const GENRES = [
  'Film-Noir',
  'Western',
  'Musical',
  'War',
  'Horror',
  'Sci-Fi',
  'Animation',
  'Documentary',
  'Fantasy',
  'Mystery',
  'Crime',
  'Children',
  'Romance',
  'Thriller',
  'Adventure',
  'Comedy',
  'Action',
  'Drama',
]
/** By the place in GENRES, of the classes `hue-0` to `hue-23`, 15 degrees each; those that go together lie far apart. */
const HUES = [18, 3, 21, 7, 2, 16, 10, 14, 20, 19, 0, 4, 23, 12, 11, 5, 1, 17]
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
  const genre = GENRES.find((name) => genres.includes(name)) ?? genres[0] ?? ''
  const place = GENRES.indexOf(genre)
  const number = numberOf(genre)
  return {
    genre,
    hue: /** @type {number} */ (place < 0 ? number % HUE_CLASSES : HUES[place]),
    pattern: (place < 0 ? number : place) % PATTERN_CLASSES,
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
