import { spokenTitle } from '../shared/titles.js'
import { Failure } from './api.js'
import { askAnalytics, chartPath } from './dashboard-api.js'
import { cellText } from './dashboard-words.js'
import { hasKey } from './key.js'
import { element } from './page.js'
import { say, toast } from './tell.js'

/** More stand in the CSV alone. */
const MAX_ROWS = 1_000
const EXACT = new Intl.NumberFormat('en', { maximumFractionDigits: 4 })

/** @typedef {import('./dashboard-api.js').ChartAnswer} ChartAnswer */
/** @typedef {import('./dashboard-api.js').ChartInfo} ChartInfo */

/** The numbers behind a chart. @param {Element} sheet @param {ChartInfo} info @param {ChartAnswer} answer */
export function fillTable(sheet, { columns, title }, { rows }) {
  const table = element('table')
  const heads = element('tr')
  for (const { name, unit } of columns) {
    const head = element('th', isNumber(rows, name) ? 'number' : '', name.replaceAll('_', ' '))
    head.scope = 'col'
    if (unit !== 'name' && unit !== name) head.append(element('small', '', unit))
    heads.append(head)
  }
  const head = element('thead')
  head.append(heads)
  const body = element('tbody')
  for (const row of rows.slice(0, MAX_ROWS)) {
    const line = element('tr')
    for (const { name, unit } of columns) {
      const value = row[name]
      const cell = element('td', typeof value === 'number' ? 'number' : '')
      const text = typeof value === 'number' ? EXACT.format(value) : cellText(value, unit)
      const told = name === 'title' ? spokenTitle(text) : text
      const data = element('data', '', told)
      data.value = value === null || value === undefined ? '' : String(value)
      cell.append(data)
      line.append(cell)
    }
    body.append(line)
  }
  table.append(element('caption', 'visually-hidden', title), head, body)
  const more =
    rows.length > MAX_ROWS
      ? [element('p', '', `${EXACT.format(rows.length - MAX_ROWS)} more rows are in the CSV.`)]
      : []
  sheet.replaceChildren(table, ...more)
}

/** @param {ChartAnswer['rows']} rows @param {string} name */
const isNumber = (rows, name) => rows.some((row) => typeof row[name] === 'number')

/**
 * The query with its parameters filled in, to be run by hand: the page never sends it.
 *
 * @param {string} sql
 * @param {Record<string, string | undefined>} parameters
 */
export function filledIn(sql, parameters) {
  return sql.replaceAll(/\{(\w+):(\w+)\}/g, (_, name, type) => {
    const literal = `'${(parameters[name] ?? '').replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
    return type === 'Date' ? `toDate(${literal})` : literal
  })
}

/** @param {Element} sheet */
export function offerCopy(sheet) {
  const code = sheet.querySelector('code')
  sheet.querySelector('.copy')?.addEventListener('click', async () => {
    try {
      await navigator.clipboard.writeText(code?.textContent ?? '')
      toast('Copied')
    } catch {
      // Pages without TLS may not write there.
      if (code) getSelection()?.selectAllChildren(code)
      say('Selected: copy it by Control C')
    }
  })
}

/** With a key, a link alone would be refused. @param {HTMLAnchorElement} link @param {string} name @param {() => import('./dashboard-api.js').Parameters} parameters */
export function offerCsv(link, name, parameters) {
  link.addEventListener('click', async (event) => {
    if (!hasKey()) return
    event.preventDefault()
    try {
      const answer = await askAnalytics(chartPath(name, parameters(), 'csv'))
      const url = URL.createObjectURL(await answer.blob())
      const download = element('a')
      download.href = url
      download.download = /filename="(.*)"/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? `${name}.csv`
      download.click()
      setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      toast(`No CSV: ${error.message}`, { isFailure: true })
    }
  })
}
const REVOKE_AFTER_MS = 60_000
