import { ask, Failure } from './api.js'
import { byId } from './page.js'

/** Kept as long as the tab is: in no address, no cookie, and nowhere that outlives it. */
const KEPT_AS = 'foldstream-key'

export const hasKey = () => sessionStorage.getItem(KEPT_AS) !== null
const forgetKey = () => sessionStorage.removeItem(KEPT_AS)

/** @param {string} key  @throws {Failure} where no header can carry it */
function keepKey(key) {
  if (!/^[!-~]+$/.test(key)) throw new Failure('A key has neither spaces nor letters beyond those of English')
  sessionStorage.setItem(KEPT_AS, key)
}

/** It was not the key that is asked for. @param {unknown} error @returns {error is Failure} */
const isRefusal = (error) => error instanceof Failure && (error.status === 401 || error.status === 403)

/** @type {(refusal: Failure) => void} */
let onRefused = () => {}

/** @param {(refusal: Failure) => void} listener  hears that the key does not open what the page shows */
export function whenRefused(listener) {
  onRefused = listener
}

/**
 * For what a page asks by itself. What somebody does there, and may not, is told of where they did it: their key opens the page still.
 *
 * @param {unknown} error
 * @returns {boolean} whether it was a refusal, which is told
 */
export function tellRefusal(error) {
  if (!isRefusal(error)) return false
  onRefused(error)
  return true
}

/**
 * What is wrong with a key that was refused, for people: what the API says of one that it does not know is meant for programs.
 *
 * @param {Failure} refusal
 * @returns {string} empty: there was no key
 */
export function faultOfKey({ status, message }) {
  if (status !== 401) return message
  return hasKey() ? 'The server does not know this key: it is to be one that API_KEYS lists.' : ''
}

/**
 * Asks a route with the key, if there is one.
 *
 * @param {string} path
 * @param {RequestInit} [init]
 * @returns {Promise<Response>} one that succeeded
 * @throws {Failure}
 */
export function askWithKey(path, init = {}) {
  const key = sessionStorage.getItem(KEPT_AS)
  const headers = new Headers(init.headers)
  if (key !== null) headers.set('authorization', `Bearer ${key}`)
  return ask(path, { ...init, headers })
}

/**
 * Asks whoever looks at the page for a key (key-form.ts).
 *
 * @param {string} fault  what was wrong with the last one; empty: there was none
 * @returns {Promise<void>} when there is one
 */
export function askForKey(fault) {
  forgetKey()
  const form = byId('key-form')
  const input = /** @type {HTMLInputElement} */ (byId('key'))
  const complain = (/** @type {string} */ text) => {
    byId('key-fault').textContent = text
    input.setAttribute('aria-invalid', String(text !== ''))
  }
  complain(fault)
  input.value = ''
  form.hidden = false
  input.focus()
  return new Promise((resolve) => {
    form.onsubmit = (event) => {
      event.preventDefault()
      try {
        keepKey(input.value.trim())
      } catch (error) {
        if (!(error instanceof Failure)) throw error
        return complain(error.message)
      }
      form.hidden = true
      resolve()
    }
  })
}
