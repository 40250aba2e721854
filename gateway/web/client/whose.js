import { byId } from './page.js'

const whose = byId('whose')

/** The panel closes by Escape, and when one goes elsewhere. */
if (whose instanceof HTMLDetailsElement) {
  document.addEventListener('click', ({ target }) => {
    if (target instanceof Node && !whose.contains(target)) whose.open = false
  })
  whose.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape') return
    whose.open = false
    whose.querySelector('summary')?.focus()
  })
}
