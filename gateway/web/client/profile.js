import './films.js'
import { ask, Failure, ofUser } from './api.js'
import { followErasure } from './erasure.js'
import { forgetLists } from './lists.js'
import { byId } from './page.js'
import { toast } from './tell.js'

followErasure()

const dialog = document.getElementById('erase-dialog')
if (dialog instanceof HTMLDialogElement) {
  byId('erase').addEventListener('click', () => dialog.showModal())
  byId('erase-not').addEventListener('click', () => dialog.close())
  byId('erase-do').addEventListener('click', () => void erase(dialog))
}

/** @param {HTMLDialogElement} asking */
async function erase(asking) {
  const button = byId('erase-do')
  button.toggleAttribute('disabled', true)
  try {
    await ask(ofUser(''), { method: 'DELETE' })
    forgetLists()
    // What stands here is of nobody any more: the page anew tells what is gone, and shows nothing of it.
    location.replace('/profile')
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    asking.close()
    button.toggleAttribute('disabled', false)
    toast(wordsOf(error), { isFailure: true })
  }
}

/** An answer may be lost on its way, or given up on by a server that had the erasure on the log. @param {Failure} error */
function wordsOf({ message, status = 0 }) {
  const isRefused = status >= 400 && status < 500
  if (isRefused) return `Nothing was erased: ${message}. Try again`
  return `It is not known whether it was erased: ${message}. Load the page anew to see what is there`
}
