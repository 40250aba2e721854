import { counted } from './counted.js'

/**
 * What is known to be under way.
 *
 * @typedef {object} Arriving
 * @property {string} [loading]  the dataset that is being loaded
 * @property {number} [records]  that the slowest consumer has yet to take
 * @property {boolean} [isEmpty]  nothing was rated, as far as the views have it
 * @property {boolean} [hasEvents]  something came in within the hour
 */

/** As many come in while people rate, and are there at the next look. */
const MANY = 1_000

/** @param {Arriving} arriving */
export const isArriving = ({ loading, records = 0 }) => loading !== undefined || records >= MANY

/** What a card that has nothing to draw says while there is more to come; empty: nothing is known to come. @param {Arriving} arriving */
export function cardWords(arriving) {
  const { records, isEmpty, hasEvents } = arriving
  const toGo = records ? `: ${counted(records, 'record')} to go` : ''
  if (isArriving(arriving)) return `Being loaded${toGo}. It is drawn here as soon as it is in.`
  return isEmpty && hasEvents ? 'What came in is being counted. It is drawn here within a minute.' : ''
}

/** The same of the page, before what days it tells of. @param {Arriving} arriving */
export function pageWords(arriving) {
  const { loading, isEmpty, hasEvents } = arriving
  if (loading !== undefined) return `${loading} is being loaded: what stands here grows until it is in. `
  if (isArriving(arriving)) return 'Ratings are being taken in: what stands here grows until they are. '
  if (!isEmpty) return ''
  if (hasEvents) return 'What came in is being counted: it stands here within a minute. '
  return 'Nothing was rated yet: POST /v1/ratings takes ratings, and npm run import -- PATH a dataset. '
}
