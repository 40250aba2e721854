import { createAnalytics } from '../analytics/clickhouse.ts'
import type { Analytics } from '../analytics/port.ts'
import { emptyViews } from '../analytics/refresh.ts'
import type { LogIdentity } from '../event-log/port.ts'
import { connectEmbedded } from './connect-embedded.ts'
import { connectHttp } from './connect-http.ts'
import { type Connection, DATABASE } from './connection.ts'
import { eraseUsers } from './erase.ts'
import { insertGeneration, insertItems, insertMeasurements, insertRatings, insertServed } from './insert.ts'
import { latestRatings } from './latest.ts'
import { migrate } from './migrate.ts'
import type { RatingStore } from './port.ts'
import { startsOf } from './progress.ts'
import { purgeErased } from './purge.ts'
import { ROW_HASH } from './row-hash.ts'

/**
 * Opens ClickHouse in this process, its data in `folder`. One process a folder, one folder a process.
 *
 * @throws ConfigError when the folder is in use, cannot be opened, or is of a newer version
 */
export async function openEmbeddedRatingStore(folder: string): Promise<AnalysedRatingStore> {
  return await openRatingStore(await connectEmbedded(folder, DATABASE))
}

/**
 * Connects to a ClickHouse server, `http://user:password@host:8123/database`; the database is made if it is not there.
 *
 * @throws UnavailableError when it does not answer; ConfigError when it refuses the user, or its schema is of a newer version
 */
export async function openHttpRatingStore(url: string): Promise<ServerRatingStore> {
  const connection = await connectHttp(url, DATABASE)
  return { ...(await openRatingStore(connection)), reset: () => empty(connection) }
}

/** One that shows its views too. They are closed together. */
export interface AnalysedRatingStore extends RatingStore {
  readonly analytics: Analytics
}

export interface ServerRatingStore extends AnalysedRatingStore {
  /**
   * Empties every table that is filled from the log, and forgets the log, so that its sink starts from the beginning. Where this
   * is broken off, the next sink fills in what is gone, as it does when this is called again: of lists and measurements what the
   * log still has.
   */
  reset(): Promise<void>
}

/** In this order: progress that stands without its rows would pass over them. Published generations are on no log. */
const FROM_THE_LOG = ['sink_progress', 'ratings', 'arrivals', 'items', 'served', 'measurements', 'log_binding']

async function empty(connection: Connection): Promise<void> {
  const { write } = connection
  await emptyViews(connection)
  for (const table of FROM_THE_LOG) await write.command(`TRUNCATE TABLE ${table}`)
}

async function openRatingStore(connection: Connection): Promise<AnalysedRatingStore> {
  await migrate(connection).catch(async (error) => {
    await connection.close()
    throw error
  })
  const { write, read } = connection

  async function recordedLog(): Promise<LogIdentity | undefined> {
    const [row] = await write.rows<LogBindingRow>('SELECT * FROM log_binding ORDER BY bound_at, log_id LIMIT 1')
    return (
      row && {
        id: row.log_id,
        clusterId: row.cluster_id ?? undefined,
        partitions: row.partitions,
        scale: { min: row.scale_min, max: row.scale_max, positiveFrom: row.positive_from },
      }
    )
  }

  return {
    resumeAt: async (partition) => (await startsOf(write)).get(partition) ?? 0,
    insertRatings: (rows) => insertRatings(connection, rows),
    async noteProgress(partition, next) {
      await write.command('INSERT INTO sink_progress (partition, next) VALUES ({partition:UInt32}, {next:UInt64})', {
        partition,
        next,
      })
    },
    eraseUsers: (erasures) => eraseUsers(connection, erasures),
    purge: () => purgeErased(connection),
    insertItems: (rows) => insertItems(connection, rows),
    async itemRows() {
      const rows = await read.rows<{ itemId: string; offset: string | number; deleted: boolean }>(
        'SELECT item_id AS itemId, offset, deleted FROM items FINAL',
      )
      return rows.map(({ itemId, offset, deleted }) => ({ itemId, offset: Number(offset), isDeleted: deleted }))
    },
    async resumeItemsAt() {
      const [row] = await write.rows<{ start: string | number }>(
        'SELECT max(offset) + (count() > 0) AS start FROM items',
      )
      return Number(row?.start)
    },
    insertServed: (rows) => insertServed(connection, rows),
    insertMeasurements: (rows) => insertMeasurements(connection, rows),
    async resumePassingAt(topic, partition) {
      const [row] = await write.rows<{ start: string | number }>(
        `SELECT max(offset) + (count() > 0) AS start FROM ${topic} WHERE partition = {partition:UInt32}`,
        { partition },
      )
      return Number(row?.start)
    },
    recordGeneration: (row) => insertGeneration(connection, row),

    async watermark(partitions) {
      const known = await startsOf(write)
      return Array.from({ length: partitions }, (_, partition) => known.get(partition) ?? 0)
    },
    latestRatings: (watermark, maxHistory) => latestRatings(read, watermark, maxHistory),
    async counts() {
      const [row] = await read.rows<{ events: string | number; latest: string | number }>(
        'SELECT (SELECT count() FROM ratings FINAL) AS events, (SELECT count() FROM latest_ratings) AS latest',
      )
      return { events: Number(row?.events), latest: Number(row?.latest) }
    },

    async digests(watermark, rangeLength) {
      // Big numbers as text: JSON's own are read with 53 bits.
      const rows = await read.rows<{ partition: number; range: string | number; rows: string | number; hash: string }>(
        `SELECT partition, intDiv(offset, {rangeLength:UInt64}) AS range, count() AS rows, toString(sum(${ROW_HASH})) AS hash
         FROM ratings FINAL
         WHERE offset < arrayElement({watermark:Array(UInt64)}, partition + 1)
         GROUP BY partition, range
         ORDER BY partition, range`,
        { watermark, rangeLength },
      )
      return rows.map(({ partition, range, rows, hash }) => {
        const from = Number(range) * rangeLength
        return { partition, from, to: from + rangeLength, rows: Number(rows), hash: BigInt(hash) }
      })
    },
    async rowsIn({ partition, from, to }) {
      const rows = await read.rows<{ offset: string | number; userId: string; hash: string }>(
        `SELECT offset, user_id AS userId, toString(${ROW_HASH}) AS hash
         FROM ratings FINAL
         WHERE partition = {partition:UInt32} AND offset >= {from:UInt64} AND offset < {to:UInt64}
         ORDER BY offset`,
        { partition, from, to },
      )
      return rows.map(({ offset, userId, hash }) => ({ offset: Number(offset), userId, hash: BigInt(hash) }))
    },

    async bind(identity) {
      const recorded = await recordedLog()
      if (recorded !== undefined) return recorded
      const { id, clusterId = null, partitions, scale } = identity
      await write.command(
        `INSERT INTO log_binding (log_id, cluster_id, partitions, scale_min, scale_max, positive_from)
         VALUES ({id:String}, {clusterId:Nullable(String)}, {partitions:UInt32}, {min:Float64}, {max:Float64}, {positiveFrom:Float64})`,
        { id, clusterId, partitions, ...scale },
      )
      return (await recordedLog()) ?? identity
    },
    analytics: createAnalytics(connection.database, async () => connection),
    ping: () => connection.ping(),
    close: () => connection.close(),
  }
}

interface LogBindingRow {
  readonly log_id: string
  readonly cluster_id: string | null
  readonly partitions: number
  readonly scale_min: number
  readonly scale_max: number
  readonly positive_from: number
}
