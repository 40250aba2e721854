import { glob, rename, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished, type TestContext, vi } from 'vitest'
import { openForRefresh, refreshViews } from '../analytics/refresh.ts'
import { assertRoom } from '../disk-room.ts'
import { connectEmbedded } from '../rating-store/connect-embedded.ts'
import { type Connection, DATABASE, type Session } from '../rating-store/connection.ts'
import { migrate } from '../rating-store/migrate.ts'
import { smallDisk } from './small-disk.fixture.ts'

vi.mock('../disk-room.ts', { spy: true })

async function open(folder: string): Promise<Connection> {
  const connection = await connectEmbedded(folder, DATABASE)
  onTestFinished(() => connection.close().catch(() => {}))
  return connection
}

/** A store with all its tables, on a disk of its own. */
async function migrated(skip: TestContext['skip']) {
  const disk = await smallDisk(200, skip)
  const folder = join(disk.path, 'clickhouse')
  const connection = await open(folder)
  await migrate(connection)
  return { disk, folder, connection }
}

async function reopen(connection: Connection, folder: string): Promise<Connection> {
  await connection.close()
  return await open(folder)
}

/** What was written of the definition of such a table comes to nothing. */
async function tear(folder: string, table: string): Promise<void> {
  const files = await Array.fromAsync(glob(`store/*/*/${table}.sql`, { cwd: folder }))
  expect(files).toHaveLength(1)
  await truncate(join(folder, files[0] as string))
}

const ratings = async ({ read }: Connection) =>
  Number((await read.rows<{ n: string }>('SELECT count() AS n FROM ratings'))[0]?.n)

it('makes no tables on a disk that is nearly full, and can make them when there is room again', async ({ skip }) => {
  const disk = await smallDisk(100, skip)
  const folder = join(disk.path, 'clickhouse')
  const connection = await open(folder)
  await disk.fill()
  await expect(migrate(connection)).rejects.toThrow(
    /^The tables of the rating store cannot be changed: its disk has 0 MiB left, and 64 are needed.*as they were\. Make room\.$/,
  )
  await disk.makeRoom()
  const again = await reopen(connection, folder)
  await migrate(again)
  expect(await ratings(again)).toBe(0)
})

it('leaves the views as they are when the disk is full all at once, and opens after that', async ({ skip }) => {
  const { disk, folder, connection } = await migrated(skip)
  const session = await openForRefresh(connection)
  const fillBefore = (beginning: string): Session => ({
    ...session,
    async command(sql, parameters) {
      if (sql.startsWith(beginning)) await disk.fill()
      await session.command(sql, parameters)
    },
  })
  vi.mocked(assertRoom).mockReturnValue(undefined)
  onTestFinished(() => void vi.mocked(assertRoom).mockRestore())

  await expect(refreshViews(connection, fillBefore('CREATE TABLE analytics.ratings_next_'))).rejects.toThrow(
    'Empty query',
  )
  await disk.makeRoom()
  const again = await reopen(connection, folder)
  expect(await refreshViews(again, await openForRefresh(again))).toMatchObject({ isNew: true })
})

it('opens after a kill between an empty definition and its removal', async ({ skip }) => {
  const { folder, connection } = await migrated(skip)
  await connection.write.command('CREATE TABLE analytics.ratings_next_0 AS analytics.ratings')
  await connection.close()
  await tear(folder, 'ratings_next_0')

  const again = await open(folder)
  expect(await refreshViews(again, await openForRefresh(again))).toMatchObject({ isNew: true })
})

it('says what to do when the definition of a table with rows is empty', async ({ skip }) => {
  const { disk, folder, connection } = await migrated(skip)
  await connection.close()
  await tear(folder, 'served')

  await expect(connectEmbedded(folder, DATABASE)).rejects.toThrow(
    /has lost the definition of served, .*All that it held is on the log: move the folder away/,
  )
  await rename(folder, join(disk.path, 'put-away'))
  const again = await open(folder)
  await migrate(again)
  expect(await ratings(again)).toBe(0)
})
