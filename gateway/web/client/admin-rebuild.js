import { askAdmin } from './admin-api.js'
import { confirmed } from './admin-confirm.js'
import { isPinned, keptAs, nameOf } from './admin-generations.js'
import { age, shortId, withShortIds } from './admin-words.js'
import { byId, write } from './page.js'
import { say } from './tell.js'

const WHILE_IT_RUNS_MS = 300

/**
 * @typedef {{ id: string, requestedAt: string, updatedAt: string, reason: 'demand' | 'schedule' | 'first-model' | 'tuning', status: 'requested' | 'running' | 'published' | 'held-back' | 'skipped' | 'failed', progress: string, generation?: string, again?: true }} Rebuild
 */

const REASONS = { demand: 'asked for', schedule: 'scheduled', 'first-model': 'first model', tuning: 'search' }
const STATUSES = {
  requested: 'Asked for',
  running: 'Running',
  published: 'Published',
  'held-back': 'Held back',
  skipped: 'Skipped',
  failed: 'Failed',
}

/** @type {Rebuild | undefined} */
let last

/**
 * @param {Rebuild | null} rebuild
 * @param {() => Promise<unknown>} onOver  hears of one that was seen to end; resolves when its model is listed
 * @returns {number | undefined} ms until it is to be looked at again, where it changes soon
 */
export function drawRebuild(rebuild, onOver) {
  const isUnderWay = rebuild !== null && isGoing(rebuild)
  write(byId('figure-rebuild'), rebuild ? STATUSES[rebuild.status] : 'None')
  byId('figure-rebuild').classList.toggle('is-bad', rebuild?.status === 'failed')
  write(
    byId('note-rebuild'),
    rebuild ? `${REASONS[rebuild.reason]}, ${age(rebuild.requestedAt)} ago` : 'since this log began',
  )
  drawProgress(rebuild)
  const hasEnded = last !== undefined && isGoing(last) && !isUnderWay
  last = rebuild ?? undefined
  if (rebuild && hasEnded) void onOver().then(() => say(inWords(rebuild)))
  else tellRebuild()
  return isUnderWay ? WHILE_IT_RUNS_MS : undefined
}

/** In words, which name the models that are listed. */
export function tellRebuild() {
  write(byId('rebuild-words'), last ? inWords(last) : '')
}

/** @param {Rebuild} rebuild */
const isGoing = ({ status, again }) => status === 'requested' || status === 'running' || again === true

/** @param {Rebuild} rebuild */
function inWords({ status, progress, generation, again }) {
  const kept = generation === undefined || status === 'running' ? undefined : keptAs(generation)
  const made = kept ? ` ${shortId(kept.id)}` : ''
  const more = progress === '' || progress === 'done' ? '' : `: ${withShortIds(progress, nameOf)}`
  return `${STATUSES[status]}${made}${more}${again ? '. Another one follows' : ''}`
}

/** @param {Rebuild | null} rebuild */
function drawProgress(rebuild) {
  const bar = byId('rebuild-progress')
  const isUnderWay = rebuild !== null && isGoing(rebuild)
  bar.hidden = !isUnderWay
  const [, done, all] = (isUnderWay && /^epoch (\d+)\/(\d+)/.exec(rebuild.progress)) || []
  if (!(bar instanceof HTMLProgressElement)) return
  if (done === undefined || all === undefined) bar.removeAttribute('value')
  else Object.assign(bar, { max: Number(all), value: Number(done) })
}

/** @param {() => Promise<unknown>} refresh */
export function offerRebuild(refresh) {
  byId('rebuild').addEventListener('click', () =>
    confirmed({
      title: 'Rebuild the model now?',
      words: `All ratings are read, and a new model is trained while the live one goes on serving. ${isPinned() ? 'The live one is pinned: the new one is kept, and not served.' : 'The new one is served if it is no worse.'}`,
      name: 'Rebuild now',
      option: isPinned() ? '' : 'Serve it even if it is worse than the live one',
      async run(isForced) {
        const { status } = await askAdmin(`rebuilds${isForced ? '?force=true' : ''}`, 'POST')
        void refresh()
        return status === 'running' ? 'One is under way: another one follows it' : 'A rebuild was asked for'
      },
    }),
  )
}
