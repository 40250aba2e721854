import { ask, Failure } from './api.js'
import { byId, write } from './page.js'

const AGAIN_MS = 2_000

/** @typedef {{ status: 'running' | 'waiting' | 'complete', stores: Record<string, string> }} Receipt  as `/v1/erasures/{erasureId}` tells it */

/** Shows how far the erasure is that was asked for here last, for as long as it is looked at, or until nothing is left to come by itself. */
export async function followErasure() {
  const place = byId('erase-status')
  try {
    const receipt = await (await ask('/session/erasure')).json()
    write(place, wordsOf(receipt))
    if (receipt.status !== 'running') return
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    write(place, `How far it is cannot be told right now: ${error.message}. It goes on by itself.`)
  }
  setTimeout(() => void followErasure(), AGAIN_MS)
}

/** @param {Receipt} receipt */
function wordsOf({ status, stores }) {
  if (status === 'complete') return 'Done: nothing is left.'
  if (status === 'waiting') return 'Done, but for bytes on the log, which nobody reads.'
  const pending = Object.keys(stores).filter((name) => stores[name] === 'pending')
  const isInModels = Object.values(stores).includes('until newer models')
  const parts = [
    ...(pending.length > 0 ? [`Under way: ${pending.join(', ')}.`] : []),
    ...(isInModels ? ['Kept until newer models: their sample of users.'] : []),
  ]
  return parts.join(' ')
}
