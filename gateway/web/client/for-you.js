import { askPage, Failure, ofUser } from './api.js'
import { byId, element } from './page.js'
import { onRated } from './rating.js'
import { rearrange } from './rearrange.js'
import { say } from './tell.js'

/** As the server shows (films/home.ts). */
const SHOWN = 20
/** A connection that breaks comes back within seconds: only then is it told of. */
const RESTING_AFTER_MS = 4_000
const AGAIN_MS = 5_000

const section = byId('for-you')
const list = /** @type {Element} */ (section.querySelector('.cards'))

const cards = () => [...list.children].filter((card) => card instanceof HTMLElement)
const shown = () =>
  cards()
    .map((card) => card.dataset.item)
    .join('\n')

/** The list as the stream last told it; undefined: as nobody told yet. @type {string | undefined} */
let told
/** One at a time: what is asked for meanwhile is asked once more, unless it is what came. */
let isAsking = false
let isToAskAgain = false

/** @param {string} [token]  of a rating that the list is to show */
async function renew(token) {
  if (isAsking) {
    isToAskAgain = true
    return
  }
  isAsking = true
  try {
    let after = token
    do {
      isToAskAgain = false
      put(await askPage('/for-you', after))
      after = undefined
    } while (isToAskAgain && told !== shown())
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    rest()
  } finally {
    isAsking = false
  }
}

/** @param {Document} page */
function put(page) {
  const before = shown()
  const [first] = cards()
  for (const id of ['for-you-title', 'for-you-why']) byId(id).textContent = page.getElementById(id)?.textContent ?? ''
  byId('for-you-notice').replaceChildren(...(page.getElementById('for-you-notice')?.childNodes ?? []))
  rearrange(list, page.querySelectorAll('#for-you .card'))
  if (shown() === before) return
  const title = list.querySelector('.card-title')?.textContent ?? ''
  say(cards()[0] === first ? 'For you changed further down' : `For you changed: ${title} is now first`)
}

/** The list is as it was; nobody is left to wonder. */
function rest() {
  const note = element(
    'p',
    'notice',
    'Recommendations are resting: the list is as it was. It goes on by itself; what you rate is kept.',
  )
  byId('for-you-notice').replaceChildren(note)
}

/** @type {EventSource | undefined} */
let stream
/** @type {ReturnType<typeof setTimeout> | undefined} */
let restTimer

function listen() {
  stream?.close()
  const opened = new EventSource(ofUser(`/recommendations/stream?limit=${SHOWN}`))
  stream = opened
  opened.addEventListener('list', ({ data }) => {
    const { recommendationId, items } = JSON.parse(data)
    // The stream's list is the one that is logged as shown.
    section.dataset.list = recommendationId
    told = items.map((/** @type {{ itemId: string }} */ { itemId }) => itemId).join('\n')
    if (told !== shown()) void renew()
  })
  opened.addEventListener('open', () => {
    clearTimeout(restTimer)
    restTimer = undefined
    byId('for-you-notice').querySelector('.notice:not([role])')?.remove()
  })
  opened.addEventListener('error', () => {
    restTimer ??= setTimeout(rest, RESTING_AFTER_MS)
    // A refusal ends it; what breaks off comes back by itself.
    if (opened.readyState === EventSource.CLOSED) setTimeout(() => !document.hidden && listen(), AGAIN_MS)
  })
}

/** The list is kept as the server has it: by its events, whoever caused them. */
export function followForYou() {
  listen()
  // Who rated does not wait for the word of it to come round.
  onRated(({ token }) => void renew(token))
  // A page that nobody sees holds no connection: of these, browsers have six.
  document.addEventListener('visibilitychange', () => {
    stream?.close()
    clearTimeout(restTimer)
    restTimer = undefined
    if (document.visibilityState === 'visible') listen()
  })
}
