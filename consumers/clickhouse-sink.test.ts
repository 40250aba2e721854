import { Session } from 'chdb'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { openEmbeddedLog } from '../infra/event-log/embedded.ts'
import type { EventLog, LogRecord } from '../infra/event-log/port.ts'
import { silent } from '../infra/logging.ts'
import { createMetrics } from '../infra/metrics.ts'
import { openEmbeddedRatingStore } from '../infra/rating-store/clickhouse.ts'
import type { RatingStore } from '../infra/rating-store/port.ts'
import { encodeEvent } from '../models/events/codec.ts'
import type { Item } from '../models/events/types.ts'
import { clickhouseSink } from './clickhouse-sink.ts'
import { type Consumer, consume } from './consume.ts'
import { append, broken, erased, newFolder, rated, removeFolders, STARS, usersOn } from './events.fixture.ts'

const PLENTY = 1_000
const metrics = createMetrics()

let log: EventLog
let store: RatingStore
let session: Session
let ada: string
let bob: string
beforeAll(async () => {
  const folder = await newFolder()
  store = await openEmbeddedRatingStore(folder)
  session = new Session(folder)
})
beforeEach(async () => {
  await emptyTables()
  log = await openEmbeddedLog(await newFolder(), STARS)
  ;[ada, bob] = usersOn(log, 0, 2) as [string, string]
})
afterEach(() => log.close())
afterAll(async () => {
  session.close()
  await store.close()
  await removeFolders()
})

/** Runs the sink until it has taken all there is. @returns offsets of partition 0 that were written on the way */
async function sink(): Promise<number[]> {
  const written: number[] = []
  const noting: RatingStore = {
    ...store,
    async insertRatings(rows) {
      await store.insertRatings(rows)
      for (const { partition, offset } of rows) if (partition === 0) written.push(offset)
    },
  }
  const sink = clickhouseSink(log, noting, { logger: silent, metrics })
  /** By "topic/partition" */
  const next = new Map<string, number>()
  const impatient: Consumer = {
    ...sink,
    maxAgeMs: 5,
    async resumeAt(topic, partition) {
      const from = await sink.resumeAt(topic, partition)
      next.set(`${topic}/${partition}`, from ?? 0)
      return from
    },
    async effect(slices) {
      await sink.effect(slices)
      for (const { topic, partition, records } of slices)
        next.set(`${topic}/${partition}`, (records.at(-1) as LogRecord).offset + 1)
    },
  }
  const consuming = await consume(log, impatient, { logger: silent, metrics })
  for (const topic of sink.topics)
    for (const [partition, end] of (await log.ends(topic)).entries())
      await vi.waitFor(() => expect(next.get(`${topic}/${partition}`)).toBe(end))
  await consuming.close()
  return written
}

/** The latest ratings, as "user item value". */
async function latest(): Promise<string[]> {
  const found: string[] = []
  for await (const { users, items, values } of store.latestRatings(await store.watermark(8), PLENTY))
    for (const [i, value] of values.entries()) found.push(`${users[i]} ${items[i]} ${value}`)
  return found.sort()
}

async function sql(statement: string): Promise<unknown[]> {
  const answer = (await session.queryAsync(statement, { format: 'JSONEachRow' })).text().trim()
  return answer === '' ? [] : answer.split('\n').map((line) => JSON.parse(line))
}

async function emptyTables(): Promise<void> {
  for (const table of ['ratings', 'items', 'sink_progress']) await sql(`TRUNCATE TABLE foldstream.${table}`)
}

async function recordsOf(topic: 'ratings' | 'ratings.dead-letter'): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  const tail = await log.tail(topic, (more) => records.push(...more))
  await tail.caughtUp
  await tail.close()
  return records
}

describe('ratings', () => {
  it('come to ClickHouse with their places, and the latest stands', async () => {
    const other = usersOn(log, 3, 1)[0] as string
    await append(log, rated(ada, 'item-0', 2), rated(bob, 'item-0', 5), rated(other, 'item-0', 1))
    await append(log, rated(ada, 'item-0', 3), rated(bob, 'item-0', null))
    await sink()
    expect(await latest()).toEqual([`${ada} item-0 3`, `${other} item-0 1`].sort())
    expect(await sql('SELECT partition, offset FROM foldstream.ratings ORDER BY ALL')).toEqual(
      [
        [0, 0],
        [0, 1],
        [0, 2],
        [0, 3],
        [3, 0],
      ].map(([partition, offset]) => ({ partition, offset })),
    )
  })

  it('go on after a restart where the table ends', async () => {
    await append(log, rated(ada, 'item-0', 2), rated(ada, 'item-1', 2))
    expect(await sink()).toEqual([0, 1])
    await append(log, rated(ada, 'item-2', 2))
    expect(await sink()).toEqual([2])
    expect(await store.counts()).toEqual({ events: 3, latest: 3 })
  })

  it('are all read again when the tables were emptied, whatever the group committed', async () => {
    await append(log, rated(ada, 'item-0', 2), rated(bob, 'item-1', 2))
    await sink()
    await emptyTables()
    expect(await store.counts()).toEqual({ events: 0, latest: 0 })
    await sink()
    expect(await store.counts()).toEqual({ events: 2, latest: 2 })
  })

  it('count once, whether a client or the log repeats them', async () => {
    const event = rated(ada, 'item-0', 2)
    await append(log, event, { ...event, value: 5 }, rated(ada, 'item-1', 3))
    await sink()
    await clickhouseSink(log, store, { logger: silent, metrics }).effect([
      { topic: 'ratings', partition: 0, records: await recordsOf('ratings') },
    ])
    expect(await store.counts()).toEqual({ events: 2, latest: 2 })
    expect(await latest()).toEqual([`${ada} item-0 2`, `${ada} item-1 3`])
  })

  it('that cannot be read are passed over, and left to the updater', async () => {
    await append(log, rated(ada, 'item-0', 2))
    await log.append('ratings', [broken(ada)])
    await sink()
    expect(await store.resumeAt(0)).toBe(2)
    expect(await store.counts()).toEqual({ events: 1, latest: 1 })
    expect(await recordsOf('ratings.dead-letter')).toEqual([])
  })
})

describe('an erasure', () => {
  it('takes the ratings before it, and leaves those after it and those of others', async () => {
    await append(log, rated(ada, 'item-0', 2), rated(bob, 'item-0', 5), erased(ada), rated(ada, 'item-1', 4))
    await sink()
    expect(await latest()).toEqual([`${ada} item-1 4`, `${bob} item-0 5`])
    expect(await store.counts()).toEqual({ events: 2, latest: 2 })
  })

  it('is not forgotten by a restart, and not undone by a refill', async () => {
    await append(log, rated(bob, 'item-0', 5), rated(ada, 'item-0', 2))
    await sink()
    await append(log, erased(ada))
    await sink()
    expect(await latest()).toEqual([`${bob} item-0 5`])
    expect(await sink()).toEqual([])
    await emptyTables()
    await sink()
    expect(await latest()).toEqual([`${bob} item-0 5`])
  })

  it('leaves nothing behind and takes nothing else, wherever a kill falls', async () => {
    await append(log, rated(bob, 'item-0', 5), rated(ada, 'item-0', 2), erased(ada), rated(ada, 'item-1', 4))
    await log.append('ratings', [broken(ada)])
    const records = await recordsOf('ratings')
    for (const call of [1, 2, 3, 4]) {
      for (const when of ['before', 'after'] as const) {
        await emptyTables()
        const killed = clickhouseSink(log, mortal(call, when), { logger: silent, metrics })
        const batch = { topic: 'ratings' as const, partition: 0, records }
        await expect(killed.effect([batch])).rejects.toThrow('killed')
        const from = await store.resumeAt(0)
        const rest = { ...batch, records: records.slice(from) }
        if (rest.records.length > 0) await clickhouseSink(log, store, { logger: silent, metrics }).effect([rest])
        expect([call, when, await latest(), await store.resumeAt(0)]).toEqual([
          call,
          when,
          [`${ada} item-1 4`, `${bob} item-0 5`],
          5,
        ])
      }
    }
  })
})

/** The store in a process that is killed at its n-th write, before it is done or before anybody heard of it. */
function mortal(call: number, when: 'before' | 'after'): RatingStore {
  let calls = 0
  const killed =
    <A extends unknown[]>(write: (...args: A) => Promise<void>) =>
    async (...args: A): Promise<void> => {
      if (++calls < call) return write(...args)
      if (calls === call && when === 'after') await write(...args)
      throw new Error('killed')
    }
  const { insertRatings, noteProgress, eraseUsers } = store
  return {
    ...store,
    insertRatings: killed(insertRatings),
    noteProgress: killed(noteProgress),
    eraseUsers: killed(eraseUsers),
  }
}

describe('items', () => {
  const item = (itemId: string, title: string): Item => ({
    type: 'item',
    itemId,
    title,
    genres: ['Drama'],
    year: 1999,
    poster: null,
    available: true,
    attributes: {},
    updatedAt: 1,
  })
  const put = (one: Item) => log.append('items', [{ key: one.itemId, value: encodeEvent(one) }])
  const titles = () => sql('SELECT item_id, title, deleted FROM foldstream.items FINAL ORDER BY item_id')

  it('stand as they were put last, or deleted, and are read again into emptied tables', async () => {
    await put(item('item-0', 'Old'))
    await put(item('item-1', 'Gone'))
    await sink()
    await put(item('item-0', 'New'))
    await log.append('items', [{ key: 'item-1', value: null }])
    await sink()
    const expected = [
      { item_id: 'item-0', title: 'New', deleted: false },
      { item_id: 'item-1', title: '', deleted: true },
    ]
    expect(await titles()).toEqual(expected)
    await emptyTables()
    await sink()
    expect(await titles()).toEqual(expected)
  })

  it('that cannot be read go to the dead letters once, however often the sink starts', async () => {
    await put(item('item-0', 'Good'))
    await log.append('items', [broken('item-1'), { key: 'item-2', value: encodeEvent(item('item-3', 'Other')) }])
    await sink()
    await sink()
    const letters = await recordsOf('ratings.dead-letter')
    expect(letters.map(({ key, headers }) => [key, headers.error])).toEqual([
      ['items/0/1', '8 bytes are too few for an event'],
      ['items/0/2', 'the key is not the item id of the event'],
    ])
    expect(await titles()).toEqual([{ item_id: 'item-0', title: 'Good', deleted: false }])
  })
})
