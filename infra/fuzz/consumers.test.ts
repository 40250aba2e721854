import { afterAll, beforeAll, expect, it } from 'vitest'
import { analyticsSink } from '../../consumers/analytics-sink.ts'
import { erased, generationOf, rated, removeFolders, STARS } from '../../consumers/events.fixture.ts'
import { openWorld, type World } from '../../consumers/ledger/ledger.fixture.ts'
import { replayLog } from '../../consumers/replay/replay-log.ts'
import { followCatalogue } from '../../gateway/catalogue.ts'
import { encodeEvent } from '../../models/events/codec.ts'
import type { Event, Item } from '../../models/events/types.ts'
import { seededRandom } from '../../models/linalg/random.ts'
import { type DeadLetter, deadLettersOn } from '../event-log/dead-letters.ts'
import type { LogRecord, NewRecord, Topic } from '../event-log/port.ts'
import { readTopic } from '../event-log/read-topic.ts'
import { silent } from '../logging.ts'
import { createMetrics } from '../metrics.ts'
import { casesOf, samples } from './fuzz.fixture.ts'
import { arbitraryCase, type FuzzCase, mutated } from './mutations.fixture.ts'

/** Of 200. */
const SHARE = 10
const FIGURES_SHARE = 5
const APPENDED_AT_ONCE = 1_000
const ITEMS = Array.from({ length: 40 }, (_, n) => `item-${n}`)
const USERS = Array.from({ length: 30 }, (_, n) => `user-${n}`)

let world: World
beforeAll(async () => {
  world = await openWorld(generationOf('g', ITEMS.slice(0, 35)))
})
afterAll(async () => {
  await world.close()
  await removeFolders()
})

const item = (itemId: string): Item => ({
  ...{
    type: 'item',
    itemId,
    title: `Film ${itemId}`,
    genres: ['Drama', 'War'],
    year: 1999,
    poster: 'https://a.example/1',
  },
  ...{ available: true, attributes: { color: 'red', tags: ['a', 'b'] }, updatedAt: 1 },
})

/** Sound records, and among them others that were changed, each under the key that it had. */
function mixed(seed: number, sound: readonly NewRecord[], others: readonly NewRecord[]): NewRecord[] {
  const random = seededRandom(seed)
  const values = others.map(({ value }) => value as Buffer)
  const cases = samples(arbitraryCase, others.length)
  const changed = others.map(({ key }, n) => ({ key, value: mutated({ ...(cases[n] as FuzzCase), base: n }, values) }))
  const shuffled = [...sound, ...changed].map((record) => ({ record, at: random() })).sort((a, b) => a.at - b.at)
  return shuffled.map(({ record }) => record)
}

const recordOf = (event: Event): NewRecord => ({
  key: 'userId' in event ? event.userId : 'itemId' in event ? event.itemId : '',
  value: encodeEvent(event),
})

function soundEvents(count: number): Event[] {
  const random = seededRandom(7)
  const oneOf = (all: readonly string[]): string => all[Math.floor(random() * all.length)] as string
  return Array.from({ length: count }, () => {
    if (random() < 0.004) return erased(oneOf(USERS))
    return rated(oneOf(USERS), oneOf(ITEMS), random() < 0.1 ? null : STARS.min + Math.floor(random() * 10) / 2)
  })
}

async function append(topic: Topic, records: readonly NewRecord[]): Promise<void> {
  for (let n = 0; n < records.length; n += APPENDED_AT_ONCE)
    await world.log.append(topic, records.slice(n, n + APPENDED_AT_ONCE))
}

async function recordsOf(topic: Topic): Promise<LogRecord[]> {
  const found: LogRecord[] = []
  await readTopic(world.log, topic, (records) => found.push(...records))
  return found
}

type Letter = Pick<DeadLetter, 'id' | 'key' | 'value'>

/** Those put aside must stand there byte by byte. @returns records of the topic that were not put aside */
function standing(topic: Topic, records: readonly LogRecord[], letters: readonly Letter[]): LogRecord[] {
  const byId = new Map(letters.map((letter) => [letter.id, letter]))
  return records.filter(({ partition, offset, key, value }) => {
    const letter = byId.get(`${topic}-${partition}-${offset}`)
    if (!letter) return true
    expect(letter).toMatchObject({ key, error: expect.stringMatching(/./) })
    expect(Buffer.from(letter.value as Uint8Array).equals(value as Uint8Array)).toBe(true)
    return false
  })
}

it('changed records go by: what is no event is put aside as it was, all else counts', { timeout: 900_000 }, async ({
  annotate,
}) => {
  const half = Math.ceil(casesOf(SHARE) / 2)
  const ratings = soundEvents(half).map(recordOf)
  // Each under a key of its own: of several under one, the topic keeps the last alone.
  const itemsOf = (name: string) => Array.from({ length: half }, (_, n) => recordOf(item(`${name}-${n}`)))
  const items = itemsOf('item')
  await append('ratings', mixed(1, ratings, ratings))
  await append('items', mixed(2, items, itemsOf('other')))
  await world.settle(['updater', 'sink'], { patienceMs: 600_000 })

  // Those of users who were erased since are there as well, and listed no more.
  const letters = (await recordsOf('ratings.dead-letter')).map(({ key, headers, value }) => ({
    id: key.replaceAll('/', '-'),
    key: headers.key,
    error: headers.error,
    value,
  }))
  const ids = new Set(letters.map(({ id }) => id))
  expect((await deadLettersOn(world.log)).every(({ id }) => ids.has(id))).toBe(true)
  /** A sound value under the key of another is none. */
  const isSound = (sound: readonly NewRecord[]) => {
    const named = ({ key, value }: NewRecord): string => `${key} ${Buffer.from(value ?? []).toString('hex')}`
    const names = new Set(sound.map(named))
    return (record: LogRecord): boolean => names.has(named(record))
  }
  const read = { ratings: await recordsOf('ratings'), items: await recordsOf('items') }
  const left = { ratings: standing('ratings', read.ratings, letters), items: standing('items', read.items, letters) }
  for (const [topic, sound] of Object.entries({ ratings, items }) as ['ratings' | 'items', NewRecord[]][]) {
    expect(read[topic]).toHaveLength(2 * half)
    expect(left[topic].filter(isSound(sound))).toHaveLength(read[topic].filter(isSound(sound)).length)
  }
  expect(letters).toHaveLength(read.ratings.length + read.items.length - left.ratings.length - left.items.length)
  expect(letters.length).toBeGreaterThan(half)

  // What counts is worked out from the log anew.
  const report = await world.check()
  expect(report).toMatchObject({
    faults: 0,
    told: [],
    records: read.ratings.length,
    behind: { clickhouse: 0, state: 0 },
  })
  expect(report.deadLetters.checked).toBe(letters.length)

  // Sink and gateways know the same items.
  const catalogue = await followCatalogue(world.log, silent)
  await catalogue.caughtUp
  expect([...catalogue.itemIds()].sort()).toEqual([...new Set(left.items.map(({ key }) => key))].sort())
  await catalogue.close()
  await annotate(`${read.ratings.length + read.items.length} records, of which ${letters.length} were put aside`)
})

it('changed lists and measurements go by, too: what ClickHouse does not get is put aside as it was', async ({
  annotate,
}) => {
  const known = { strategy: 'fold-in', generation: 'g', occurredAt: Date.now() } as const
  const count = Math.ceil(casesOf(FIGURES_SHARE) / 2)
  const each = (event: (n: number) => Event) => Array.from({ length: count }, (_, n) => recordOf(event(n)))
  const lists = (name: string) =>
    each((n) => ({
      ...{ ...known, type: 'served', recommendationId: `${name}-${n}`, userId: USERS[n % USERS.length] as string },
      ...{
        itemIds: ITEMS.slice(0, n % 5),
        firstPosition: 1 + (n % 3),
        propensities: n % 2 ? null : ITEMS.slice(0, n % 5).map(() => 0.5),
      },
    }))
  const scores = each(() => ({
    ...known,
    type: 'measurement',
    metric: 'hr@10',
    variant: 'folded-in',
    value: 0.5,
    weight: 2,
  }))
  const before = (await recordsOf('ratings.dead-letter')).length
  await append('served', mixed(3, lists('list'), lists('other')))
  await append('measurements', mixed(4, scores, scores))
  await replayLog(
    world.log,
    analyticsSink(world.log, world.ratings, { logger: silent, metrics: createMetrics() }),
    () => {},
  )
  const letters = (await recordsOf('ratings.dead-letter')).slice(before).map(({ key, headers, value }) => ({
    id: key.replaceAll('/', '-'),
    key: headers.key,
    error: headers.error,
    value,
  }))
  for (const topic of ['served', 'measurements'] as const) {
    const records = await recordsOf(topic)
    const left = standing(topic, records, letters)
    expect(records).toHaveLength(2 * count)
    expect(left.length).toBeGreaterThanOrEqual(count)
    for (const [partition, end] of (await world.log.ends(topic)).entries()) {
      const last = left.filter((one) => one.partition === partition).at(-1)
      expect(await world.ratings.resumePassingAt(topic, partition)).toBe((last?.offset ?? -1) + 1)
      expect(end).toBeGreaterThanOrEqual((last?.offset ?? -1) + 1)
    }
  }
  expect(letters.length).toBeGreaterThan(count / 2)
  await annotate(`${4 * count} records, of which ${letters.length} were put aside`)
})
