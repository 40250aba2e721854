import './films.js'
import { ask, Failure, ofUser } from './api.js'
import { forgetLists } from './lists.js'
import { toast } from './tell.js'

const dialog = document.getElementById('erase-dialog')
if (dialog instanceof HTMLDialogElement) {
  document.getElementById('erase')?.addEventListener('click', () => dialog.showModal())
  document.getElementById('erase-not')?.addEventListener('click', () => dialog.close())
  document.getElementById('erase-do')?.addEventListener('click', async () => {
    try {
      await ask(ofUser(''), { method: 'DELETE' })
      forgetLists()
      // From here on somebody new; who erased another is themselves again, with all that they rated.
      const body = new URLSearchParams(dialog.dataset.own === 'true' ? { begin: 'anew' } : {})
      await ask('/session', { method: 'POST', body })
      location.assign('/')
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      dialog.close()
      toast(`Nothing was erased: ${error.message}. Try again`, { isFailure: true })
    }
  })
}
