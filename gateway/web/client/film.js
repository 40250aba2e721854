import './films.js'
import { askPage, Failure } from './api.js'
import { onRated } from './rating.js'
import { StarRating } from './star-rating.js'

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

/** Where keys mean something of their own, or another film. */
const ELSEWHERE = 'input, textarea, select, dialog, star-rating, .card'

/** The film of the page is rated from anywhere on it: 1 to 5, and 0 takes the rating back. */
document.addEventListener('keydown', (event) => {
  const { key, target } = event
  if (!/^[0-5]$/.test(key) || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return
  if (target instanceof Element && target.closest(ELSEWHERE)) return
  const stars = document.querySelector('.film-head star-rating:not([disabled])')
  if (!(stars instanceof StarRating)) return
  event.preventDefault()
  stars.choose(key === '0' ? null : Number(key))
})
