import { Failure } from './api.js'
import { counted } from './counted.js'
import { after, element } from './page.js'
import { say } from './tell.js'

/** Who types on is not asked for each letter. */
const PAUSE_MS = 60
const SKELETON_AFTER_MS = 150
const SKELETONS = 4

/** @typedef {{ row: HTMLElement, name: string, choose: () => void }} Option  `name` as it is said */

/**
 * A field with a list of what is found by it, as WAI-ARIA has comboboxes: arrow keys go through the list, Enter chooses, Escape closes it.
 *
 * @param {HTMLInputElement} input
 * @param {HTMLElement} list
 * @param {{
 *   find: (query: string) => Promise<Option[]>,
 *   unit: string,
 *   nothing: string,
 *   isWhole?: () => boolean,
 * }} what  `find` may throw a Failure; `unit` names one that is found; `nothing` is told where it finds none; `isWhole`: what stands there is not what somebody typed
 * @returns {{ close: () => void, look: () => Promise<void> }}  `look` asks anew for what stands there
 */
export function createCombobox(input, list, { find, unit, nothing, isWhole = () => false }) {
  /** @type {Option[]} */
  let options = []
  /** The place of the option that is active; −1: none. */
  let active = -1
  /** Another one whenever something else is looked for: what comes late is not shown. */
  let turn = 0
  /** What the list answers. @type {string | undefined} */
  let shownFor

  async function look() {
    const query = input.value.trim()
    const mine = ++turn
    if (query === '') return close()
    await after(PAUSE_MS)
    if (mine !== turn) return
    void after(SKELETON_AFTER_MS).then(() => {
      if (mine === turn && shownFor !== query) open(Array.from({ length: SKELETONS }, skeleton))
    })
    try {
      const found = await find(query)
      if (mine !== turn) return
      shownFor = query
      show(found)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      if (mine !== turn) return
      shownFor = query
      note(`Search is resting: ${error.message}. Try again in a moment.`)
    }
  }

  /** @param {Option[]} found */
  function show(found) {
    if (found.length === 0) return note(nothing)
    open(found.map(asOption), found)
    say(`${counted(found.length, unit)}, the first is ${found[0]?.name}`)
  }

  /** @param {Option} option @param {number} n */
  function asOption({ row, choose }, n) {
    row.id = `${list.id}-${n}`
    row.classList.add('option')
    row.setAttribute('role', 'option')
    // Before the input loses the focus.
    row.addEventListener('pointerdown', (event) => {
      event.preventDefault()
      if (event.button === 0) choose()
    })
    return row
  }

  /** @param {string} text */
  function note(text) {
    const told = element('li', 'option-note', text)
    told.setAttribute('role', 'option')
    told.setAttribute('aria-disabled', 'true')
    open([told])
    say(text)
  }

  /** @param {HTMLElement[]} rows @param {Option[]} next  that can be chosen: none of what waits, nor of a note */
  function open(rows, next = []) {
    options = next
    list.replaceChildren(...rows)
    list.hidden = false
    input.setAttribute('aria-expanded', 'true')
    activate(-1)
  }

  function close() {
    turn++
    options = []
    shownFor = undefined
    list.hidden = true
    list.replaceChildren()
    input.setAttribute('aria-expanded', 'false')
    activate(-1)
  }

  /** @param {number} place */
  function activate(place) {
    active = place
    for (const [n, row] of [...list.children].entries()) row.setAttribute('aria-selected', String(n === place))
    const row = options[place]?.row
    row?.scrollIntoView({ block: 'nearest' })
    if (row) input.setAttribute('aria-activedescendant', row.id)
    else input.removeAttribute('aria-activedescendant')
  }

  input.addEventListener('input', () => void look())
  input.addEventListener('focus', () => {
    if (input.value.trim() !== '' && list.childElementCount === 0 && !isWhole()) void look()
  })
  input.addEventListener('blur', close)
  input.addEventListener('keydown', (event) => {
    // The keys are of whoever composes a letter of them.
    if (event.isComposing) return
    const count = options.length
    if (event.key === 'Escape') {
      // First the list, then the field.
      if (list.hidden) input.blur()
      else close()
    } else if (event.key === 'ArrowDown' && list.hidden && input.value.trim() !== '') void look()
    else if (event.key === 'ArrowDown' && count > 0) activate((active + 1) % count)
    else if (event.key === 'ArrowUp' && count > 0) activate((active <= 0 ? count : active) - 1)
    else if (event.key === 'Enter' && active >= 0) options[active]?.choose()
    else return
    event.preventDefault()
  })
  return { close, look }
}

function skeleton() {
  const row = element('li', 'option option-skeleton')
  row.setAttribute('role', 'option')
  row.setAttribute('aria-label', 'Searching')
  row.append(element('span', 'skeleton cover-tiny'), element('span', 'skeleton skeleton-line'))
  return row
}
