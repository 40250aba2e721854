import { CARDS, USUAL_RANGE } from '../shared/dashboard.js'
import { Failure } from './api.js'
import { whenThemeChanges } from './colours.js'
import { askAnalytics, askOnce } from './dashboard-api.js'
import { cardWords, isArriving, pageWords } from './dashboard-arriving.js'
import { createCard } from './dashboard-card.js'
import { outsideOf, rangesOf } from './dashboard-days.js'
import { createItemField } from './dashboard-item.js'
import { askedFor, askFor, newestDays, usualRange } from './dashboard-range.js'
import { drawFigures, drawLive } from './dashboard-strip.js'
import { askForKey, faultOfKey, hasKey, whenRefused } from './key.js'
import { byId } from './page.js'

const LIVE_MS = 5_000
const AGAIN_MS = 60_000
/** While there is nothing yet, or not all of what is on the log. */
const SOON_MS = 4_000

const asksForKey = document.body.dataset.asksForKey === 'true'
let isOpen = false
/** What the address asked for. */
let searchShown = ''
/** Of the ratings that are shown. @type {import('./dashboard-days.js').Days | undefined} */
let days
/** Another one whenever everything is asked for anew, and whenever another item is: what comes late is not shown. */
let turn = 0
let turnOfItem = 0
/** @type {Promise<Map<string, import('./dashboard-api.js').ChartInfo>> | undefined} */
let infos
/** As the server told it last. @type {import('./dashboard-arriving.js').Arriving} */
let live = {}
/** What empty cards say of what is to come. */
let toldToCome = ''
/** Until then there may be views that are older than others. */
let soonUntil = 0

/** @param {string} name */
async function infoOf(name) {
  infos ??= askInfos()
  const info = (await infos).get(name)
  if (!info) throw new Failure(`the server has no chart ${name}`)
  return info
}

async function askInfos() {
  try {
    const { charts } = await (await askAnalytics('charts')).json()
    return new Map(charts.map((/** @type {import('./dashboard-api.js').ChartInfo} */ chart) => [chart.name, chart]))
  } catch (error) {
    infos = undefined
    throw error
  }
}

const cards = CARDS.map((card) => ({
  ...createCard(card, { infoOf, choose, toCome: () => cardWords(arriving()) }),
  isLive: card.isLive === true,
  isOfLists: card.isOfLists === true,
}))
const others = cards.filter(({ name, isLive }) => !isLive && name !== 'item-history')
const history = cards.find(({ name }) => name === 'item-history')
const item = createItemField(choose)

/** Everything, by what the address asks for. */
async function show() {
  searchShown = location.search
  const mine = ++turn
  const isLate = () => mine !== turn || !isOpen
  const named = askedFor()
  if (named.range) mark(named.range)
  const ask = askOnce()
  const newest = await newestDays(ask).catch(() => ({}))
  const usual = { range: named.range ?? USUAL_RANGE, why: named.why }
  const { range, why } = named.range ? usual : await usualRange(ask, newest).catch(() => usual)
  if (isLate()) return
  mark(range)
  const { ratings, lists, words: told } = rangesOf(range, newest)
  days = ratings
  const words = pageWords(arriving()) + why + told
  if (!byId('period').textContent?.startsWith(words)) byId('period').textContent = words
  const loaded = others.map(({ load, isOfLists }) => load(isOfLists ? lists : ratings, ask))
  await Promise.all([drawFigures(ask, { ratings, lists }, isLate), ...loaded])
  if (isLate()) return
  sayAnew()
  sayOf(pageWords(arriving()) + why + told + outsideOf(rowsOf('daily-ratings'), rowsOf('sparsity')?.[0]))
  // Whoever names no item is shown the one that is rated most; meanwhile one may have been chosen.
  const [first] = rowsOf('top-items') ?? []
  const itemId = askedFor().item ?? first?.item_id
  if (itemId === undefined || itemId === null)
    return history?.tell(cardWords(arriving()) || 'Nothing was rated in these days: name an item.')
  await showItem(String(itemId), ratings, ask)
}

/** @param {string} itemId @param {import('./dashboard-days.js').Days} days @param {import('./dashboard-api.js').Asking} [ask] */
async function showItem(itemId, days, ask) {
  const mine = ++turnOfItem
  await history?.load({ ...days, itemId }, ask)
  if (mine !== turnOfItem) return
  await item.show(itemId, String(rowsOf('item-history')?.[0]?.title ?? ''))
}

/** @param {import('../shared/dashboard.js').Range} range  that is shown */
function mark(range) {
  for (const link of document.querySelectorAll('[data-range]'))
    link.setAttribute('aria-current', String(link instanceof HTMLElement && link.dataset.range === range))
}

/** What a card was answered; undefined: nothing yet. @param {string} name */
const rowsOf = (name) => cards.find((card) => card.name === name)?.answer()?.rows

/** Aloud as well, and no oftener than it changes. @param {string} words */
function sayOf(words) {
  if (byId('period').textContent !== words) byId('period').textContent = words
}

async function showLive() {
  const [now] = await Promise.all([drawLive(), ...cards.filter(({ isLive }) => isLive).map(({ load }) => load({}))])
  const before = live
  live = now
  sayAnew()
  // All of it is in: nobody waits for the next round.
  if (isArriving(before) && !isArriving(now)) void goOn[0]?.()
}

/** Empty cards say what is to come. */
function sayAnew() {
  const words = cardWords(arriving())
  if (words === toldToCome) return
  toldToCome = words
  for (const { answer, draw } of cards) if (answer()?.rows.length === 0) draw()
}

/** @returns {import('./dashboard-arriving.js').Arriving} */
const arriving = () => ({ ...live, isEmpty: isEmpty(), hasEvents: !!rowsOf('events-per-minute')?.length })

function untilAgain() {
  if (live.loading !== undefined || isEmpty()) soonUntil = Date.now() + AGAIN_MS / 2
  return Date.now() < soonUntil ? SOON_MS : AGAIN_MS
}

/** Nothing was rated, as far as the views have it; where they do not answer, that is not known. */
function isEmpty() {
  const rows = rowsOf('sparsity')
  return rows !== undefined && !rows[0]?.ratings
}

/** @param {string} itemId  how it is doing is to be shown */
function choose(itemId) {
  askFor({ item: itemId })
  searchShown = location.search
  // The others show what they showed.
  void (days ? showItem(itemId, days) : show())
  document.querySelector('[data-chart="item-history"]')?.scrollIntoView({ block: 'nearest' })
}

/** Again and again, while the page is seen. @param {() => Promise<void>} work @param {() => number} ms  until the next time @returns what begins it, or begins it anew */
function repeat(work, ms) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer
  const turn = async () => {
    clearTimeout(timer)
    timer = undefined
    if (document.hidden || !isOpen) return
    await work()
    clearTimeout(timer)
    timer = setTimeout(turn, ms())
  }
  document.addEventListener('visibilitychange', () => {
    if (!document.hidden) void turn()
  })
  return turn
}
const goOn = [repeat(show, untilAgain), repeat(showLive, () => LIVE_MS)]

function open() {
  isOpen = true
  byId('dashboard').hidden = false
  byId('forget').hidden = !hasKey()
  for (const turn of goOn) void turn()
}

/** @param {string} fault  what was wrong with the last key */
async function close(fault) {
  isOpen = false
  byId('dashboard').hidden = true
  byId('forget').hidden = true
  await askForKey(fault)
  open()
}

whenRefused((error) => {
  if (isOpen) void close(faultOfKey(error))
})
byId('forget').addEventListener('click', () => void close(''))
byId('ranges').addEventListener('click', (event) => {
  const link = event.target instanceof Element && event.target.closest('[data-range]')
  if (!(link instanceof HTMLElement) || event.ctrlKey || event.metaKey || event.shiftKey) return
  event.preventDefault()
  askFor({ range: link.dataset.range ?? '' })
  if (isOpen) void show()
})
addEventListener('popstate', () => {
  // To another chart of the page leads no question.
  if (isOpen && location.search !== searchShown) void show()
})
whenThemeChanges(() => {
  for (const { draw } of cards) draw()
})
if (asksForKey && !hasKey()) void close('')
else open()
