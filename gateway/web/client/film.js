import './films.js'
import { askPage, Failure } from './api.js'
import { onRated } from './rating.js'

/** What was rated changes why the film is recommended. */
onRated(async ({ token }) => {
  try {
    const page = await askPage(`${location.pathname}/why`, token)
    const [shown, next] = [document.getElementById('why'), page.getElementById('why')]
    if (shown && next) shown.replaceWith(document.adoptNode(next))
  } catch (error) {
    // It stays as it is until the page is loaded anew.
    if (!(error instanceof Failure)) throw error
  }
})
