import './films.js'
import { ask, Failure, ofUser } from './api.js'
import { followErasure } from './erasure.js'
import { forgetLists } from './lists.js'
import { byId, write } from './page.js'
import { toast } from './tell.js'

const dialog = document.getElementById('erase-dialog')
if (dialog instanceof HTMLDialogElement) {
  byId('erase').addEventListener('click', () => dialog.showModal())
  byId('erase-not').addEventListener('click', () => dialog.close())
  byId('erase-do').addEventListener('click', () => void erase(dialog))
}

/** @param {HTMLDialogElement} asking */
async function erase(asking) {
  try {
    const { erasureId } = await (await ask(ofUser(''), { method: 'DELETE' })).json()
    asking.close()
    await tellErased(erasureId, asking.dataset.own === 'true')
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    asking.close()
    toast(`Nothing was erased: ${error.message}. Try again`, { isFailure: true })
  }
}

/** What is gone, and what goes later; the page behind it is of nobody any more. @param {string} erasureId @param {boolean} isOwn */
async function tellErased(erasureId, isOwn) {
  const erased = /** @type {HTMLDialogElement} */ (byId('erased'))
  forgetLists()
  try {
    // From here on somebody new; who erased another is themselves again, with all that they rated.
    await ask('/session', { method: 'POST', body: new URLSearchParams(isOwn ? { begin: 'anew' } : {}) })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    write(byId('erase-session'), `This browser is still known by the id that was erased: ${error.message}.`)
  }
  write(byId('erasure-id'), erasureId)
  erased.addEventListener('close', () => location.assign('/'))
  byId('erased-on').addEventListener('click', () => erased.close())
  erased.showModal()
  void followErasure()
}
