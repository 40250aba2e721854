import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Session } from 'chdb'
import { expect, it, onTestFinished } from 'vitest'
import { connectEmbedded } from './connect-embedded.ts'
import { analyticsOf, type Session as Commands, type Connection, DATABASE } from './connection.ts'
import { migrate } from './migrate.ts'

/** The statements that found a database, as they would be sent. */
async function statements(cluster: string | undefined): Promise<string[]> {
  const sent: string[] = []
  const write: Commands = {
    command: async (sql) => void sent.push(sql),
    rows: async () => [],
    async *stream() {},
    text: async () => '',
  }
  const nothing = async () => {}
  const connection: Connection = {
    write,
    read: write,
    database: 'foldstream',
    cluster,
    open: async () => write,
    insertRowBinary: nothing,
    assertRoom() {},
    ping: nothing,
    close: nothing,
  }
  await migrate(connection)
  return sent
}

it('replicates every table on a cluster, and only there', async () => {
  const parser = new Session()
  const formatted = async (sql: string) => {
    const result = await parser.queryBindAsync(
      'SELECT formatQuerySingleLine({sql:String})',
      { sql },
      { format: 'TSVRaw' },
    )
    return result.text()
  }
  const onCluster = (await statements('eu')).filter((sql) => sql.includes('CREATE'))
  for (const statement of await Promise.all(onCluster.map(formatted))) {
    expect(statement).toContain('ON CLUSTER eu')
    // What stores nothing has nothing to replicate.
    if (statement.includes('CREATE TABLE')) expect(statement).toMatch(/ENGINE = (Replicated|`Null`)/)
  }
  for (const statement of await statements(undefined)) expect(statement).not.toMatch(/\{\{|CLUSTER|ENGINE = Replicated/)
  parser.close()
})

async function openEmpty(): Promise<Connection> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-migrate-'))
  const connection = await connectEmbedded(folder, DATABASE)
  onTestFinished(async () => {
    await connection.close()
    await rm(folder, { recursive: true })
  })
  return connection
}

it('keeps of the fillings that a table told of what holds, and tells it by a view', async () => {
  const connection = await openEmpty()
  const { write } = connection
  const views = analyticsOf(connection)
  await migrate(connection, 22)
  const fillings = [
    ['2026-01-01', 'ratings', 1],
    ['2026-01-02', 'ratings', 2],
    ['2026-01-01', 'totals', 1],
    ['2026-01-02', '', 0],
  ] as const
  for (const [as_of, view, rows] of fillings) {
    await write.command(
      `INSERT INTO ${views}.refreshes (view, as_of, newest_event, seconds, rows, watermark, made_from)
        VALUES ({view:String}, {as_of:DateTime64(3, 'UTC')}, NULL, 0.5, {rows:UInt64}, [7], 'that')`,
      { view, as_of, rows },
    )
  }
  await migrate(connection)
  expect(
    await write.rows(
      `SELECT view, toString(toDate(as_of)) AS day, toUInt32(rows) AS rows, toString(watermark) AS watermark FROM ${views}.refreshes ORDER BY view`,
    ),
  ).toEqual([
    { view: 'ratings', day: '2026-01-02', rows: 2, watermark: '[7]' },
    { view: 'totals', day: '2026-01-01', rows: 1, watermark: '[7]' },
  ])
  // A kill before it was noted: all statements once more.
  await write.command('DELETE FROM schema_migrations WHERE version > 22')
  await migrate(connection)
  expect(await write.rows(`SELECT view FROM ${views}.refreshes ORDER BY view`)).toEqual([
    { view: 'ratings' },
    { view: 'totals' },
  ])
})

it('knows no values of a scale before a log is bound, and then all of them', async () => {
  const connection = await openEmpty()
  const { write } = connection
  const values = async () =>
    (await write.rows<{ value: number }>(`SELECT value FROM ${analyticsOf(connection)}.scale_values_now`)).map(
      ({ value }) => value,
    )
  await migrate(connection)
  expect(await values()).toEqual([])
  await write.command(`INSERT INTO log_binding (log_id, cluster_id, partitions, scale_min, scale_max, positive_from)
    VALUES ('log', NULL, 1, 1, 5, 4)`)
  expect(await values()).toEqual([1, 2, 3, 4, 5])
})
