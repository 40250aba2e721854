import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { ConfigError } from '../errors.ts'
import { analyticsOf, type Connection } from './connection.ts'
import { ANALYTICS, define } from './define.ts'

interface Migration {
  readonly version: number
  readonly name: string
  /** Of the file as it stands, in hexadecimal. */
  readonly sha256: string
  readonly sql: string
}

const FOLDER = new URL('migrations/', import.meta.url)

const RECORDS = `CREATE TABLE IF NOT EXISTS schema_migrations {{on_cluster}}
  (version UInt32, name String, sha256 String, applied_at DateTime64(3, 'UTC') DEFAULT now64(3))
  ENGINE = {{replicated}}ReplacingMergeTree ORDER BY version SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`

/**
 * Applies the migrations that the database does not have yet, in order. A statement may be run twice (after a kill, or by two
 * processes at once), so each is written to do no harm then.
 *
 * @param through  the last one, in tests of what those after it make of what stands there
 * @throws ConfigError when the database is newer than this program, an applied file was edited since, or that of the views is somebody
 *   else's; UnavailableError when the disk is nearly full
 */
export async function migrate(connection: Connection, through?: number): Promise<void> {
  const known = (await readMigrations()).slice(0, through)
  const { write } = connection
  if (!(await hasRecords(connection))) await define(connection, write, RECORDS)
  const applied = await write.rows<{ version: number; sha256: string }>(
    'SELECT version, sha256 FROM schema_migrations FINAL ORDER BY version',
  )
  const newest = applied.at(-1)?.version ?? 0
  if (newest > known.length) {
    throw new ConfigError(
      `The rating store's schema is of version ${newest}, and this program knows ${known.length}. Nothing was changed. Start the newer program, or choose another database with RATING_STORE_URL (embedded: --data-dir)`,
    )
  }
  const hasViews = known.some(({ version, sql }) => version <= newest && sql.includes(ANALYTICS))
  if (!hasViews) await checkAnalytics(connection)
  for (const migration of known) {
    const record = applied.find(({ version }) => version === migration.version)
    if (record === undefined) await apply(connection, migration)
    else if (record.sha256 !== migration.sha256) {
      throw new ConfigError(
        `Migration ${migration.name} of the rating store was edited after it was applied. Restore the file, and put the change into a new one`,
      )
    }
  }
}

/** A start changes nothing where nothing is new, and so needs no room. */
async function hasRecords({ write }: Connection): Promise<boolean> {
  const tables = await write.rows(
    "SELECT name FROM system.tables WHERE database = currentDatabase() AND name = 'schema_migrations'",
  )
  return tables.length > 0
}

/** What is in a database that was not made by 007_analytics.sql, which makes this table first, is nobody's to empty and fill. */
async function checkAnalytics(connection: Connection): Promise<void> {
  const place = analyticsOf(connection)
  const tables = await connection.write.rows<{ name: string }>(
    'SELECT name FROM system.tables WHERE database = {place:String} ORDER BY name',
    { place },
  )
  if (tables.length === 0 || tables.some(({ name }) => name === 'refreshes')) return
  throw new ConfigError(
    `Database ${place} of this ClickHouse holds tables that are not foldstream's (${tables[0]?.name}), and is where its views would go. Nothing in it was changed. Choose another database with RATING_STORE_URL: the views of http://…/NAME go into NAME_analytics`,
  )
}

async function apply(connection: Connection, { version, name, sha256, sql }: Migration): Promise<void> {
  const { write } = connection
  for (const statement of sql.split(/;\s*$/m)) {
    if (statement.trim() !== '') await define(connection, write, statement)
  }
  await write.command(
    'INSERT INTO schema_migrations (version, name, sha256) VALUES ({version:UInt32}, {name:String}, {sha256:String})',
    { version, name, sha256 },
  )
}

/** Files are numbered from 001 without a gap. */
async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql')).sort()
  return await Promise.all(
    names.map(async (name, index) => {
      const sql = await readFile(new URL(name, FOLDER), 'utf8')
      return { version: index + 1, name, sql, sha256: createHash('sha256').update(sql).digest('hex') }
    }),
  )
}
