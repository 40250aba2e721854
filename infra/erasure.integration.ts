import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { erase, filesThatSay, OTHERS, outOfViews, ratingsOf, receipt, says, train, ZAPHOD } from './erasure.fixture.ts'
import { openEmbeddedLog } from './event-log/embedded.ts'
import { connectEmbedded } from './rating-store/connect-embedded.ts'
import type { Connection } from './rating-store/connection.ts'
import { runFoldstream } from './services/foldstream.ts'
import { SMALL_MODEL, startSystem, testFolder } from './system.fixture.ts'

/** Who has rated nothing, and only looked. */
const VISITOR = 'slartibartfast'
const STARS = { min: 0.5, max: 5, positiveFrom: 4 }

/** Tables and views of ClickHouse, and what it tells of its deletions, that say the name. */
async function tablesThatSay(name: string, { read }: Connection): Promise<string[]> {
  const tables = await read.rows<{ name: string }>(
    `SELECT concat(database, '.', name) AS name FROM system.tables
     WHERE database IN ('foldstream', 'analytics') AND engine NOT IN ('Null', 'MaterializedView') AND name NOT LIKE '.inner%'`,
  )
  const found: string[] = []
  for (const table of ['system.mutations', ...tables.map(({ name }) => name)]) {
    const [row] = await read.rows<{ n: string | number }>(
      `SELECT count() AS n FROM ${table} AS t WHERE position(toString(tuple(t.*)), {name:String}) > 0`,
      { name },
    )
    if (Number(row?.n) > 0) found.push(table)
  }
  return found
}

it('leaves no trace of who was erased in a data folder, once it is compacted', { timeout: 400_000 }, async () => {
  const folder = await testFolder()
  const run = (...words: string[]) => runFoldstream([...words, '--data-dir', folder], SMALL_MODEL)
  const start = () => startSystem(['--data-dir', folder, '--dataset', 'none'], SMALL_MODEL)
  const clickhouse = async () => {
    const connection = await connectEmbedded(join(folder, 'clickhouse'), 'foldstream')
    return tablesThatSay(ZAPHOD, connection).finally(() => connection.close())
  }

  // One of his ratings and one of his lists are unreadable, and among the dead letters.
  const log = await openEmbeddedLog(join(folder, 'log'), STARS)
  for (const topic of ['ratings', 'served'] as const)
    await log.append(topic, [{ key: ZAPHOD, value: Buffer.from('no event') }])
  await log.close()
  let system = await start()
  await system.rate(ratingsOf(ZAPHOD, ...OTHERS))
  const lines = join(await testFolder(), 'lines.csv')
  await writeFile(lines, `userId,itemId,value,occurredAt\n${ZAPHOD},a,many,1\nford,d,4,1\n`)
  expect((await run('import', lines)).code).toBe(0)
  await system.settled()
  for (const userId of [ZAPHOD, VISITOR]) await system.recommendations(userId)
  await train(system)
  expect(await run('compact')).toEqual(says(2, /in use by process/))
  const erasureId = await erase(system, ZAPHOD)
  await outOfViews(system, erasureId, await erase(system, VISITOR))
  expect(await receipt(system, erasureId)).toMatchObject({
    status: 'running',
    stores: {
      'user state': 'erased',
      'rating store': 'erased',
      analytics: 'erased',
      'model store': 'until newer models',
    },
    logBytes: 'until compact',
  })
  expect(await run('dead-letters', 'list')).toEqual(says(0, /no dead letters/))
  expect(await system.stop()).toBe(0)
  const partsThatSay = new Set((await filesThatSay(ZAPHOD, folder)).map((file) => file.split('/')[0]))
  expect([...partsThatSay]).toEqual(['clickhouse', 'imports', 'log', 'models', 'state'])
  expect(await filesThatSay(VISITOR, folder)).toContain('log/event-log.mdb')
  expect(await clickhouse()).toEqual([])

  expect(await run('compact')).toEqual(says(0, /removed 11 records of 2 erased users/))
  for (const userId of [ZAPHOD, VISITOR]) expect(await filesThatSay(userId, folder)).toEqual([])
  expect(await clickhouse()).toEqual([])
  expect(await run('verify')).toEqual(says(0, /\b10 events: 0 missing(.*\n)*everything is as the log says/))

  // Whoever comes under that name now is somebody new. The next erasure is compacted at the next start.
  system = await start()
  expect(await receipt(system, erasureId)).toMatchObject({ status: 'complete', logBytes: 'removed' })
  expect((await system.ratingsOf(ZAPHOD)).size).toBe(0)
  await system.rate(ratingsOf(ZAPHOD).slice(1))
  await system.settled()
  expect((await system.ratingsOf(ZAPHOD)).size).toBe(2)
  const another = await erase(system, ZAPHOD)
  expect(await system.stop()).toBe(0)
  system = await start()
  expect(system.output()).toMatch(/removed 3 records of 1 erased user /)
  expect(await receipt(system, another)).toMatchObject({ status: 'complete', logBytes: 'removed' })
  expect(await system.stop()).toBe(0)
  expect(await filesThatSay(ZAPHOD, folder)).toEqual([])
  expect(await clickhouse()).toEqual([])

  expect(await run('replay', '--to-state', '--to-clickhouse')).toEqual(says(0, /ClickHouse is rebuilt/))
  expect(await run('verify')).toEqual(says(0, /log +\d+ records\n(.*\n)*everything is as the log says/))
})

it('a restored backup is without who was erased since, by the list of the folder that it replaces', async () => {
  const scratch = await testFolder()
  const at = (name: string) => join(scratch, name)
  const run = (folder: string, ...words: string[]) => runFoldstream([...words, '--data-dir', at(folder)], SMALL_MODEL)
  const start = (folder: string) => startSystem(['--data-dir', at(folder), '--dataset', 'none'], SMALL_MODEL)
  let system = await start('data')
  await system.rate(ratingsOf(ZAPHOD, ...OTHERS))
  await system.settled()
  await train(system)
  expect((await run('data', 'backup', at('older'))).code).toBe(0)
  await system.rate(ratingsOf('trillian'))
  expect((await run('data', 'backup', at('backup'))).code).toBe(0)
  await erase(system, ZAPHOD)
  await erase(system, 'nobody')
  await system.rate(ratingsOf('marvin'))
  const since = ['--erasures-of', at('data')]
  expect(await run('new', 'restore', at('backup'), ...since)).toEqual(says(2, /data is in use by process/))
  expect(await system.stop()).toBe(0)

  expect(await run('as-it-was', 'restore', at('backup'))).toEqual(says(0, /who was erased after .* is back/))
  expect(await filesThatSay(ZAPHOD, at('as-it-was'))).not.toEqual([])
  expect(await run('new', 'restore', at('backup'), ...since)).toEqual(says(0, /^erased again, .*: 1 user\b/m))
  expect(await filesThatSay(ZAPHOD, at('new'))).toEqual([])
  expect(await run('new', 'verify')).toEqual(says(0, /\b12 events: 0 missing(.*\n)*everything is as the log says/))
  // By what is restored now, too, and by nothing of another log.
  const again = ['restore', at('backup'), '--erasures-of']
  expect(await run('newer', ...again, at('new'))).toEqual(says(0, /^erased again, .*: 1 user\b/m))
  system = await start('other')
  expect(await system.stop()).toBe(0)
  expect(await run('newest', ...again, at('other'))).toEqual(says(2, /is of event log/))
  expect(await run('newest', ...again, at('older'))).toEqual(says(2, /is older than the backup/))
  expect(await run('newest', ...again, scratch)).toEqual(says(2, /has no event log/))

  system = await start('new')
  expect((await system.ratingsOf(ZAPHOD)).size).toBe(0)
  expect((await system.ratingsOf('ford')).size).toBe(3)
  expect(await system.stop()).toBe(0)
}, 240_000)
