import './films.js'
import { askPage, Failure } from './api.js'
import { onRated } from './rating.js'

/** What comes late of a rating is not put over what came of a later one. */
let turn = 0

/** What was rated changes why the film is recommended. */
onRated(async ({ token }) => {
  const mine = ++turn
  try {
    const page = await askPage(`${location.pathname}/why`, token)
    if (mine !== turn) return
    const [shown, next] = [document.getElementById('why'), page.getElementById('why')]
    if (shown && next) shown.replaceWith(document.adoptNode(next))
  } catch (error) {
    // It stays as it is until the page is loaded anew.
    if (!(error instanceof Failure)) throw error
  }
})
