import { askAdmin } from './admin-api.js'
import { confirmed } from './admin-confirm.js'
import { keepRows, part } from './admin-rows.js'
import { age, capitalized, count, fullTime, MINUS, shortId, signed, span, withShortIds } from './admin-words.js'
import { byId, write } from './page.js'

const AGAIN_MS = 2_000
const FIGURES = ['ndcg@10', 'ndcg@100', 'recall@20']

/**
 * @typedef {{ live: string, metric: string, figure: number, liveFigure: number, standardError: number, users: number, verdict: 'sound' | 'worse' | 'forced' | 'too-few-users' }} Comparison
 * @typedef {{ id: string, createdAt: string, isActive: boolean, standsFor?: string[], notServed?: string, metrics: Record<string, number>, users: number, items: number, ratings: number, trainSeconds: number, comparison?: Comparison }} Generation
 * @typedef {{ active: string | null, pinned: boolean, generations: Generation[] }} Generations
 */

/** What stands on the page, for whoever presses a button. @type {Generations} */
let shown = { active: null, pinned: false, generations: [] }

export const isPinned = () => shown.pinned
/**
 * The model of this id, or that which took its place: one that holds somebody who was erased is made anew under another id.
 *
 * @param {string} id
 * @returns undefined: only some are kept
 */
export const keptAs = (id) => shown.generations.find((one) => one.id === id || one.standsFor?.includes(id))
const live = () => shown.generations.find(({ isActive }) => isActive)

/** @param {Generations} answer */
export function drawGenerations(answer) {
  shown = answer
  const served = live()
  write(byId('figure-model'), served ? shortId(served.id) : 'None')
  write(
    byId('note-model'),
    served ? `${answer.pinned ? 'pinned, ' : ''}${age(served.createdAt)} old` : 'popular lists meanwhile',
  )
  write(byId('figure-ratings'), served ? count(served.ratings) : '–')
  write(byId('note-ratings'), served ? `${count(served.users)} users, ${count(served.items)} items` : '')
  keepRows(
    'generations-table',
    answer.generations,
    ({ id }) => id,
    (cells, generation) => {
      const [model, made, ratings, users, items, trained, ...rest] = cells
      const [why, deed] = rest.slice(FIGURES.length)
      if (!model || !made || !deed) return
      drawName(model, generation)
      write(made, `${age(generation.createdAt)} ago`)
      made.title = fullTime(generation.createdAt)
      write(ratings, count(generation.ratings))
      write(users, count(generation.users))
      write(items, count(generation.items))
      write(trained, span(generation.trainSeconds))
      FIGURES.forEach((metric, n) => {
        drawFigure(/** @type {HTMLElement} */ (rest[n]), generation, metric)
      })
      write(why, whyOf(generation))
      drawDeed(deed, generation)
    },
  )
  return AGAIN_MS
}

/** @param {HTMLElement} cell @param {Generation} generation */
function drawName(cell, { id, isActive, comparison }) {
  const name = part(cell, 'model-id', 'code')
  write(name, shortId(id))
  name.title = id
  const mark = part(cell, 'mark')
  const isHeldBack = comparison?.verdict === 'worse'
  write(mark, isActive ? (shown.pinned ? 'Live, pinned' : 'Live') : isHeldBack ? 'Held back' : '')
  mark.classList.toggle('mark-live', isActive)
  mark.classList.toggle('is-worse', isHeldBack && !isActive)
}

/** @param {HTMLElement} cell @param {Generation} generation @param {string} metric */
function drawFigure(cell, { metrics, isActive }, metric) {
  const value = metrics[metric]
  const liveValue = live()?.metrics[metric]
  write(part(cell, 'value'), value === undefined ? '–' : value.toFixed(3))
  const delta = part(cell, 'delta')
  const difference = isActive || value === undefined || liveValue === undefined ? undefined : value - liveValue
  write(delta, difference === undefined ? '' : signed(difference))
  delta.classList.toggle('is-worse', delta.textContent?.startsWith(MINUS))
}

/** Of one that is kept no longer, no row bears the id. @param {string} id */
export function nameOf(id) {
  const kept = keptAs(id)
  return kept ? shortId(kept.id) : `${shortId(id)} (no longer kept)`
}

/** @param {Generation} generation */
function whyOf(generation) {
  const former = generation.standsFor?.at(-1)
  const place = former === undefined ? '' : `. Took the place of ${shortId(former)}, without who was erased`
  return `${verdictOn(generation)}${place}`
}

/** @param {Generation} generation */
function verdictOn({ isActive, notServed, comparison }) {
  // The page calls models what the API calls generations.
  if (notServed !== undefined) return capitalized(withShortIds(notServed.replaceAll('generation', 'model'), nameOf))
  if (isActive && shown.pinned) return 'Activated by hand: stays until it is unpinned'
  const before = isActive ? '' : 'Older than the live one. '
  if (!comparison) return isActive ? 'Nothing was live to compare it with' : 'Older than the live one'
  const live = keptAs(comparison.live)
  const other = live ? shortId(live.id) : 'what was live then'
  const difference = `${comparison.metric} ${signed(comparison.figure - comparison.liveFigure)}`
  if (comparison.verdict === 'forced') return `${before}Forced: ${difference} beside ${other}`
  if (comparison.verdict === 'worse') return `Activated by hand: ${difference} beside ${other}`
  if (comparison.verdict === 'too-few-users') return `${before}Too few held-out users to judge it beside ${other}`
  return `${before}No worse than ${other}: ${difference}`
}

/** One to a row: what there is to do with it. @param {HTMLElement} cell @param {Generation} generation */
function drawDeed(cell, generation) {
  const name = deedOf(generation)
  const button = part(cell, 'button-dense', 'button')
  if (button.dataset.deed === name) return
  button.dataset.deed = name
  button.className = 'button button-dense'
  button.hidden = name === ''
  write(button, name)
  button.setAttribute('aria-label', `${name} ${shortId(generation.id)}`)
  button.onclick = () => void confirmed(name === 'Unpin' ? unpin(generation) : activate(generation, name))
}

/** @param {Generation} generation */
function deedOf({ isActive, createdAt }) {
  if (isActive) return shown.pinned ? 'Unpin' : ''
  const served = live()
  return served && createdAt < served.createdAt ? 'Roll back' : 'Activate'
}

/** @type {() => Promise<unknown>} */
let refresh = async () => {}
/** @param {() => Promise<unknown>} look */
export function offerActivation(look) {
  refresh = look
}

/** @param {Generation} generation @param {string} name */
function activate({ id, createdAt, metrics }, name) {
  const served = live()
  const metric = 'ndcg@100'
  const figures =
    served && metrics[metric] !== undefined && served.metrics[metric] !== undefined
      ? ` Its ${metric} is ${metrics[metric].toFixed(3)}, that of ${shortId(served.id)} ${served.metrics[metric].toFixed(3)}.`
      : ''
  return {
    title: `${name === 'Activate' ? 'Activate' : 'Roll back to'} ${shortId(id)}?`,
    words: `Everybody’s lists come from the model made ${age(createdAt)} ago${served ? ` instead of ${shortId(served.id)}` : ''}, from the next request on.${figures} It stays pinned: later rebuilds publish theirs without serving them, until you unpin it.`,
    name,
    async run() {
      await askAdmin(`generations/${encodeURIComponent(id)}/activate`, 'POST')
      await refresh()
      return `${shortId(id)} is live, and pinned`
    },
  }
}

/** @param {Generation} generation */
function unpin({ id }) {
  return {
    title: `Unpin ${shortId(id)}?`,
    words: `${shortId(id)} goes on being served until the next rebuild: its model is then served if it is no worse.`,
    name: 'Unpin',
    async run() {
      await askAdmin('generations/unpin', 'POST')
      await refresh()
      return `${shortId(id)} is no longer pinned`
    },
  }
}
