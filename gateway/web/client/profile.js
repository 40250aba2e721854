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
  try {
    await ask(ofUser(''), { method: 'DELETE' })
    forgetLists()
    // What stands here is of nobody any more: the page anew tells what is gone, and shows nothing of it.
    location.replace('/profile')
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    asking.close()
    toast(`Nothing was erased: ${error.message}. Try again`, { isFailure: true })
  }
}
