import { FIRST_DAY } from '../shared/dashboard.js'
import { Failure } from './api.js'
import { askChart, chartPath } from './dashboard-api.js'
import { windowOf } from './dashboard-days.js'
import { filledIn, fillTable, offerCopy, offerCsv } from './dashboard-sheets.js'
import { asOfText, spanText, spokenSentence } from './dashboard-words.js'
import { drawColumns } from './draw-columns.js'
import { drawHeat } from './draw-heat.js'
import { drawMultiples } from './draw-multiples.js'
import { drawOver } from './draw-over.js'
import { drawFacts, drawGroups, drawRanks } from './draw-rows.js'
import { element, write } from './page.js'

/** @typedef {import('./dashboard-api.js').ChartAnswer} ChartAnswer */
/** @typedef {import('./dashboard-api.js').ChartInfo} ChartInfo */
/** @typedef {import('./dashboard-api.js').Parameters} Parameters */

/** Kinds of drawings whose values the arrow keys tell. */
const GONE_THROUGH = ['over', 'multiples', 'columns', 'heat']

/**
 * A card that the page has (dashboard/card.ts): asks for its chart, and draws it or says why it cannot.
 *
 * @param {import('../shared/dashboard.js').Card} card
 * @param {{ infoOf: (name: string) => Promise<ChartInfo>, choose: (itemId: string) => void, toCome: () => string }} page  `toCome`: why there may be nothing yet
 */
export function createCard({ name, drawing, time }, { infoOf, choose, toCome }) {
  const find = (/** @type {string} */ selector) =>
    /** @type {HTMLElement} */ (document.querySelector(`[data-chart="${name}"] ${selector}`))
  const [place, sentence, asOf] = [find('.plot'), find('.chart-answer'), find('.as-of')]
  const when = find('.chart-when')
  const [tableSheet, sqlSheet] = [find('[data-sheet=table]'), find('[data-sheet=sql]')]
  const csv = /** @type {HTMLAnchorElement} */ (find('.csv'))
  /** @type {Parameters} */
  let asked = {}
  /** @type {{ info: ChartInfo, answer: ChartAnswer } | undefined} */
  let shown
  let latest = 0
  let drawn = ''

  function draw() {
    if (!shown) return
    const { info, answer } = shown
    const unitOf = (/** @type {string} */ column) => info.columns.find((one) => one.name === column)?.unit ?? ''
    const isEmpty = hasNothing(drawing, answer)
    const words = (isEmpty && toCome()) || spokenSentence(answer.sentence, answer.rows[0])
    place.tabIndex = GONE_THROUGH.includes(drawing.kind) ? 0 : -1
    place.setAttribute(
      'aria-label',
      `${info.title} ${words}${place.tabIndex === 0 ? ' Arrow keys tell the values.' : ''}`,
    )
    if (isEmpty) write(nothingIn(place), words)
    else if (drawing.kind === 'over') drawOver(place, drawing, answer, unitOf)
    else if (drawing.kind === 'multiples') drawMultiples(place, drawing, answer, unitOf)
    else if (drawing.kind === 'columns') drawColumns(place, drawing, answer, unitOf)
    else if (drawing.kind === 'heat') drawHeat(place, drawing, answer, unitOf)
    else if (drawing.kind === 'ranks') drawRanks(place, drawing, answer, unitOf, choose)
    else if (drawing.kind === 'groups') drawGroups(place, drawing, answer, unitOf)
    else drawFacts(place, drawing, answer, unitOf)
    sentence.textContent = isEmpty ? '' : words
    sentence.title = sentence.textContent
    when.textContent = whenText(answer, time)
    asOf.textContent = ageOf(answer)
    fillSheets()
  }

  /** Only those that are seen: a year of days is much to lay out. */
  function fillSheets() {
    if (!shown) return
    const { info, answer } = shown
    const { from, to } = answer
    const code = sqlSheet.querySelector('code')
    if (code) code.textContent = filledIn(info.sql, { ...asked, from, to })
    const sheet = tableSheet.querySelector('.sheet')
    if (sheet && tableSheet instanceof HTMLDetailsElement && tableSheet.open) fillTable(sheet, info, answer)
  }

  /** There is nothing to draw. @param {string} message */
  function tell(message) {
    latest++
    clear()
    write(nothingIn(place), message)
    place.setAttribute('aria-busy', 'false')
  }

  function clear() {
    shown = undefined
    drawn = ''
    place.tabIndex = -1
    for (const part of [sentence, when, asOf]) part.textContent = ''
    tableSheet.querySelector('.sheet')?.replaceChildren()
  }

  /** @param {string} message */
  function fail(message) {
    clear()
    const note = element('div', 'failed')
    const again = element('button', 'button button-small', 'Try again')
    again.type = 'button'
    again.addEventListener('click', () => void load(asked))
    note.append(element('p', '', message), again)
    const hadFocus = place.contains(document.activeElement)
    place.replaceChildren(note)
    if (hadFocus) again.focus()
  }

  /**
   * Asks and shows what is answered, unless something else was asked for meanwhile.
   *
   * @param {Parameters} parameters
   * @param {import('./dashboard-api.js').Asking} [ask]
   */
  async function load(parameters, ask = askChart) {
    asked = parameters
    const mine = ++latest
    place.setAttribute('aria-busy', 'true')
    try {
      const info = await infoOf(name)
      const taken = Object.fromEntries(Object.entries(parameters).filter(([key]) => info.parameters.includes(key)))
      csv.href = `/v1/analytics/${chartPath(name, taken, 'csv')}`
      const answer = await ask(name, taken)
      if (mine !== latest) return
      asked = taken
      const isSame = told(answer, drawing) === drawn
      shown = { info, answer }
      drawn = told(answer, drawing)
      if (isSame) asOf.textContent = ageOf(answer)
      else draw()
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      if (mine === latest) fail(error.message)
    } finally {
      if (mine === latest) place.setAttribute('aria-busy', 'false')
    }
  }

  offerCopy(sqlSheet)
  offerCsv(csv, name, () => asked)
  tableSheet.addEventListener('toggle', fillSheets)
  new ResizeObserver(draw).observe(place)
  return {
    name,
    load,
    draw,
    tell,
    /** What it shows; undefined: nothing yet, or it failed. */
    answer: () => shown?.answer,
  }
}

/** Where it says that there is nothing, in place of a drawing. @param {HTMLElement} place */
function nothingIn(place) {
  const [only] = place.children
  if (only?.className === 'nothing') return only
  const note = element('p', 'nothing')
  place.replaceChildren(note)
  return note
}

/** No row, or of each too few for its value to be drawn. @param {import('../shared/dashboard.js').Drawing} drawing @param {ChartAnswer} answer */
function hasNothing(drawing, { rows }) {
  const value = 'by' in drawing && drawing.by?.value
  return value ? rows.every((row) => row[value] === null) : rows.length === 0
}

/** What time a card tells of: that which was asked for, or its own. @param {ChartAnswer} answer @param {import('../shared/dashboard.js').Card['time']} time */
function whenText({ from, to }, time = {}) {
  if (time.always) return time.always
  if (from === undefined || to === undefined) return ''
  if (time.windows) return `last ${windowOf({ from, to }, time.windows)} days of ratings`
  return from === FIRST_DAY ? (time.ofAll ?? 'all time') : spanText(from, to, time.isByMonths === true)
}

/**
 * What is drawn: where it is the same, nothing is, and whoever is at it stays there. The last hour moves on by itself.
 *
 * @param {ChartAnswer} answer
 * @param {import('../shared/dashboard.js').Drawing} drawing
 */
function told({ asOf: _, ...answer }, drawing) {
  const isOfNow = drawing.kind === 'over' && drawing.isLastHour
  return JSON.stringify([answer, isOfNow && new Date().getMinutes()])
}

/** @param {ChartAnswer} answer */
const ageOf = ({ asOf }) => (asOf === undefined ? '' : asOfText(asOf))
