import { askAdmin } from './admin-api.js'
import { clockTime } from './admin-words.js'
import { Failure } from './api.js'
import { tellRefusal } from './key.js'
import { byId } from './page.js'
import { say } from './tell.js'

/**
 * What is asked for again and again while the page is seen.
 *
 * @typedef {object} Source
 * @property {() => string} path  under /v1/admin/
 * @property {(answer: any) => number} draw  shows it. Returns ms until it is to be asked for again
 */

const AGAIN_MS = 2_000

/** Those that did not answer last time. @type {Map<Source, Failure>} */
const failing = new Map()
/** @type {(() => Promise<void>)[]} */
const looks = []
let isOpen = false
/** Answers to who had another key are of no use. */
let era = 0
/** When the last answer came, ms since 1970. */
let asOf = 0

/** @param {Source} source @returns {() => Promise<void>} asks at once, and resolves when what is the case now is shown */
export function follow(source) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  let looking = Promise.resolve()

  // One after the other: one under way may have begun before what is to be seen.
  function look() {
    looking = looking.catch(() => {}).then(once)
    return looking
  }
  async function once() {
    if (!isOpen) return
    const pause = await show(source)
    clearTimeout(timer)
    if (isOpen && !document.hidden) timer = setTimeout(look, pause)
  }
  document.addEventListener('visibilitychange', () => {
    clearTimeout(timer)
    if (!document.hidden) look()
  })
  looks.push(look)
  return look
}

/** @param {Source} source @returns {Promise<number>} ms until it is to be asked for again */
async function show(source) {
  const asked = era
  let pause = AGAIN_MS
  try {
    const answer = await askAdmin(source.path())
    if (asked !== era) return pause
    failing.delete(source)
    asOf = Date.now()
    pause = source.draw(answer)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    if (asked !== era) return pause
    if (tellRefusal(error)) return pause
    failing.set(source, error)
  }
  tellAge()
  return pause
}

export function open() {
  isOpen = true
  for (const look of looks) look()
}

export function close() {
  isOpen = false
  era++
  failing.clear()
  byId('as-of').textContent = ''
}

let wasFailing = false

/** How old what is shown is; that it grows old is said once. */
function tellAge() {
  const [failure] = failing.values()
  const note = byId('as-of')
  const words = `${asOf === 0 ? 'Nothing yet' : `As of ${clockTime(asOf)}`}${failure ? `: ${failure.message}` : ''}`
  note.textContent = words
  note.title = words
  note.classList.toggle('is-failing', failure !== undefined)
  if (failure && !wasFailing) say(words)
  if (!failure && wasFailing) say('What is shown is of now again')
  wasFailing = failure !== undefined
}
