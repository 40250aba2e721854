import { liftOver } from './out-of-the-way.js'
import { byId, element } from './page.js'

/** Something can be done about it, or has to be. */
const TOAST_MS = 7_000
/** Of what is only to be read, over whatever stands at the foot of the page. */
const SEEN_MS = 2_000
const LETTER_MS = 30
/** Screen readers hear a text again only if it changes. */
const AGAIN = '\u00a0'

/** Says something to who does not see the page. @param {string} text */
export function say(text) {
  const region = byId('said')
  region.textContent = region.textContent === text ? text + AGAIN : text
}

/** @type {(() => void) | undefined} */
let undoLast

/**
 * A note at the foot of the page, which goes by itself unless somebody is at it. There is one at a time.
 *
 * @param {string} text
 * @param {{ isFailure?: boolean, undo?: () => void }} [options]
 */
export function toast(text, { isFailure = false, undo } = {}) {
  const note = element('div', isFailure ? 'toast toast-failure' : 'toast')
  note.append(element('span', 'toast-text', text))
  if (undo) note.append(undoButton(undo, () => note.remove()))
  undoLast = undo
  byId('toasts').replaceChildren(note)
  liftOver(note)
  const leave = () => {
    // Else another has taken its place, whose undo it is.
    if (note.isConnected) undoLast = undefined
    note.remove()
  }
  const ms = isFailure || undo ? TOAST_MS : Math.min(SEEN_MS + LETTER_MS * text.length, TOAST_MS)
  let timer = setTimeout(leave, ms)
  const stay = () => clearTimeout(timer)
  const go = () => {
    stay()
    timer = setTimeout(leave, ms)
  }
  note.addEventListener('pointerenter', stay)
  note.addEventListener('pointerleave', go)
  note.addEventListener('focusin', stay)
  note.addEventListener('focusout', go)
}

/** @param {() => void} undo @param {() => void} done */
function undoButton(undo, done) {
  const button = element('button', 'toast-button', 'Undo')
  button.type = 'button'
  button.title = 'Control Z'
  button.setAttribute('aria-keyshortcuts', 'Control+Z')
  button.addEventListener('click', () => {
    done()
    undoLast = undefined
    undo()
  })
  return button
}

// What it was lifted over is elsewhere.
document.addEventListener('scrollend', () => {
  const note = document.querySelector('.toast')
  if (note instanceof HTMLElement) liftOver(note)
})

document.addEventListener('keydown', (event) => {
  const isText = event.target instanceof HTMLInputElement
  if (isText || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z' || !undoLast) return
  event.preventDefault()
  const undo = undoLast
  undoLast = undefined
  byId('toasts').replaceChildren()
  undo()
})
