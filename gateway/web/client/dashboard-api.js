import { Failure } from './api.js'
import { askWithKey, tellRefusal } from './key.js'

/** @typedef {{ name: string, title: string, sql: string, parameters: string[], columns: import('./dashboard-words.js').Column[] }} ChartInfo */
/** @typedef {{ name: string, rows: import('./dashboard-words.js').Row[], sentence: string, asOf?: string, from?: string, to?: string, isCut: boolean }} ChartAnswer */
/** @typedef {Record<string, string>} Parameters  of a chart: from, to, itemId */

/** Of a page that has some twenty charts: those that it shows first are answered first. */
const AT_ONCE = 4
let asking = 0
/** @type {(() => void)[]} */
const waiting = []

/**
 * @param {string} path  under /v1/analytics/
 * @returns {Promise<Response>}
 * @throws {Failure}
 */
export async function askAnalytics(path) {
  if (asking >= AT_ONCE) await new Promise((resolve) => waiting.push(() => resolve(undefined)))
  else asking++
  try {
    return await askWithKey(`/v1/analytics/${path}`)
  } catch (error) {
    tellRefusal(error)
    throw error
  } finally {
    const next = waiting.shift()
    if (next) next()
    else asking--
  }
}

/** @param {string} name @param {Parameters} parameters @param {string} [format] */
export function chartPath(name, parameters, format) {
  const query = new URLSearchParams({ ...parameters, ...(format && { format }) })
  return query.size > 0 ? `charts/${name}?${query}` : `charts/${name}`
}

/**
 * @param {string} name
 * @param {Parameters} parameters
 * @returns {Promise<ChartAnswer>}
 * @throws {Failure}  also where it was cut off
 */
export async function askChart(name, parameters) {
  const answer = await (await askAnalytics(chartPath(name, parameters))).json()
  if (answer.isCut) throw new Failure(answer.sentence)
  return answer
}

/** @typedef {typeof askChart} Asking */

/**
 * One pass over the page: whoever asks for what was asked for in it already shares the answer. What failed is asked for again.
 *
 * @param {Asking} [ask]
 * @returns {Asking}
 */
export function askOnce(ask = askChart) {
  /** @type {Map<string, Promise<ChartAnswer>>} */
  const answers = new Map()
  return (name, parameters) => {
    const path = chartPath(name, parameters)
    const answer = answers.get(path) ?? ask(name, parameters)
    answers.set(path, answer)
    answer.catch(() => answers.delete(path))
    return answer
  }
}
