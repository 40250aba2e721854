import { keep, keepRows, part } from './admin-rows.js'
import { age, capitalized, count, fullTime, withShortIds } from './admin-words.js'
import { byId, element, write } from './page.js'

const AGAIN_MS = 2_000

/**
 * @typedef {{ part: string, since: string, message: string }} Trouble
 * @typedef {{ role: string, process: string, at: string, details: Record<string, unknown> }} Role
 * @typedef {{ group: string, topic: string, partitions: { partition: number, lag: number }[] }} Lag
 * @typedef {{ log: { id: string, partitions: number, scale: { min: number, max: number } }, roles: Role[], lag: Lag[], degraded: Trouble[] }} Status
 */

/** @param {Status} status */
export function drawStatus({ log, roles, lag, degraded }) {
  drawLag(lag)
  drawDegraded(degraded)
  keepRows(
    'roles-table',
    roles,
    ({ role, process }) => `${role} ${process}`,
    ([role, process, version, heard], one) => {
      write(role, capitalized(one.role))
      write(process, one.process)
      write(version, String(one.details.version ?? ''))
      write(heard, `${age(one.at)} ago`)
    },
  )
  const { min, max } = log.scale
  write(byId('log-identity'), `Log ${log.id}, ${log.partitions} partitions, values from ${min} to ${max}.`)
  return AGAIN_MS
}

/** @param {Trouble[]} troubles */
function drawDegraded(troubles) {
  const figure = byId('figure-degraded')
  write(figure, troubles.length === 0 ? 'None' : String(troubles.length))
  figure.classList.toggle('is-bad', troubles.length > 0)
  write(byId('note-degraded'), troubles.map(({ part }) => part).join(', ') || 'everything answers')
  keep(
    byId('degraded'),
    troubles,
    ({ part: name, since, message }) => `${name} ${since} ${message}`,
    ({ part: name, since, message }) => {
      const item = element('li', 'notice')
      item.append(element('strong', '', capitalized(name)), element('span', 'since'), ` ${withShortIds(message)}`)
      part(item, 'since').title = fullTime(since)
      return item
    },
    (item, { since }) => write(part(item, 'since'), ` for ${age(since)}:`),
  )
}

/** @param {Lag[]} groups */
function drawLag(groups) {
  const total = sumOf(groups.flatMap(({ partitions }) => partitions))
  write(byId('figure-lag'), groups.length === 0 ? '–' : count(total))
  write(byId('note-lag'), groups.length === 0 ? 'not known' : 'records in all')
  keep(
    byId('lag-tables'),
    groups.length === 0 ? [] : [groups],
    () => groups.map(({ group, topic, partitions }) => `${group} ${topic} ${partitions.length}`).join(),
    () => lagTable(groups),
    (table) => fillLag(table, groups),
  )
}

/** A row a partition, a column a consumer. @param {Lag[]} groups */
function lagTable(groups) {
  const table = element('table')
  const row = (/** @type {string} */ name) => {
    const made = document.createElement('tr')
    const head = element('th', '', name)
    head.scope = 'row'
    made.append(head, ...groups.map(() => element('td', 'number')))
    return made
  }
  const heads = document.createElement('tr')
  heads.append(...['Partition', ...groups.map(nameOf)].map((name, n) => headOf(name, n)))
  const [head, body, foot] = [element('thead'), element('tbody'), element('tfoot')]
  head.append(heads)
  body.append(...Array.from({ length: partitionsOf(groups) }, (_, partition) => row(String(partition))))
  foot.append(row('All'))
  table.append(element('caption', 'visually-hidden', 'Records that each consumer has yet to take'), head, body, foot)
  return table
}

/** @param {string} name @param {number} n */
function headOf(name, n) {
  const head = element('th', n === 0 ? '' : 'number', name)
  head.scope = 'col'
  return head
}

/** @param {Element} table @param {Lag[]} groups */
function fillLag(table, groups) {
  groups.forEach(({ partitions }, column) => {
    const rows = table.querySelectorAll('tbody tr, tfoot tr')
    rows.forEach((row, n) => {
      const lag = n === rows.length - 1 ? sumOf(partitions) : partitions[n]?.lag
      const cell = row.querySelectorAll('td')[column]
      write(cell, lag === undefined ? '' : count(lag))
      cell?.classList.toggle('is-none', !lag)
    })
  })
}

/** @param {Lag} of */
const nameOf = ({ group, topic }) => `${capitalized(group.replace(/^foldstream-/, ''))}: ${topic}`
/** Topics have as many as they were made with. @param {Lag[]} groups */
const partitionsOf = (groups) => Math.max(0, ...groups.map(({ partitions }) => partitions.length))
/** @param {{ lag: number }[]} partitions */
const sumOf = (partitions) => partitions.reduce((sum, { lag }) => sum + lag, 0)
