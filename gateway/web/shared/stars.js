/** Stars as people give them, 0.5 to 5 by halves, on whatever scale the log has. */
export const MOST_STARS = 5

/** @typedef {{ min: number, max: number }} Scale */

/** @param {number} stars @param {Scale} scale */
export function ratingValueOf(stars, { min, max }) {
  // A scale that begins below zero has no natural zero: there half a star is the least.
  const value = min >= 0 ? (max * stars) / MOST_STARS : min + ((stars - 0.5) / (MOST_STARS - 0.5)) * (max - min)
  return Math.min(max, Math.max(min, value))
}

/**
 * The nearest half star, never none; or, for means, what it is exactly.
 *
 * @param {number} value
 * @param {Scale} scale
 * @param {'exact'} [how]
 */
export function starsOf(value, { min, max }, how) {
  const stars = min >= 0 ? (value / max) * MOST_STARS : 0.5 + ((value - min) / (max - min)) * (MOST_STARS - 0.5)
  return how === 'exact' ? stars : Math.max(0.5, Math.round(2 * stars) / 2)
}

/** "4½" @param {number} stars */
export const starsText = (stars) => `${stars >= 1 ? Math.floor(stars) : ''}${stars % 1 === 0 ? '' : '½'}`
