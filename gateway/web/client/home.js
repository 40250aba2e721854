import './films.js'
import { askPage, Failure } from './api.js'
import { followForYou } from './for-you.js'
import { followPicks } from './newcomer.js'
import { isAllowedToRate } from './page.js'
import { onRated } from './rating.js'
import { rearrange } from './rearrange.js'

/** Whoever rates on is waited for: these are further down. */
const PAUSE_MS = 500
/** Shelves that go by what was rated last. The others stay as they are until the page is loaded anew: nothing runs from under a finger. */
const PERSONAL = ['similar', 'less-known']

followForYou()
if (isAllowedToRate) followPicks()

/** @type {ReturnType<typeof setTimeout> | undefined} */
let timer
onRated(({ token }) => {
  clearTimeout(timer)
  if (PERSONAL.some((id) => document.getElementById(id))) timer = setTimeout(() => void renewPersonal(token), PAUSE_MS)
})

/** @param {string} token */
async function renewPersonal(token) {
  try {
    const page = await askPage('/personal', token)
    for (const id of PERSONAL) {
      const [shown, next] = [document.getElementById(id), page.getElementById(id)]
      const list = shown?.querySelector('.cards')
      if (!shown || !next || !list) continue
      for (const part of ['h2', '.shelf-why']) {
        const [old, now] = [shown.querySelector(part), next.querySelector(part)]
        if (old && now) old.textContent = now.textContent
      }
      shown.dataset.list = next.dataset.list ?? ''
      rearrange(list, next.querySelectorAll('.card'))
    }
  } catch (error) {
    // They stay as they are, which is right but for the last rating.
    if (!(error instanceof Failure)) throw error
  }
}
