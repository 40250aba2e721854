import { Failure } from './api.js'
import { byId } from './page.js'
import { toast } from './tell.js'

/**
 * @typedef {object} Deed
 * @property {string} title  "Roll back to 1a2b3c4d?"
 * @property {string} words  what will happen
 * @property {string} name   of the button that does it
 * @property {boolean} [isDanger]  it cannot be taken back
 * @property {string} [option]  what may be wished with it
 * @property {(option: boolean) => Promise<string>} run  returns the outcome in words
 */

/** Says what will happen, does it for who agrees, and tells the outcome. @param {Deed} deed */
export async function confirmed({ title, words, name, isDanger = false, option = '', run }) {
  const checked = /** @type {HTMLInputElement} */ (byId('confirm-checked'))
  byId('confirm-title').textContent = title
  byId('confirm-words').textContent = words
  byId('confirm-option').hidden = option === ''
  byId('confirm-option-words').textContent = option
  checked.checked = false
  byId('confirm-do').textContent = name
  byId('confirm-do').classList.toggle('button-danger', isDanger)
  if ((await answerOf('confirm')) === 'yes') await told(() => run(checked.checked))
}

/** @param {string} id @returns {Promise<string>} value of the button by which the dialog was left */
export function answerOf(id) {
  const dialog = /** @type {HTMLDialogElement} */ (byId(id))
  dialog.returnValue = ''
  dialog.showModal()
  return new Promise((resolve) => dialog.addEventListener('close', () => resolve(dialog.returnValue), { once: true }))
}

/** Does something and tells the outcome, be it a failure. @param {() => Promise<string>} run */
export async function told(run) {
  try {
    toast(await run())
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    const standing = error.status === undefined ? 'Whether it was done is not known yet' : 'Not done'
    toast(`${standing}: ${error.message}`, { isFailure: true })
  }
}
