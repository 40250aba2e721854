import { drawBackup, drawVerification, offerVerification } from './admin-care.js'
import { drawGenerations, offerActivation } from './admin-generations.js'
import { drawLetters, lettersPath, offerLetters } from './admin-letters.js'
import { drawRebuild, offerRebuild, tellRebuild } from './admin-rebuild.js'
import { close, follow, open } from './admin-sources.js'
import { drawStatus } from './admin-status.js'
import { askForKey, faultOfKey, hasKey, whenRefused } from './key.js'
import { byId } from './page.js'

const asksForKey = document.body.dataset.asksForKey === 'true'

const lookAtGenerations = follow({
  path: () => 'generations',
  draw(answer) {
    const pause = drawGenerations(answer)
    tellRebuild()
    return pause
  },
})
const lookAtStatus = follow({
  path: () => 'status',
  draw(status) {
    const soon = drawRebuild(status.rebuild, lookAtGenerations)
    const pause = drawStatus(status)
    if (byId('admin').hidden) void showWithModels()
    return soon ?? pause
  },
})
offerActivation(lookAtGenerations)
offerRebuild(lookAtStatus)
offerLetters(follow({ path: lettersPath, draw: drawLetters }))
offerVerification(follow({ path: () => 'verifications', draw: drawVerification }))
follow({ path: () => 'backups', draw: drawBackup })

/** Other keys that were asked for. */
let keys = 0

/** What stands below the models would move when they come. They may fail: the rest stands. */
async function showWithModels() {
  const mine = keys
  await lookAtGenerations()
  if (mine === keys) show('admin')
}

/** @param {'wait' | 'admin' | undefined} id  what there is to see, but for what asks for a key: one of them */
function show(id) {
  for (const one of ['wait', 'admin']) byId(one).hidden = one !== id
  byId('forget').hidden = id !== 'admin' || !asksForKey
}

/** @param {string} fault  what was wrong with the last key; empty: there was none */
async function withAnotherKey(fault) {
  keys++
  close()
  show(undefined)
  await askForKey(fault)
  begin()
}

function begin() {
  show('wait')
  open()
}

whenRefused((error) => void withAnotherKey(faultOfKey(error)))
byId('forget').addEventListener('click', () => void withAnotherKey(''))
if (asksForKey && !hasKey()) void withAnotherKey('')
else begin()
