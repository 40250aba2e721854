import { askPage, Failure } from './api.js'
import { say } from './tell.js'

const FIRST_MS = 2_000
/** A model is made anew now and then: who leaves the page open does not ask for it all day long. */
const LONGEST_MS = 60_000

/**
 * Shows how far the erasure is that was asked for here last, until nothing of it goes on by itself.
 *
 * @param {number} [waitMs]  until the server is asked again
 */
export function followErasure(waitMs = FIRST_MS) {
  const shown = document.getElementById('erasure')
  if (shown?.dataset.status !== 'running') return
  setTimeout(async () => {
    if (await renew(shown)) followErasure(Math.min(2 * waitMs, LONGEST_MS))
  }, waitMs)
}

/** @param {HTMLElement} shown @returns {Promise<boolean>}  false: the server tells no more of it, as the cookie is gone that says who asks */
async function renew(shown) {
  try {
    const next = (await askPage('/profile/erasure')).getElementById('erasure')
    if (!next) return false
    if (next.textContent === shown.textContent) return true
    shown.replaceWith(document.adoptNode(next))
    const left = next.querySelectorAll('dd:has(span)').length
    say(left === 0 ? 'The erasure is done' : `The erasure goes on: ${left} of its parts are still to go`)
  } catch (error) {
    // What is shown is right but for the time since; it is asked for again.
    if (!(error instanceof Failure)) throw error
  }
  return true
}
