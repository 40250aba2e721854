import { randomUUID } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import type { Event } from '../../models/events/types.ts'
import { CHARTS } from '../analytics/charts.ts'
import { filled, grafanaDashboard } from '../grafana/dashboard.fixture.ts'
import { describeWithService } from '../services/for-tests.ts'
import { openHttpRatingStore, type ServerRatingStore } from './clickhouse.ts'
import { databaseOf } from './connect-http.ts'
import { analyticsOf, DATABASE } from './connection.ts'
import { chdbWithRights, statementsOf, usersFile } from './rights.fixture.ts'

const PASSWORD = "it's\\ secret"
const LOG = { id: randomUUID(), clusterId: undefined, partitions: 1, scale: { min: 0.5, max: 5, positiveFrom: 4 } }

/** A file of statements, for a system whose database has another name as well. */
async function rightsOf(file: 'analysts.sql' | 'server-user.sql', database: string): Promise<string[]> {
  const sql = await readFile(new URL(file, import.meta.url), 'utf8')
  return statementsOf(sql).map(named(database))
}
const named = (database: string) => (sql: string) =>
  sql.replaceAll('analytics', analyticsOf({ database })).replaceAll('foldstream', database)

function connect(url: string, credentials: { username?: string; password?: string } = {}) {
  const { origin } = new URL(url)
  return createClient({ url: origin, ...credentials, log: { level: ClickHouseLogLevel.OFF } })
}

/** Two users have rated a film, and everything has been worked out that is to be shown of it. */
async function fill(store: ServerRatingStore): Promise<void> {
  await store.bind(LOG)
  const ratings = ['a', 'b'].map((userId, offset) => {
    const event: Event = {
      ...{ type: 'rating', eventId: randomUUID(), userId, itemId: 'film', value: 4 + offset },
      ...{ occurredAt: 1_000 + offset, recommendationId: null },
    }
    return { partition: 0, offset, ingestedAt: 2_000, event }
  })
  await store.insertRatings(ratings)
  await store.analytics.refresh()
}

interface Opened {
  /** Where, and as whom, the user is met. */
  readonly client: ReturnType<typeof connect>
  readonly database: string
  /** A server knows users by name, and what they may see of `system`; chdb has one. */
  readonly isServer: boolean
  close(): Promise<void>
}

describe('whom analysts.sql makes', () => {
  describe('by its grants and limits, which chdb takes from a file of users', () =>
    readsAndNothingElse(async () => {
      const data = await mkdtemp(join(tmpdir(), 'foldstream-analysts-'))
      const before = await chdbWithRights(data)
      await prepare(before.url, DATABASE)
      await before.stop()
      const service = await chdbWithRights(data, usersFile(await rightsOf('analysts.sql', DATABASE)))
      const client = connect(service.url)
      const close = async () => {
        await client.close()
        await service.stop()
        await rm(data, { recursive: true })
      }
      return { client, database: DATABASE, isServer: false, close }
    }))

  describeWithService('clickhouse', (url) => {
    const database = databaseOf(url, DATABASE)
    readsAndNothingElse(
      async () => {
        const admin = connect(url)
        // Before foldstream has made anything, as whoever sets a server up may do it; and again, as after an update.
        for (const _ of ['before', 'after']) {
          for (const query of await rightsOf('analysts.sql', database))
            await admin.command({ query, query_params: { password: PASSWORD } })
          await prepare(url, database)
        }
        const client = connect(url, { username: 'analyst', password: PASSWORD })
        const close = async () => {
          await client.close()
          await admin.command({ query: 'DROP USER analyst' })
          await admin.close()
        }
        return { client, database, isServer: true, close }
      },
      () => makesUsers(url),
    )
  })
})

/** foldstream's own tables, and beside them a database that is nobody's business. */
async function prepare(url: string, database: string): Promise<void> {
  const store = await openHttpRatingStore(`${new URL(url).origin}/${database}`)
  await fill(store)
  await store.close()
  const admin = connect(url)
  await admin.command({ query: `CREATE DATABASE IF NOT EXISTS ${database}_secret` })
  await admin.command({ query: `CREATE OR REPLACE TABLE ${database}_secret.t (a UInt8) ENGINE = MergeTree ORDER BY a` })
  await admin.close()
}

async function makesUsers(url: string): Promise<boolean> {
  const admin = connect(url)
  try {
    await admin.command({ query: 'CREATE ROLE IF NOT EXISTS foldstream_test' })
    await admin.command({ query: 'DROP ROLE foldstream_test' })
    return true
  } catch (error) {
    if (error instanceof ClickHouseError) return false
    throw error
  } finally {
    await admin.close()
  }
}

const REFUSED = [
  'SELECT * FROM foldstream.log_binding',
  'SELECT * FROM foldstream.erasures',
  'SELECT * FROM foldstream.incoming_ratings',
  'SELECT * FROM analytics.ratings_now',
  'SELECT * FROM analytics.scale_values_now',
  'SELECT 1 WHERE 1 IN (SELECT positive_from FROM foldstream.log_binding)',
  'SELECT * FROM view(SELECT * FROM foldstream.log_binding)',
  'SELECT * FROM mergeTreeIndex(foldstream, log_binding)',
  'SELECT * FROM foldstream_secret.t',
  'SHOW CREATE TABLE foldstream.log_binding',
  "INSERT INTO foldstream.items (item_id) VALUES ('x')",
  'INSERT INTO analytics.item_stats SELECT * FROM analytics.item_stats',
  'CREATE TABLE analytics.mine (a UInt8) ENGINE = Memory',
  'CREATE TEMPORARY TABLE mine (a UInt8)',
  'CREATE DATABASE mine',
  'DROP TABLE analytics.item_stats',
  'TRUNCATE TABLE foldstream.ratings',
  'ALTER TABLE foldstream.ratings DELETE WHERE 1',
  'CREATE USER mine',
  'GRANT SELECT ON *.* TO CURRENT_USER',
  "SELECT * FROM file('/etc/hostname', 'LineAsString')",
  "SELECT * FROM url('http://127.0.0.1:1/', 'LineAsString')",
  "SELECT * FROM remote('127.0.0.1', system.one)",
  "SELECT * FROM s3('http://127.0.0.1:1/bucket/x', 'LineAsString')",
  "SELECT * FROM executable('x', 'TSV', 'a String')",
  "SELECT * FROM (SELECT * FROM file('/etc/hostname', 'LineAsString') SETTINGS readonly = 0)",
  'SELECT 1 SETTINGS readonly = 0',
  'SELECT 1 SETTINGS max_memory_usage = 0',
  'SELECT 1 SETTINGS max_result_rows = 0',
  'SET max_threads = 1',
]

const NO_SERVER = 'chdb in the place of a ClickHouse server makes no users: Docker is needed'

function readsAndNothingElse(open: () => Promise<Opened>, isThere = async () => true): void {
  let opened: Opened | undefined
  beforeAll(async () => {
    if (await isThere()) opened = await open()
  })
  afterAll(() => opened?.close())

  /** Skips the test where there is none. */
  function use({ skip }: { skip(note: string): never }) {
    if (opened === undefined) return skip(NO_SERVER)
    const { client, database, isServer } = opened
    const ask = async <Row>(query: string, query_params = {}, clickhouse_settings = {}) =>
      await (
        await client.query({
          query: named(database)(query),
          format: 'JSONEachRow',
          ...(Object.keys(query_params).length > 0 && { query_params }),
          clickhouse_settings,
        })
      ).json<Row>()
    return { ask, database, isServer, client }
  }

  it('reads every view but the one that needs the key of the erasures, and the tables of the ratings', async (context) => {
    const { ask, database } = use(context)
    const views = analyticsOf({ database })
    const tables = await ask<{ name: string }>(`SHOW TABLES FROM ${views}`)
    const names = tables.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['ratings', 'item_stats', 'item_stats_now', 'funnel', 'refreshes']))
    expect(names).not.toContain('ratings_now')
    for (const name of names) await ask(`SELECT * FROM ${views}.${name} LIMIT 1`)
    expect(await ask('SELECT toString(count()) AS n FROM analytics.ratings')).toEqual([{ n: '2' }])
    const own = [
      'ratings',
      'latest_ratings',
      'arrivals',
      'items',
      'generations',
      'sink_progress',
      'served',
      'measurements',
    ]
    const seen = await ask<{ name: string }>('SHOW TABLES FROM foldstream')
    expect(seen.map(({ name }) => name).sort()).toEqual(own.sort())
    for (const name of own) await ask(`SELECT * FROM foldstream.${name} LIMIT 1`)
    expect((await ask('SELECT * FROM information_schema.tables')).length).toBeGreaterThan(own.length)
  })

  it('is answered every chart, the way foldstream asks it and the way Grafana does', async (context) => {
    const { ask } = use(context)
    const values = { from: '1970-01-01', to: '1970-03-01', genre: '', itemId: 'film' }
    for (const { sql, name } of CHARTS) expect(await ask(sql, values), name).toBeInstanceOf(Array)
    for (const { targets } of grafanaDashboard().panels)
      for (const { rawSql } of targets) expect(await ask(filled(rawSql)), rawSql).toBeInstanceOf(Array)
  })

  it('is refused whatever writes, reaches elsewhere, or would change a setting', async (context) => {
    const { client, database } = use(context)
    for (const query of REFUSED) {
      const asked = client.command({ query: named(database)(query) })
      await expect(asked, query).rejects.toMatchObject({ type: expect.stringMatching(/^(ACCESS_DENIED|READONLY)$/) })
    }
  })

  it('is held to limits, also where a setting within a query denies them', async (context) => {
    const { ask } = use(context)
    const million = 'SELECT number FROM numbers(1100000)'
    for (const query of [million, `SELECT * FROM (${million} SETTINGS max_result_rows = 0)`])
      await expect(ask(query)).rejects.toMatchObject({ type: 'TOO_MANY_ROWS_OR_BYTES' })
    const much = 'SELECT length(groupArray(number)) AS n FROM numbers(200000000)'
    for (const query of [much, `SELECT * FROM (${much} SETTINGS max_memory_usage = 0)`])
      await expect(ask(query)).rejects.toMatchObject({ type: 'MEMORY_LIMIT_EXCEEDED' })
    await expect(ask('SELECT 1', {}, { max_threads: 1 })).rejects.toMatchObject({ type: 'READONLY' })
  })

  it('sees of a server what clients need, and has its answers as it asks for them', async (context) => {
    const { ask, client, isServer } = use(context)
    if (!isServer)
      return context.skip('chdb shows everybody all of `system`, and is never configured to let settings be changed')
    for (const table of ['processes', 'query_log', 'users', 'grants', 'disks', 'server_settings', 'zookeeper'])
      await expect(ask(`SELECT * FROM system.${table}`)).rejects.toMatchObject({ type: 'ACCESS_DENIED' })
    for (const table of ['databases', 'tables', 'columns', 'functions', 'settings', 'one'])
      await ask(`SELECT * FROM system.${table} LIMIT 1`)
    await ask('SELECT 1', {}, { max_execution_time: 60, enable_http_compression: 1, session_timezone: 'UTC' })
    const longer = ask('SELECT 1', {}, { max_execution_time: 121 })
    await expect(longer).rejects.toMatchObject({ type: 'SETTING_CONSTRAINT_VIOLATION' })
    expect(await (await client.query({ query: 'SELECT currentDatabase()', format: 'TabSeparated' })).text()).toMatch(
      /analytics\n$/,
    )
  })
}

describe('whom server-user.sql makes', () => {
  async function doesEverything(url: string): Promise<void> {
    const store = await openHttpRatingStore(url)
    onTestFinished(() => store.close())
    await fill(store)
    await store.noteProgress(0, 2)
    for (const { name } of store.analytics.charts) await store.analytics.run(name, {})
    await store.eraseUsers([{ partition: 0, before: 2, userId: 'a', at: Date.now() }])
    await store.purge()
    expect(await store.counts()).toEqual({ events: 1, latest: 1 })
    await store.reset()
    expect(await store.counts()).toEqual({ events: 0, latest: 0 })
  }

  it('can do all that foldstream does, by grants that chdb takes from a file of users', async () => {
    const data = await mkdtemp(join(tmpdir(), 'foldstream-user-'))
    const service = await chdbWithRights(data, usersFile(await rightsOf('server-user.sql', DATABASE)))
    onTestFinished(async () => {
      await service.stop()
      await rm(data, { recursive: true })
    })
    await expect(openHttpRatingStore(`${service.url}/another`)).rejects.toThrow(
      /necessary to have the grant CREATE DATABASE/,
    )
    await doesEverything(`${service.url}/${DATABASE}`)
  })

  describeWithService('clickhouse', (url) => {
    it('can do all that foldstream does', async ({ skip }) => {
      if (!(await makesUsers(url))) return skip(NO_SERVER)
      const database = databaseOf(url, DATABASE)
      const admin = connect(url)
      onTestFinished(() => admin.close())
      for (const query of await rightsOf('server-user.sql', database))
        await admin.command({ query, query_params: { password: PASSWORD } })
      const { host } = new URL(url)
      await doesEverything(`http://${database}:${encodeURIComponent(PASSWORD)}@${host}/${database}`)
    })
  })
})
