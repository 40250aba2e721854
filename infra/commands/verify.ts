import { checkLedger } from '../../consumers/ledger/ledger.ts'
import { checkConfig, embeddedStores } from '../config/check.ts'
import { readConfig } from '../config/read.ts'
import type { Config } from '../config/settings.ts'
import { count, counted } from '../counted.ts'
import { type Holder, holderOf } from '../data-folder.ts'
import { ConfigError, UnavailableError } from '../errors.ts'
import { followProgress } from '../follow-progress.ts'
import type { LedgerReport, VerificationRecord } from '../ledger-report.ts'
import { createQuietLogger } from '../logging.ts'
import type { RatingStore } from '../rating-store/port.ts'
import { askRunning } from '../running-system.ts'
import { withStores } from '../with-stores.ts'

const PATH = '/v1/admin/verifications'

/**
 * `npm run verify`: compares log, ClickHouse and user state. A running system goes on meanwhile; one that has the data folder open
 * does it itself.
 * @returns 0 when everything is as the log says, 1 when something is not
 */
export async function verify(args: readonly string[]): Promise<number> {
  const { config, words, flags } = readConfig(args, process.env, { json: 'boolean' })
  if (words.length > 0) throw new ConfigError(`verify: expected only flags, not '${words.join(' ')}'`)
  const holder = embeddedStores(config).length > 0 ? holderOf(config.DATA_DIR) : undefined
  const report = await (holder ? ofRunning(holder) : here(config))
  console.log(flags.json ? JSON.stringify(report) : inWords(report))
  return report.faults === 0 ? 0 : 1
}

const show = (progress: string): void => console.error(progress)

function here(config: Config): Promise<LedgerReport> {
  checkConfig(config)
  const logger = createQuietLogger(config.LOG_LEVEL)
  return withStores(config, { withRatings: true, logger }, (stores) => {
    const ratings = stores.ratings as RatingStore
    return checkLedger({ ...stores, ratings, maxHistory: config.MAX_HISTORY }, show)
  })
}

async function ofRunning(holder: Holder): Promise<LedgerReport> {
  await askRunning(holder, 'POST', PATH)
  const look = () => askRunning<{ verification: VerificationRecord }>(holder, 'GET', PATH)
  const isOver = ({ status }: VerificationRecord): boolean => status !== 'running'
  const { progress, report } = await followProgress(async () => (await look()).verification, isOver, show)
  if (!report) throw new UnavailableError(`The comparison failed: ${progress}. Nothing was changed.`)
  return report
}

function inWords(report: LedgerReport): string {
  const { records, behind, rows, users, vectors, statistics, items, deadLetters, faults, told, seconds } = report
  const late = [
    ...(behind.clickhouse > 0 ? [`ClickHouse ${count(behind.clickhouse)}`] : []),
    ...(behind.state > 0 ? [`the user state ${count(behind.state)}`] : []),
  ]
  return [
    `log          ${counted(records, 'record')}${late.length > 0 ? `; not yet compared, since they have not come so far: ${late.join(', ')}` : ''}`,
    `ClickHouse   ${counted(rows.checked, 'event')}: ${count(rows.missing)} missing, ${count(rows.doubled)} doubled, ${count(rows.different)} different`,
    `user state   ${counted(users.checked, 'user')}: ${count(users.missing)} missing, ${count(users.extra)} too many, ${count(users.different)} different`,
    `statistics   ${counted(statistics.checked, 'item')} by partition: ${count(statistics.different)} different`,
    `vectors      ${count(vectors.checked)} of a sample solved anew: ${count(vectors.different)} different${vectors.unsolved > 0 ? `, ${count(vectors.unsolved)} of no model that is kept` : ''}`,
    `catalogue    ${counted(items.checked, 'item')}: ${count(items.missing)} missing in ClickHouse, ${count(items.different)} different`,
    `dead letters ${counted(deadLetters.checked, 'record holds', 'records hold')} nothing for ${deadLetters.checked === 1 ? 'its' : 'their'} topic: ${count(deadLetters.missing)} of them not put aside`,
    ...told.map((fault) => `  ${fault}`),
    ...(faults > told.length ? [`  and ${count(faults - told.length)} more`] : []),
    `${faults === 0 ? 'everything is as the log says' : counted(faults, 'fault')}, ${seconds.toFixed(1)} s`,
  ].join('\n')
}
