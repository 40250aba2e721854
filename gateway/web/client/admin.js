import { forgetKey, hasKey, keepKey } from './admin-api.js'
import { drawBackup, drawVerification, offerVerification } from './admin-care.js'
import { drawGenerations, offerActivation } from './admin-generations.js'
import { drawLetters, lettersPath, offerLetters } from './admin-letters.js'
import { drawRebuild, offerRebuild } from './admin-rebuild.js'
import { close, follow, open, whenRefused } from './admin-sources.js'
import { drawStatus } from './admin-status.js'
import { Failure } from './api.js'
import { byId } from './page.js'

const asksForKey = document.body.dataset.asksForKey === 'true'
const key = /** @type {HTMLInputElement} */ (byId('key'))

const lookAtGenerations = follow({ path: () => 'generations', draw: drawGenerations })
const lookAtStatus = follow({
  path: () => 'status',
  draw(status) {
    const soon = drawRebuild(status.rebuild, lookAtGenerations)
    const pause = drawStatus(status)
    show('admin')
    return soon ?? pause
  },
})
offerActivation(lookAtGenerations)
offerRebuild(lookAtStatus)
offerLetters(follow({ path: lettersPath, draw: drawLetters }))
offerVerification(follow({ path: () => 'verifications', draw: drawVerification }))
follow({ path: () => 'backups', draw: drawBackup })

/** @param {'wait' | 'admin' | 'key-form'} id  what there is to see: one of them */
function show(id) {
  for (const one of ['wait', 'admin', 'key-form']) byId(one).hidden = one !== id
  byId('forget').hidden = id !== 'admin' || !asksForKey
}

/** @param {string} [fault]  what was wrong with the last one */
function askForKey(fault = '') {
  close()
  forgetKey()
  show('key-form')
  byId('key-fault').textContent = fault
  key.setAttribute('aria-invalid', String(fault !== ''))
  key.value = ''
  key.focus()
}

function begin() {
  show('wait')
  open()
}

whenRefused(({ status, message }) => {
  // What the API says of a key that it does not know is meant for programs.
  if (status !== 401) askForKey(message)
  else askForKey(hasKey() ? 'The server does not know this key: it is to be one that API_KEYS lists.' : '')
})
byId('forget').addEventListener('click', () => askForKey())
byId('key-form').addEventListener('submit', (event) => {
  event.preventDefault()
  try {
    keepKey(key.value.trim())
    begin()
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    askForKey(error.message)
  }
})
if (asksForKey && !hasKey()) askForKey()
else begin()
