import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { NewRecord, Position } from '../../infra/event-log/port.ts'
import type { UserRecord } from '../../infra/user-state/port.ts'
import { erasedAt } from '../../infra/user-state/record.ts'
import { encodeEvent } from '../../models/events/codec.ts'
import { append, broken, generationOf, removeFolders } from '../events.fixture.ts'
import { anyEvents, ITEMS, openWorld, USERS, type World } from './ledger.fixture.ts'

const GENERATION = generationOf('g', ITEMS.slice(0, 35))

let world: World
beforeAll(async () => {
  world = await openWorld(GENERATION)
  await world.log.append('ratings', [broken(USERS[0] as string)])
  await append(world.log, ...anyEvents(1_500))
  await world.settle()
})
afterAll(async () => {
  await world.close()
  await removeFolders()
})

it('finds nothing where both stores hold what the log says', async () => {
  const report = await world.check()
  expect(report.told).toEqual([])
  expect(report).toMatchObject({
    records: 1_501,
    behind: { clickhouse: 0, state: 0 },
    faults: 0,
    deadLetters: { checked: 1, missing: 0 },
  })
  expect(report.rows.checked).toBe((await world.ratings.counts()).events)
  expect(report.rows.checked).toBeLessThan(1_400)
  expect(report.users.checked).toBeGreaterThan(20)
  expect(report.vectors.checked).toBe(report.users.checked)
  expect(report.statistics.checked).toBeGreaterThan(100)
})

it('compares a store as far as it has come, and says how far it is behind', async () => {
  await append(world.log, ...anyEvents(200, 2))
  await world.settle(['updater'])
  expect(await world.check()).toMatchObject({ faults: 0, told: [], behind: { clickhouse: 200, state: 0 } })
  await append(world.log, ...anyEvents(100, 3))
  await world.settle(['sink'])
  expect(await world.check()).toMatchObject({ faults: 0, told: [], behind: { clickhouse: 0, state: 100 } })
  await world.settle()
  expect(await world.check()).toMatchObject({ faults: 0, behind: { clickhouse: 0, state: 0 } })
})

it('finds nothing wrong while events come and consumers are on the way', async () => {
  const coming = (async () => {
    for (let n = 0; n < 10; n++) {
      await append(world.log, ...anyEvents(50, 10 + n))
      await world.settle()
    }
  })()
  let isOver = false
  void coming.then(() => {
    isOver = true
  })
  while (!isOver) expect((await world.check()).told).toEqual([])
  await coming
})

const everyRow = 'SELECT * FROM ratings FINAL ORDER BY partition, offset'

it.each([
  [
    'the row is missing',
    { missing: 1 },
    () =>
      world.sql(
        `DELETE FROM ratings WHERE (partition, offset) IN (SELECT partition, offset FROM (${everyRow}) LIMIT 1)`,
      ),
  ],
  [
    'a row to which the log leads no more',
    { doubled: 1 },
    () => world.sql(`INSERT INTO ratings SELECT generateUUIDv4(), * EXCEPT (event_id) FROM (${everyRow}) LIMIT 1`),
  ],
  [
    'the row is not what the log says',
    { different: 1 },
    () =>
      world.sql(
        `INSERT INTO ratings (event_id, user_id, item_id, value, occurred_at, ingested_at, partition, offset)
         SELECT event_id, user_id, item_id, 0.25, occurred_at, ingested_at, partition, offset FROM (${everyRow}) LIMIT 1`,
      ),
  ],
])('finds in ClickHouse: %s', async (words, faults, damage) => {
  await world.sql('CREATE TABLE standing AS ratings')
  await world.sql('INSERT INTO standing SELECT * FROM ratings')
  await damage()
  const report = await world.check()
  await world.sql('TRUNCATE TABLE ratings')
  await world.sql(
    'INSERT INTO ratings (event_id, user_id, item_id, value, occurred_at, ingested_at, partition, offset) SELECT event_id, user_id, item_id, value, occurred_at, ingested_at, partition, offset FROM standing',
  )
  await world.sql('DROP TABLE standing SYNC')
  expect(report.rows).toMatchObject({ missing: 0, doubled: 0, different: 0, ...faults })
  expect(report).toMatchObject({ faults: 1, told: [expect.stringContaining(words)] })
  expect((await world.check()).told).toEqual([])
})

async function anyRecord(): Promise<UserRecord> {
  for await (const record of world.state.scan()) if (record.history.size > 3) return record
  throw new Error('nobody rated anything')
}

it.each<[string, object, (record: UserRecord) => UserRecord | undefined]>([
  ['a user who is missing', { users: { missing: 1 } }, () => undefined],
  [
    'a history that lost a rating',
    { users: { different: 1 } },
    (record) => ({ ...record, history: new Map([...record.history].slice(1)) }),
  ],
  [
    'a vector that is off',
    { vectors: { different: 1 }, users: { different: 0 } },
    (record) => ({ ...record, vector: record.vector?.map((x) => x * 1.01 + 0.01) }),
  ],
])('finds %s', async (_, faults, change) => {
  const record = await anyRecord()
  const { userId, appliedOffset } = record
  const next = change(record)
  await world.state.writeMany([
    { userId, expectedOffset: appliedOffset, next: next ?? erasedAt(userId, appliedOffset) },
  ])
  const report = await world.check()
  await world.state.writeMany([{ userId, expectedOffset: next?.appliedOffset, next: record }])
  expect(report).toMatchObject({ faults: 1, ...faults })
  expect(report.told[0]).toContain(JSON.stringify(userId))
  expect((await world.check()).faults).toBe(0)
})

it('finds a user of whom the log knows nothing', async () => {
  const record = { ...(await anyRecord()), userId: 'a stranger' }
  await world.state.writeMany([{ userId: record.userId, expectedOffset: undefined, next: record }])
  const report = await world.check()
  await world.state.writeMany([
    { userId: record.userId, expectedOffset: record.appliedOffset, next: erasedAt(record.userId, 0) },
  ])
  expect(report).toMatchObject({ faults: 1, users: { extra: 1 }, told: [expect.stringContaining('"a stranger"')] })
})

it('finds statistics that count a rating twice', async () => {
  const { counted } = await world.state.offsets(0)
  const [itemId, statistics] = [...(await world.state.statistics(0))][0] as [string, never]
  const { count, sum } = statistics as { count: number; sum: number }
  await world.state.count(
    0,
    counted,
    counted,
    new Map([[itemId, { ...(statistics as object), count: count + 1, sum: sum + 4 } as never]]),
  )
  const report = await world.check()
  await world.state.count(0, counted, counted, new Map([[itemId, statistics]]))
  expect(report).toMatchObject({ faults: 1, statistics: { different: 1 }, told: [expect.stringContaining(itemId)] })
})

it('finds a record that is no event and was not put aside', async () => {
  const [position] = await world.log.append('ratings', [broken(USERS[0] as string)])
  // As if the updater had passed it.
  const { partition, offset } = position as Position
  await world.state.count(partition, (await world.state.offsets(partition)).counted, offset, new Map())
  await world.state.advance(partition, offset)
  expect(await world.check()).toMatchObject({
    faults: 1,
    deadLetters: { checked: 2, missing: 1 },
    told: [expect.stringContaining(`offset ${offset}`)],
  })
})

describe('of the catalogue', () => {
  const item = (itemId: string, title: string): NewRecord => ({
    key: itemId,
    value: encodeEvent({
      ...{ type: 'item', itemId, title, genres: [], year: null, poster: null, available: true },
      ...{ attributes: {}, updatedAt: Date.UTC(2026, 0, 1) },
    }),
  })

  it('finds nothing where each item stands as its newest readable record says', async () => {
    const before = await world.check()
    await world.log.append('items', [
      ...[item('a', 'first'), item('a', 'second'), item('b', 'first'), { key: 'b', value: null }],
      ...[broken('nobody'), broken('nothing'), item('c', 'last')],
    ])
    await world.settle(['sink'])
    const report = await world.check()
    expect(report.items).toEqual({ checked: 3, missing: 0, different: 0 })
    expect(report.deadLetters).toEqual({ ...before.deadLetters, checked: before.deadLetters.checked + 2 })
    expect(report.faults).toBe(before.faults)
  })

  it.each([
    ['is missing', { missing: 1, different: 0 }, "DELETE FROM items WHERE item_id = 'b'"],
    [
      'is not what the log says',
      { missing: 0, different: 1 },
      "DELETE FROM items WHERE item_id = 'a' AND title = 'second'",
    ],
  ])('finds a row that %s', async (words, faults, damage) => {
    await world.sql('CREATE TABLE standing_items AS items')
    await world.sql('INSERT INTO standing_items SELECT * FROM items')
    // As after an insert that never came.
    await world.sql("INSERT INTO items SELECT 'a', 'first', [], NULL, NULL, true, '{}', now64(3), 0, false")
    await world.sql(damage)
    const report = await world.check()
    await world.sql('TRUNCATE TABLE items')
    await world.sql('INSERT INTO items SELECT * FROM standing_items')
    await world.sql('DROP TABLE standing_items SYNC')
    expect(report.items).toMatchObject(faults)
    expect(report.told).toContainEqual(expect.stringContaining(words))
    expect((await world.check()).items).toMatchObject({ missing: 0, different: 0 })
  })
})
