import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { assertRoom } from '../disk-room.ts'
import { ConfigError, messageOf } from '../errors.ts'
import {
  type Connection,
  createSession,
  PINNED_SETTINGS,
  READ_SETTINGS,
  type Settings,
  WRITE_SETTINGS,
} from './connection.ts'
import { loadChdb } from './load-chdb.ts'
import { quoted } from './quoted.ts'
import { mendDefinitions } from './torn-definitions.ts'

/** Where answers to queries of people lie until they are read (sql-port/answers.ts). */
export const ANSWERS = 'answers'

/** chdb's connection is of this type too, but as another package declares it, which TypeScript does not take for the same. */
type ClientConnection = NonNullable<Parameters<typeof createClient>[0]>['connection'] & {}

/**
 * Opens ClickHouse in this process, through chdb. A folder belongs to one process, and a process has one folder at a time,
 * opened once.
 *
 * @throws ConfigError when chdb does not run on this platform, or the folder is in use or cannot be opened
 */
export async function connectEmbedded(folder: string, database: string): Promise<Connection> {
  const { createChdbConnection, drainPending } = await loadChdb()
  const path = resolve(folder)
  const scratch = join(path, 'inserts')

  const open = async (settings: Settings) => {
    const client = createClient({
      connection: createChdbConnection({ path }) as unknown as ClientConnection,
      log: { level: ClickHouseLogLevel.OFF },
    })
    // Given with a query they would stay on the connection all the same.
    for (const [name, value] of Object.entries({ ...PINNED_SETTINGS, ...settings }))
      await client.command({ query: `SET ${name} = ${typeof value === 'number' ? value : quoted(value)}` })
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}` })
    await client.command({ query: `USE ${database}` })
    return client
  }
  const prepare = async () => {
    // A killed process may have left the file of an insert, or of an answer to somebody's query.
    for (const left of [scratch, join(path, ANSWERS)]) await rm(left, { recursive: true, force: true })
    await mkdir(scratch, { recursive: true })
    const lost = await mendDefinitions(path)
    if (lost.length > 0) throw definitionsLost(path, lost)
    return { write: await open(WRITE_SETTINGS), read: await open(READ_SETTINGS) }
  }
  const { write, read } = await prepare().catch((error) => {
    throw error instanceof ConfigError ? error : cannotOpen(path, error)
  })
  const others: { close(): Promise<void> }[] = []

  return {
    write: createSession(write, (error) => error),
    read: createSession(read, (error) => error),
    database,
    cluster: undefined,
    async open(settings) {
      const client = await open(settings)
      others.push(client)
      return createSession(client, (error) => error)
    },
    async insertRowBinary(into, rows) {
      // Through a file: chdb takes a query as text, which binary data does not survive.
      const directory = await mkdtemp(join(scratch, 'insert-'))
      try {
        const file = join(directory, 'rows')
        await writeFile(file, rows)
        await write.command({ query: `INSERT INTO ${into} FROM INFILE ${quoted(file)} FORMAT RowBinary` })
      } finally {
        await rm(directory, { recursive: true, force: true })
      }
    },
    assertRoom: () => assertRoom(path),
    async ping() {
      await write.command({ query: 'SELECT 1' })
    },
    async close() {
      await Promise.all([write, read, ...others].map((client) => client.close()))
      // The folder is free only when what still runs has ended.
      await drainPending()
    },
  }
}

function definitionsLost(path: string, tables: readonly string[]): ConfigError {
  return new ConfigError(
    `The rating store in ${path} has lost the definition of ${tables.join(', ')}, as on a disk that was full. Nothing was changed. All that it held is on the log: move the folder away, and the next start fills a new one from there`,
  )
}

/** chdb prints why the folder cannot be opened, and does not tell. */
function cannotOpen(path: string, error: unknown): ConfigError {
  return new ConfigError(
    `The rating store in ${path} cannot be opened: ${messageOf(error).trim()}. Nothing was changed. Another process may have it open: stop that one, or choose another folder with --data-dir`,
    { cause: error },
  )
}
