import { keep, keepRows, part } from './admin-rows.js'
import { age, capitalized, count, fullTime, withShortIds } from './admin-words.js'
import { byId, element, write } from './page.js'

const AGAIN_MS = 2_000
/** That are named of a consumer. */
const MOST_PARTITIONS = 4

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
  write(byId('note-lag'), groups.length === 0 ? 'not known' : 'records yet to be taken')
  byId('lag-none').hidden = groups.length > 0
  keepRows(
    'lag-table',
    groups,
    ({ group, topic }) => `${group} ${topic}`,
    ([consumer, lag, where], of) => {
      if (!lag || !where) return
      const sum = sumOf(of.partitions)
      write(consumer, `${capitalized(of.group.replace(/^foldstream-/, ''))}: ${of.topic}`)
      write(lag, count(sum))
      write(where, whereOf(of.partitions))
      for (const cell of [lag, where]) cell.classList.toggle('is-none', sum === 0)
    },
  )
}

/** "3: 1,204, 5: 10 and 2 more", those with most first. @param {Lag['partitions']} partitions */
function whereOf(partitions) {
  const behind = partitions.filter(({ lag }) => lag > 0).toSorted((a, b) => b.lag - a.lag)
  if (behind.length === 0) return 'none'
  const told = behind.slice(0, MOST_PARTITIONS).map(({ partition, lag }) => `${partition}:\u00a0${count(lag)}`)
  const more = behind.length - told.length
  return `${told.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** @param {{ lag: number }[]} partitions */
const sumOf = (partitions) => partitions.reduce((sum, { lag }) => sum + lag, 0)
