/**
 * Compares what was acknowledged, the log, ClickHouse and the user state, and prints it as JSON. In a process of its own: chdb has
 * one data folder in its life.
 *
 *   node infra/chaos/take-stock.ts FILE   with what was acknowledged, a JSON text a line, and the variables of `npm start`
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { checkLedger } from '../../consumers/ledger/ledger.ts'
import { readConfig } from '../config/read.ts'
import type { Config } from '../config/settings.ts'
import type { LedgerReport } from '../ledger-report.ts'
import { createQuietLogger } from '../logging.ts'
import { connectEmbedded } from '../rating-store/connect-embedded.ts'
import { connectHttp } from '../rating-store/connect-http.ts'
import type { Connection } from '../rating-store/connection.ts'
import type { RatingStore } from '../rating-store/port.ts'
import { withStores } from '../with-stores.ts'
import type { Acknowledged } from './load.ts'

/** What is there, and what should be. */
export interface Stock {
  readonly acknowledged: number
  /** Acknowledged events that ClickHouse does not show, and items that it shows otherwise. */
  readonly lost: number
  /** Acknowledged events that it shows several times. */
  readonly doubled: number
  readonly ledger: LedgerReport
}

/** @param acknowledged  in the order in which they were, so that of an item the last one counts */
async function countIn({ read }: Connection, acknowledged: readonly Acknowledged[]) {
  const eventIds = new Set(acknowledged.filter((one) => typeof one === 'string'))
  const items = acknowledged.filter((one) => typeof one !== 'string')
  const titles = new Map(items.map(({ itemId, title }) => [itemId, title]))
  const found = { lost: eventIds.size, doubled: 0 }
  const ofEvents = 'SELECT toString(event_id), count() FROM ratings FINAL GROUP BY event_id'
  for await (const rows of read.stream<[string, string | number]>(ofEvents))
    for (const row of rows) {
      const [eventId, times] = row()
      if (!eventIds.has(eventId)) continue
      found.lost--
      if (Number(times) > 1) found.doubled++
    }
  const shown = await read.rows<{ itemId: string; title: string }>(
    'SELECT item_id AS itemId, title FROM items FINAL WHERE NOT deleted',
  )
  const shownTitles = new Map(shown.map(({ itemId, title }) => [itemId, title]))
  for (const [itemId, title] of titles) if ((shownTitles.get(itemId) ?? null) !== title) found.lost++
  return found
}

async function connect(config: Config): Promise<Connection> {
  const [url, database] = [config.RATING_STORE_URL, 'foldstream']
  if (url !== 'embedded:') return connectHttp(url, database)
  return connectEmbedded(join(config.DATA_DIR, 'clickhouse'), database)
}

const { config, words } = readConfig(process.argv.slice(2), process.env)
const lines = (await readFile(words[0] as string, 'utf8')).split('\n').filter((line) => line !== '')
const acknowledged = lines.map((line) => JSON.parse(line) as Acknowledged)
const connection = await connect(config)
const found = await countIn(connection, acknowledged)
await connection.close()
const logger = createQuietLogger(config.LOG_LEVEL)
const ledger = await withStores(config, { withRatings: true, logger }, (stores) =>
  checkLedger({ ...stores, ratings: stores.ratings as RatingStore, maxHistory: config.MAX_HISTORY }),
)
console.log(JSON.stringify({ acknowledged: acknowledged.length, ...found, ledger } satisfies Stock))
