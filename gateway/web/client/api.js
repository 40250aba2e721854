import { userId } from './page.js'

/** What went wrong, in words for whoever looks at the page. */
export class Failure extends Error {
  /** @param {string} message @param {number} [status]  what the server answered; undefined: it did not */
  constructor(message, status) {
    super(message)
    this.status = status
  }
}

/**
 * Asks the server; the cookie of the page says who asks.
 *
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Response>} one that succeeded
 * @throws {Failure}
 */
export async function ask(path, init = {}) {
  const response = await fetch(path, init).catch(() => {
    throw new Failure('the server cannot be reached')
  })
  if (!response.ok) throw new Failure(await reasonOf(response), response.status)
  return response
}

/** @param {Response} response */
async function reasonOf(response) {
  const problem = await response.json().catch(() => undefined)
  return typeof problem?.detail === 'string' ? problem.detail : `the server answered ${response.status}`
}

/** Path of something that is of the user whom the page is about. @param {string} rest */
export const ofUser = (rest) => `/v1/users/${encodeURIComponent(userId)}${rest}`

/** The last rating of each film that was sent or waits to be. @type {Map<string, Promise<unknown>>} */
const last = new Map()

/**
 * Rates, or takes the rating back. Answered when it is on the log. Of one film they go one after the other, in the order in which they
 * were given: side by side, the one that stands in the end would be any of them.
 *
 * @param {string} itemId
 * @param {number | null} value  on the scale of the log
 * @param {string} [recommendationId]  of the list that led to it
 * @returns {Promise<{ token: string, sentAt: number }>} its token, for pages that are to show it, and when it was sent, by the clock of the page
 * @throws {Failure}
 */
export function putRating(itemId, value, recommendationId) {
  const sent = (last.get(itemId) ?? Promise.resolve()).then(() => send(itemId, value, recommendationId))
  // What follows is sent whatever comes of this one.
  last.set(
    itemId,
    sent.catch(() => {}),
  )
  return sent
}

/** @param {string} itemId @param {number | null} value @param {string} [recommendationId] */
async function send(itemId, value, recommendationId) {
  const path = ofUser(`/ratings/${encodeURIComponent(itemId)}`)
  const rating = recommendationId ? { value, recommendationId } : { value }
  const headers = { 'content-type': 'application/json' }
  const init = value === null ? { method: 'DELETE' } : { method: 'PUT', headers, body: JSON.stringify(rating) }
  const sentAt = performance.now()
  const { token } = await (await ask(path, init)).json()
  return { token, sentAt }
}

/** As they stand in an address, where an id may be many times as long. @param {readonly string[]} itemIds */
export const shownQuery = (itemIds) => new URLSearchParams(itemIds.map((itemId) => ['shown', itemId]))

/**
 * A page, or a part of one, as the server makes it: escaped there, and never run here.
 *
 * @param {string} path
 * @param {string} [token]  of a rating that it is to show
 * @param {readonly string[]} [shown]  ids of films that it is to leave out, as they stand elsewhere
 */
export async function askPage(path, token, shown = []) {
  const query = shownQuery(shown)
  if (token !== undefined) query.set('after', token)
  const response = await ask(query.size === 0 ? path : `${path}?${query}`)
  return new DOMParser().parseFromString(await response.text(), 'text/html')
}
