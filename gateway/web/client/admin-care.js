import { askAdmin } from './admin-api.js'
import { told } from './admin-confirm.js'
import { keep, keepRows } from './admin-rows.js'
import { age, capitalized, count, span } from './admin-words.js'
import { counted } from './counted.js'
import { byId, element, write } from './page.js'
import { say } from './tell.js'

const AGAIN_MS = 10_000
const WHILE_IT_RUNS_MS = 500

/**
 * @typedef {{ checked: number } & Record<string, number>} Compared
 * @typedef {{ records: number, behind: { clickhouse: number, state: number }, rows: Compared, users: Compared, vectors: Compared, statistics: Compared, items: Compared, deadLetters: Compared, faults: number, told: string[], seconds: number }} Report
 * @typedef {{ id: string, startedAt: string, status: 'running' | 'done' | 'failed', progress: string, report?: Report }} Verification
 * @typedef {{ startedAt: string, directory: string, status: 'running' | 'done' | 'failed', progress: string }} Backup
 */

const NAMES = /** @type {const} */ ({
  rows: 'Events in ClickHouse',
  users: 'Histories of users',
  vectors: 'Vectors, a sample',
  statistics: 'Counts of items, on each partition apart',
  items: 'Items in ClickHouse',
  deadLetters: 'Records that are no events',
})

let wasRunning = false

/** @param {{ verification?: Verification }} answer */
export function drawVerification({ verification }) {
  const isRunning = verification?.status === 'running'
  if (verification) {
    const words = inWords(verification)
    write(byId('verification-words'), words)
    byId('verification-words').classList.toggle('is-bad', (verification.report?.faults ?? 0) > 0)
    if (wasRunning && !isRunning) say(words)
    drawReport(verification.report)
  }
  wasRunning = isRunning
  return isRunning ? WHILE_IT_RUNS_MS : AGAIN_MS
}

/** @param {Verification} verification */
function inWords({ status, progress, report, startedAt }) {
  if (status === 'running') return `Under way: ${progress}`
  if (!report) return `It ended without a result, ${age(startedAt)} ago: ${progress}`
  const { faults, records, behind, seconds } = report
  const late = behind.clickhouse + behind.state
  const found = faults === 0 ? 'Everything is as the log says' : `${counted(faults, 'fault')}`
  return `${found}: ${counted(records, 'record')} of the log in ${span(seconds)}, ${age(startedAt)} ago${late > 0 ? `; ${count(late)} were on their way and not compared` : ''}.`
}

/** @param {Report | undefined} report */
function drawReport(report) {
  const names = /** @type {(keyof typeof NAMES)[]} */ (Object.keys(NAMES))
  keepRows(
    'verification-table',
    report ? names : [],
    (name) => name,
    ([what, checked, faults], name) => {
      if (!report || !what || !faults) return
      const { checked: all, ...found } = report[name]
      const wrong = Object.entries(found).filter(([kind, n]) => n > 0 && kind !== 'unsolved')
      write(what, NAMES[name])
      write(checked, count(all))
      write(faults, wrong.map(([kind, n]) => `${count(n)} ${kind}`).join(', ') || '0')
      faults.classList.toggle('is-bad', wrong.length > 0)
    },
  )
  keep(
    byId('verification-told'),
    report?.told ?? [],
    (text) => text,
    (text) => element('li', '', text),
    () => {},
  )
}

/** @param {{ backup?: Backup }} answer */
export function drawBackup({ backup }) {
  const words = backup
    ? `${capitalized(backup.status)}: ${backup.directory}, begun ${age(backup.startedAt)} ago${backup.status === 'done' ? '' : ` (${backup.progress})`}.`
    : 'None since this process started. npm run backup -- DIR makes one while all goes on.'
  write(byId('backup-words'), words)
  return backup?.status === 'running' ? WHILE_IT_RUNS_MS : AGAIN_MS
}

/** @param {() => Promise<unknown>} refresh */
export function offerVerification(refresh) {
  byId('verify').addEventListener('click', () =>
    told(async () => {
      await askAdmin('verifications', 'POST')
      await refresh()
      return 'Log, ClickHouse and user state are being compared'
    }),
  )
}
