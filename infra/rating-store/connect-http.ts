import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { ConfigError, messageOf, UnavailableError } from '../errors.ts'
import { type Connection, createSession, PINNED_SETTINGS, READ_SETTINGS, WRITE_SETTINGS } from './connection.ts'

const PING_TIMEOUT_MS = 5_000
const WRITE_TIMEOUT_MS = 60_000
const READ_TIMEOUT_MS = 600_000

/** ClickHouse's error codes for a user, password or grant that does not do. */
const DENIED = new Set(['192', '193', '194', '497', '516'])

/**
 * Connects to a ClickHouse server: `http://user:password@host:8123/database?cluster=name`.
 *
 * @throws UnavailableError when it does not answer, ConfigError when the URL is wrong or the server refuses the user
 */
export async function connectHttp(url: string, defaultDatabase: string): Promise<Connection> {
  const { origin, username, password, database, cluster } = parse(url, defaultDatabase)
  const explain = (error: unknown): unknown => {
    // A row that cannot be encoded. Whatever else ClickHouse did not say itself is the network's.
    if (error instanceof RangeError) return error
    if (!(error instanceof ClickHouseError)) return unavailable(origin, error)
    if (!DENIED.has(error.code)) return error
    return new ConfigError(
      `ClickHouse at ${origin} refuses user '${username}': ${error.message.trim()} Set RATING_STORE_URL`,
    )
  }
  const connect = (settings: object, timeoutMs: number, into?: string) =>
    createClient({
      url: origin,
      username,
      password,
      ...(into !== undefined && { database: into }),
      clickhouse_settings: { ...PINNED_SETTINGS, ...settings },
      request_timeout: timeoutMs,
      log: { level: ClickHouseLogLevel.OFF },
    })

  const founder = connect({}, WRITE_TIMEOUT_MS)
  const onCluster = cluster === undefined ? '' : `ON CLUSTER ${cluster}`
  await createSession(founder, explain)
    .command(`CREATE DATABASE IF NOT EXISTS ${database} ${onCluster}`)
    .finally(() => founder.close())

  const write = connect(WRITE_SETTINGS, WRITE_TIMEOUT_MS, database)
  const read = connect(READ_SETTINGS, READ_TIMEOUT_MS, database)
  const others: { close(): Promise<void> }[] = []
  return {
    write: createSession(write, explain),
    read: createSession(read, explain),
    database,
    cluster,
    async open(settings, timeoutMs) {
      const client = connect(settings, timeoutMs, database)
      others.push(client)
      return createSession(client, explain)
    },
    async insertRowBinary(into, rows) {
      try {
        const values = Readable.from(rows, { objectMode: false })
        const { stream } = await write.exec({ query: `INSERT INTO ${into} FORMAT RowBinary`, values })
        await buffer(stream)
      } catch (error) {
        throw explain(error)
      }
    },
    // A server does not tell everybody about its disk.
    assertRoom() {},
    async ping() {
      const answer = await write.ping({ select: true, abort_signal: AbortSignal.timeout(PING_TIMEOUT_MS) })
      if (!answer.success) throw explain(answer.error)
    },
    async close() {
      await Promise.all([write, read, ...others].map((client) => client.close()))
    },
  }
}

/** Where such a URL leads to. @throws ConfigError */
export const databaseOf = (url: string, defaultDatabase: string): string => parse(url, defaultDatabase).database

/** @throws ConfigError */
function parse(url: string, defaultDatabase: string) {
  // What stands there is not repeated: of a password that is not encoded, any part may be taken for another.
  const expected = 'expected http://user:password@host:8123/database?cluster=name'
  const parsed = URL.parse(url)
  if (parsed === null) throw new ConfigError(`RATING_STORE_URL: ${expected}`)
  const { origin, username, password, pathname, searchParams } = parsed
  const database = decodeURIComponent(pathname.slice(1)) || defaultDatabase
  const cluster = searchParams.get('cluster') ?? undefined
  if (![database, cluster ?? database].every((name) => /^[A-Za-z_]\w*$/.test(name)))
    throw new ConfigError(`RATING_STORE_URL: ${expected}, names of letters, digits and underscores`)
  return {
    origin,
    username: decodeURIComponent(username) || 'default',
    password: decodeURIComponent(password),
    database,
    cluster,
  }
}

function unavailable(origin: string, error: unknown): UnavailableError {
  const why = messageOf(error) || (error instanceof Error && 'code' in error ? String(error.code) : 'no answer')
  return new UnavailableError(
    `ClickHouse at ${origin} does not answer (${why}). Is it running? Set RATING_STORE_URL, or leave it out to run ClickHouse inside this process`,
    { cause: error },
  )
}
