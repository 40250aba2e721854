import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { connectEmbedded } from '../rating-store/connect-embedded.ts'
import { connectHttp } from '../rating-store/connect-http.ts'
import { analyticsOf, type Connection, DATABASE, type Session } from '../rating-store/connection.ts'
import { eraseUsers } from '../rating-store/erase.ts'
import { insertRatings } from '../rating-store/insert.ts'
import { migrate } from '../rating-store/migrate.ts'
import { describeWithService } from '../services/for-tests.ts'
import { openForRefresh, refreshViews } from './refresh.ts'
import { hasErasureAhead } from './shown.ts'

const BOUND = `INSERT INTO log_binding (log_id, cluster_id, partitions, scale_min, scale_max, positive_from)
  VALUES ('log', NULL, 1, 0.5, 5, 4)`

/** Of a user's one item, what they say at an offset; null: they take it back. */
const rate = (connection: Connection, offset: number, value: number | null): Promise<void> =>
  insertRatings(connection, [
    {
      event: {
        ...{ type: 'rating', eventId: crypto.randomUUID(), userId: 'u', itemId: 'i', value, occurredAt: offset },
        recommendationId: null,
      },
      ingestedAt: offset,
      partition: 0,
      offset,
    },
  ])

/** One that stands still before the table is replaced. */
function stalling(session: Session, table: string) {
  const arrived = Promise.withResolvers<void>()
  const going = Promise.withResolvers<void>()
  const isReplacement = (sql: string): boolean =>
    sql.startsWith(`ALTER TABLE ${table} REPLACE`) || (sql.startsWith('EXCHANGE') && sql.includes(` ${table} `))
  const stalled: Session = {
    ...session,
    async command(sql, parameters) {
      if (isReplacement(sql)) {
        arrived.resolve()
        await going.promise
      }
      await session.command(sql, parameters)
    },
  }
  return { session: stalled, arrived: arrived.promise, go: going.resolve }
}

function refreshSuite(connect: () => Promise<Connection>): void {
  it.each([
    ['has rows', 3],
    ['has none', null],
  ])(
    'puts nothing older into the place of what another process has filled, where the older one %s',
    async (_, value) => {
      const connection = await connect()
      await migrate(connection)
      await connection.write.command(BOUND)
      const ratings = `${analyticsOf(connection)}.ratings`
      await rate(connection, 1, 1)
      await refreshViews(connection, await openForRefresh(connection))

      await rate(connection, 2, value)
      const slow = stalling(await openForRefresh(connection), ratings)
      const older = refreshViews(connection, slow.session)
      older.catch(() => {})
      await slow.arrived
      await rate(connection, 3, 5)
      await refreshViews(connection, await openForRefresh(connection))
      slow.go()

      await expect(older).rejects.toThrow(/_next_/)
      expect(await connection.read.rows(`SELECT value FROM ${ratings}`)).toEqual([{ value: 5 }])
    },
  )

  it('goes on where the clock was set back since the last filling', async () => {
    const connection = await connect()
    await migrate(connection)
    await connection.write.command(BOUND)
    const place = analyticsOf(connection)
    await rate(connection, 1, 1)
    await refreshViews(connection, await openForRefresh(connection))
    await connection.write.command(
      `INSERT INTO ${place}.refresh_log (view, as_of) SELECT view, as_of + toIntervalHour(1) FROM ${place}.refresh_log FINAL`,
    )
    await rate(connection, 2, 2)
    expect(await refreshViews(connection, await openForRefresh(connection))).toMatchObject({ isNew: true })
    expect(await connection.read.rows(`SELECT value FROM ${place}.ratings`)).toEqual([{ value: 2 }])
  })

  it('says of each table when it was filled last, and nothing else', async () => {
    const connection = await connect()
    await migrate(connection)
    await connection.write.command(BOUND)
    const session = await openForRefresh(connection)
    for (const offset of [1, 2]) {
      await rate(connection, offset, offset)
      await refreshViews(connection, session)
    }
    const [told] = await connection.read.rows(
      `SELECT count() = uniqExact(view) AS isOnce, countIf(view = '') AS nameless, uniqExact(as_of) AS times
       FROM ${analyticsOf(connection)}.refreshes`,
    )
    expect(told).toEqual({ isOnce: 1, nameless: 0, times: 1 })
  })

  it('looks out for the erasures of this log alone', async () => {
    const connection = await connect()
    await migrate(connection)
    await connection.write.command(BOUND)
    const session = await openForRefresh(connection)
    const isAhead = () => hasErasureAhead(session, analyticsOf(connection))
    const erasure = { userId: 'another', partition: 0, before: 5, at: Date.now() }
    await rate(connection, 1, 1)
    await eraseUsers(connection, [erasure])
    await refreshViews(connection, session)
    expect(await isAhead()).toBe(true)
    // As where a log was rewritten: its offsets begin anew.
    await connection.write.command('TRUNCATE TABLE log_binding')
    await connection.write.command(BOUND)
    expect(await isAhead()).toBe(false)
    await eraseUsers(connection, [erasure])
    expect(await isAhead()).toBe(true)
  })

  it("ends its own queries when it is told to stop, and no other process's", async () => {
    const connection = await connect()
    await migrate(connection)
    await connection.write.command(BOUND)
    await rate(connection, 1, 1)
    const place = analyticsOf(connection)
    const stopping = new AbortController()
    const slow = stalling(await openForRefresh(connection), `${place}.ratings`)
    const stopped = refreshViews(connection, slow.session, { signal: stopping.signal })
    stopped.catch(() => {})
    await slow.arrived

    await connection.write.command(`CREATE TABLE ${place}.other_next_0 (n UInt64) ENGINE = MergeTree ORDER BY n`)
    const others = await connection.open({}, 20_000)
    const filling = others.command(
      `INSERT INTO ${place}.other_next_0 SELECT number FROM numbers(20) WHERE sleepEachRow(0.05) = 0`,
    )
    filling.catch(() => {})
    const running = `SELECT count() AS n FROM system.processes WHERE position(query, 'INTO ${place}.other_next_0') = 8`
    await vi.waitFor(async () => {
      const [row] = await connection.read.rows<{ n: string | number }>(running)
      expect(Number(row?.n)).toBe(1)
    })
    stopping.abort(new Error('told to stop'))
    slow.go()

    await expect(stopped).rejects.toThrow('told to stop')
    await filling
  })
}

async function connectToNewFolder(): Promise<Connection> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-refresh-'))
  const connection = await connectEmbedded(folder, DATABASE)
  onTestFinished(async () => {
    await connection.close()
    await rm(folder, { recursive: true })
  })
  return connection
}

refreshSuite(connectToNewFolder)

describeWithService('clickhouse', (_, another) => {
  refreshSuite(async () => {
    const connection = await connectHttp(another(), DATABASE)
    onTestFinished(() => connection.close())
    return connection
  })
})
