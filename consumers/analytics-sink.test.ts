import { Session } from 'chdb'
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { deadLettersOn } from '../infra/event-log/dead-letters.ts'
import { openEmbeddedLog } from '../infra/event-log/embedded.ts'
import type { EventLog } from '../infra/event-log/port.ts'
import { silent } from '../infra/logging.ts'
import { createMetrics } from '../infra/metrics.ts'
import { openEmbeddedRatingStore } from '../infra/rating-store/clickhouse.ts'
import type { RatingStore } from '../infra/rating-store/port.ts'
import { encodeEvent } from '../models/events/codec.ts'
import { servedKey } from '../models/events/served-key.ts'
import type { Measurement, Served } from '../models/events/types.ts'
import { analyticsSink } from './analytics-sink.ts'
import { clickhouseSink } from './clickhouse-sink.ts'
import { consume } from './consume.ts'
import { append, broken, erased, newFolder, rated, removeFolders, STARS } from './events.fixture.ts'
import { replayLog } from './replay/replay-log.ts'

let log: EventLog
let store: RatingStore
let session: Session
beforeAll(async () => {
  const folder = await newFolder()
  store = await openEmbeddedRatingStore(folder)
  session = new Session(folder)
})
beforeEach(async () => {
  for (const table of ['ratings', 'served', 'measurements', 'erasures', 'sink_progress'])
    await sql(`TRUNCATE TABLE foldstream.${table}`)
  log = await openEmbeddedLog(await newFolder(), STARS)
  return () => log.close()
})
afterAll(async () => {
  session.close()
  await store.close()
  await removeFolders()
})

const tools = { logger: silent, metrics: createMetrics() }
const sinkOnce = () => replayLog(log, analyticsSink(log, store, tools), () => {})

async function sql(statement: string): Promise<Record<string, unknown>[]> {
  const answer = (await session.queryAsync(statement, { format: 'JSONEachRow' })).text().trim()
  return answer === '' ? [] : answer.split('\n').map((line) => JSON.parse(line))
}
const idsIn = async () =>
  (await sql('SELECT recommendation_id AS id FROM foldstream.served FINAL ORDER BY id')).map(({ id }) => id)

function served(recommendationId: string, rest: Partial<Served> = {}): Served {
  const known = { type: 'served', recommendationId, userId: 'ann', itemIds: ['a', 'b'] } as const
  return {
    ...known,
    strategy: 'fold-in',
    generation: 'g',
    propensities: null,
    firstPosition: 1,
    occurredAt: Date.now(),
    ...rest,
  }
}
const measurement: Measurement = {
  ...{ type: 'measurement', metric: 'hr@10', variant: 'folded-in', generation: 'g' },
  ...{ value: 0.5, weight: 8, occurredAt: Date.now() },
}
const put = (...lists: Served[]) =>
  log.append(
    'served',
    lists.map((list) => ({ key: servedKey(list), value: encodeEvent(list) })),
  )

it('brings lists and measurements into ClickHouse, goes on where the tables end, and fills emptied ones again', async () => {
  await put(served('r1'), served('r2', { userId: '' }), served('r3', { userId: 'bob', generation: '' }))
  await log.append('measurements', [{ key: 'hr@10', value: encodeEvent(measurement) }])
  await sinkOnce()
  expect(await idsIn()).toEqual(['r1', 'r2', 'r3'])
  await put(served('r4'))
  const consuming = await consume(log, { ...analyticsSink(log, store, tools), maxAgeMs: 5 }, tools)
  await vi.waitFor(async () => expect(await idsIn()).toEqual(['r1', 'r2', 'r3', 'r4']))
  await consuming.close()
  expect(await sql('SELECT metric, value, weight FROM foldstream.measurements FINAL')).toEqual([
    { metric: 'hr@10', value: 0.5, weight: 8 },
  ])
  await sql('TRUNCATE TABLE foldstream.served')
  for (let n = 0; n < 2; n++) await sinkOnce()
  expect(await idsIn()).toEqual(['r1', 'r2', 'r3', 'r4'])
})

it.each([
  ['shorter', ['r4']],
  ['longer', ['r4', 'r5', 'r6', 'r7']],
])('begins anew where the topic was made anew, and is %s than what was read of it', async (_, ids) => {
  await put(served('r1'), served('r2'), served('r3'))
  await sinkOnce()
  await log.close()
  log = await openEmbeddedLog(await newFolder(), STARS)
  await put(...ids.map((id) => served(id)))
  await sinkOnce()
  expect(await idsIn()).toEqual(['r1', 'r2', 'r3', ...ids])
})

it('goes on where a refill of a topic that was made anew was broken off', async () => {
  await put(served('r1'), served('r2'), served('r3'))
  await sinkOnce()
  await log.close()
  log = await openEmbeddedLog(await newFolder(), STARS)
  await put(served('s1'))
  const partition = log.partitionOf('served', 'ann')
  const sinkFor = async (ids: string[]) => {
    const consuming = await consume(log, { ...analyticsSink(log, store, tools), maxAgeMs: 5 }, tools)
    await vi.waitFor(async () => expect((await idsIn()).filter((id) => String(id).startsWith('s'))).toEqual(ids))
    await vi.waitFor(async () => {
      expect((await log.committed('served', 'foldstream-analytics'))[partition]).toBe(ids.length)
    })
    await consuming.close()
  }
  await sinkFor(['s1'])
  await put(served('s2'), served('s3'), served('s4'))
  await sinkFor(['s1', 's2', 's3', 's4'])
})

it('puts aside what is no list, once, and goes on', async () => {
  const record = { key: 'ann', value: encodeEvent(served('r1', { userId: 'bob' })) }
  await log.append('served', [broken('ann'), record, { key: 'ann', value: encodeEvent(rated('ann', 'a', 5)) }])
  await put(served('r2', { propensities: [1] }), served('r3', { occurredAt: 2 ** 52 }), served('r4'))
  await log.append('measurements', [{ key: 'm', value: encodeEvent({ ...measurement, weight: -1 }) }])
  for (let n = 0; n < 2; n++) {
    const consuming = await consume(log, { ...analyticsSink(log, store, tools), maxAgeMs: 5 }, tools)
    const ends = await log.ends('served')
    await vi.waitFor(async () => {
      const committed = await log.committed('served', 'foldstream-analytics')
      expect(committed.map((next) => next ?? 0)).toEqual(ends)
      expect(await log.committed('measurements', 'foldstream-analytics')).toEqual([1])
    })
    await consuming.close()
  }
  // Nor by a replay, for which nothing is committed.
  await replayLog(
    { ...log, committed: async () => [] },
    analyticsSink({ ...log, committed: async () => [] }, store, tools),
    () => {},
  )
  expect(await idsIn()).toEqual(['r4'])
  expect(await deadLettersOn(log)).toHaveLength(6)
  const letters = await deadLettersOn(log)
  expect(letters.map(({ error }) => error).toSorted()).toEqual([
    '8 bytes are too few for an event',
    'an event of type rating does not belong on topic served',
    'occurredAt: expected a time from 1970 to 2299, in ms or ISO 8601',
    'propensities: expected one for each item',
    'the key is not the user id of the event',
    'weight: expected a number from 0',
  ])
})

it('brings nobody back who was erased, however late their lists come', async () => {
  await append(log, rated('ann', 'a', 5))
  await put(served('r1'), served('r2', { userId: 'bob' }))
  await sinkOnce()
  await append(log, erased('ann'))
  await replayLog(log, clickhouseSink(log, store, tools), () => {})
  expect(await idsIn()).toEqual(['r2'])
  await put(served('r3'), served('r4', { userId: 'bob' }), served('r5', { occurredAt: Date.now() + 60_000 }))
  await sinkOnce()
  // The clock of the last one's gateway is fast; that of the log tells.
  expect(await idsIn()).toEqual(['r2', 'r4'])
})
