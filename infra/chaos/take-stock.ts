/**
 * Compares what was acknowledged, the log, ClickHouse and the user state, and prints it as JSON. In a process of its own: chdb has
 * one data folder in its life.
 *
 *   node infra/chaos/take-stock.ts FILE   with one event id a line, and the variables of `npm start`
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkLedger } from '../../consumers/ledger/ledger.ts'
import { type Config, readConfig } from '../config.ts'
import type { LedgerReport } from '../ledger-report.ts'
import { createQuietLogger } from '../logging.ts'
import { connectEmbedded } from '../rating-store/connect-embedded.ts'
import { connectHttp } from '../rating-store/connect-http.ts'
import type { RatingStore } from '../rating-store/port.ts'
import { withStores } from '../with-stores.ts'

/** What is there, and what should be. */
export interface Stock {
  readonly acknowledged: number
  /** Acknowledged events that ClickHouse does not show. */
  readonly lost: number
  /** Acknowledged events that it shows several times. */
  readonly doubled: number
  readonly ledger: LedgerReport
}

async function countEvents(config: Config, acknowledged: ReadonlySet<string>) {
  const [url, database] = [config.RATING_STORE_URL, 'foldstream']
  const connection = await (url === 'embedded:'
    ? connectEmbedded(join(config.DATA_DIR, 'clickhouse'), database)
    : connectHttp(url, database))
  const found = { lost: acknowledged.size, doubled: 0 }
  const sql = 'SELECT toString(event_id), count() FROM ratings FINAL GROUP BY event_id'
  for await (const rows of connection.read.stream<[string, string | number]>(sql))
    for (const row of rows) {
      const [eventId, times] = row()
      if (!acknowledged.has(eventId)) continue
      found.lost--
      if (Number(times) > 1) found.doubled++
    }
  await connection.close()
  return found
}

const { config, words } = readConfig(process.argv.slice(2), process.env)
const acknowledged = new Set((await readFile(words[0] as string, 'utf8')).split('\n').filter((line) => line !== ''))
const found = await countEvents(config, acknowledged)
const logger = createQuietLogger(config.LOG_LEVEL)
const ledger = await withStores(config, { withRatings: true, logger }, (stores) =>
  checkLedger({ ...stores, ratings: stores.ratings as RatingStore, maxHistory: config.MAX_HISTORY }),
)
console.log(JSON.stringify({ acknowledged: acknowledged.size, ...found, ledger } satisfies Stock))
