import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { openEmbeddedLog } from '../infra/event-log/embedded.ts'
import { readErasures } from '../infra/event-log/erasures.ts'
import type { EventLog, LogRecord, NewRecord, Topic } from '../infra/event-log/port.ts'
import { cumulativeOf, totalOf } from '../infra/histogram.ts'
import { silent } from '../infra/logging.ts'
import { createMetrics } from '../infra/metrics.ts'
import { openEmbeddedUserState } from '../infra/user-state/embedded.ts'
import type { UserState } from '../infra/user-state/port.ts'
import { foldIn } from '../models/als/fold-in.ts'
import { observe } from '../models/als/observations.ts'
import type { Generation } from '../models/als/types.ts'
import { decodeEvent } from '../models/events/codec.ts'
import type { RatingEvent, UserErased } from '../models/events/types.ts'
import { applyChange, mergeStatistics } from '../models/ranking/item-statistics.ts'
import type { ItemStatistics } from '../models/ranking/types.ts'
import { type Consumer, consume, RewindError } from './consume.ts'
import {
  append,
  broken,
  erased,
  eventId,
  generationOf,
  newFolder,
  rated,
  recordOf,
  removeFolders,
  STARS,
  usersOn,
} from './events.fixture.ts'
import { foldInUpdater } from './fold-in-updater.ts'

const PARTITION = 0
const DAY_MS = 86_400_000
const PLENTY = 1_000
const metrics = createMetrics()

afterAll(removeFolders)

/** One item that users rate is not in it. */
const GENERATION = generationOf('g', ['item-0', 'item-1', 'item-2'])

interface World {
  readonly log: EventLog
  readonly state: UserState
  readonly users: readonly string[]
}

async function inWorld(test: (world: World) => Promise<void>): Promise<void> {
  const folder = await newFolder()
  const log = await openEmbeddedLog(`${folder}/log`, STARS)
  const state = await openEmbeddedUserState(`${folder}/state`)
  try {
    await test({ log, state, users: usersOn(log, PARTITION, 3) })
  } finally {
    await state.close()
    await log.close()
  }
}

const updaterOf = (
  { log, state }: Pick<World, 'log' | 'state'>,
  { generation = (): Generation | undefined => GENERATION, maxHistory = PLENTY } = {},
): Consumer => foldInUpdater({ log, state, generation, maxHistory, logger: silent, metrics })

async function recordsOf(log: EventLog, topic: Topic = 'ratings'): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  const tail = await log.tail(topic, (more) => records.push(...more))
  await tail.caughtUp
  await tail.close()
  return records
}

const slices = (records: readonly LogRecord[]) => [{ topic: 'ratings' as const, partition: PARTITION, records }]

/** Everything on the log, as one batch. */
async function updateFrom(world: World, updater = updaterOf(world)): Promise<void> {
  await updater.effect(slices(await recordsOf(world.log)))
}

/** What the log says, in the plainest way: after the last erasure an event id counts once, and the greatest (occurredAt, offset) stands. */
function standing(records: readonly LogRecord[]): Map<string, Map<string, RatingEvent>> {
  const users = new Map<string, Map<string, RatingEvent>>()
  const seen = new Set<string>()
  for (const { value, key } of records) {
    let event: RatingEvent | UserErased
    try {
      event = decodeEvent(value as Uint8Array) as RatingEvent | UserErased
    } catch {
      continue
    }
    if (event.type === 'user-erased') {
      users.delete(key)
      for (const id of seen) if (id.startsWith(`${key} `)) seen.delete(id)
      continue
    }
    const id = `${key} ${event.itemId} ${event.eventId}`
    if (seen.has(id)) continue
    seen.add(id)
    const ratings = users.get(key) ?? new Map<string, RatingEvent>()
    users.set(key, ratings)
    if ((ratings.get(event.itemId)?.occurredAt ?? 0) <= event.occurredAt) ratings.set(event.itemId, event)
  }
  return users
}

/** Histories are what stands, vectors are solved from them, statistics are their recount, both watermarks stand at the end. */
async function expectConsistent({ log, state, users }: World): Promise<void> {
  const records = await recordsOf(log)
  const expected = standing(records)
  for (const userId of users) {
    const record = await state.read(userId)
    const ratings = expected.get(userId)
    const values = (entries: Iterable<{ itemId: string; value: number | null; occurredAt: number }>) =>
      [...entries].map(({ itemId, value, occurredAt }) => [itemId, value, occurredAt]).sort()
    expect(values(record?.history.values() ?? [])).toEqual(values(ratings?.values() ?? []))
    if (record === undefined) continue
    expect(record.generation).toBe(GENERATION.id)
    expect(record.vector).toEqual(foldIn(GENERATION, observe(record.history, GENERATION)))
  }
  const statistics = await state.statistics(PARTITION)
  expect(comparable(statistics)).toEqual(comparable(recount(expected)))
  for (const [itemId, { raters = [] }] of statistics) {
    const kept = raters.map(({ userId, occurredAt }) => [userId, occurredAt])
    expect(kept.toSorted()).toEqual(GENERATION.indexOf.has(itemId) ? [] : ratersOf(itemId, expected))
    const times = raters.map(({ occurredAt }) => occurredAt)
    expect(times).toEqual(times.toSorted((a, b) => b - a))
  }
  const last = records.at(-1)?.offset ?? -1
  expect(await state.offsets(PARTITION)).toEqual({ counted: last, applied: last })
}

function recount(users: ReadonlyMap<string, ReadonlyMap<string, RatingEvent>>): Map<string, ItemStatistics> {
  const statistics = new Map<string, ItemStatistics>()
  for (const { itemId, value, occurredAt } of [...users.values()].flatMap((ratings) => [...ratings.values()])) {
    if (value === null) continue
    const change = { userId: '', itemId, offset: 0, occurredAt, before: undefined, after: { value, occurredAt } }
    statistics.set(itemId, applyChange(statistics.get(itemId), change, STARS.positiveFrom, false))
  }
  return statistics
}

/** Users whose positive of the item stands, and its time, by user id. */
const ratersOf = (itemId: string, users: ReadonlyMap<string, ReadonlyMap<string, RatingEvent>>) =>
  [...users]
    .map(([userId, ratings]) => ({ userId, rating: ratings.get(itemId) }))
    .filter(({ rating }) => rating?.value != null && rating.value >= STARS.positiveFrom)
    .map(({ userId, rating }) => [userId, rating?.occurredAt])
    .sort()

/** Decayed counts at one and the same time, free of the rounding of their order. */
function comparable(statistics: ReadonlyMap<string, ItemStatistics>) {
  const marker = { count: 1, sum: 0, positives: 1, decayed: [0, 0, 0], decayedAt: Date.UTC(2027, 0, 1) }
  return [...statistics]
    .map(([itemId, one]) => {
      const { count, sum, positives, decayed } = mergeStatistics(one, marker)
      return [itemId, count, sum, positives, ...decayed.map((value) => value.toPrecision(6))]
    })
    .sort()
}

const deadKeys = async (log: EventLog) => (await recordsOf(log, 'ratings.dead-letter')).map(({ key }) => key)

describe('histories and vectors', () => {
  it('follow the log, through the consume loop', () =>
    inWorld(async (world) => {
      const { log, state } = world
      const [ada, bob] = world.users as [string, string]
      const tools = { logger: silent, metrics }
      const consuming = await consume(log, updaterOf(world), tools)
      await append(log, rated(ada, 'item-0', 5), rated(bob, 'item-0', 1), rated(ada, 'item-1', 4))
      await append(log, rated(ada, 'item-0', null), rated(ada, 'item-9', 5))
      await vi.waitFor(async () => expect((await state.offsets(PARTITION)).applied).toBe(4))
      await consuming.close()
      await expectConsistent(world)
      expect((await state.read(ada))?.appliedOffset).toBe(4)
      expect((await log.committed('ratings', 'foldstream-updater'))[PARTITION]).toBe(5)
    }))

  it('go on where they stood after a restart, not from the start', () =>
    inWorld(async (world) => {
      const [ada] = world.users as [string]
      await append(world.log, rated(ada, 'item-0', 5), rated(ada, 'item-1', 5))
      await updateFrom(world)
      expect(await updaterOf(world).resumeAt('ratings', PARTITION)).toBe(2)
      expect(await updaterOf(world).resumeAt('ratings', 1)).toBe(0)
    }))

  it('are solved in the generation of the moment, and stand without one', () =>
    inWorld(async (world) => {
      const [ada] = world.users as [string]
      let generation: Generation | undefined
      const updater = updaterOf(world, { generation: () => generation })
      const seen: (string | undefined)[] = []
      for (const next of [undefined, GENERATION, generationOf('another', ['item-1', 'item-2'])]) {
        generation = next
        await append(world.log, rated(ada, 'item-1', 5))
        await updateFrom(world, updater)
        const record = await world.state.read(ada)
        seen.push(record?.generation)
        expect(record?.vector).toEqual(next && foldIn(next, observe(record?.history ?? new Map(), next)))
      }
      expect(seen).toEqual([undefined, 'g', 'another'])
    }))

  it('are bounded: the oldest rating goes, and its statistics with it', () =>
    inWorld(async (world) => {
      const [ada] = world.users as [string]
      await append(world.log, ...['item-0', 'item-1', 'item-2', 'item-3'].map((itemId) => rated(ada, itemId, 5)))
      await updateFrom(world, updaterOf(world, { maxHistory: 2 }))
      expect([...((await world.state.read(ada))?.history.keys() ?? [])]).toEqual(['item-2', 'item-3'])
      expect([...(await world.state.statistics(PARTITION)).keys()]).toEqual(['item-2', 'item-3'])
    }))
})

describe('raters of an item', () => {
  const NEW_ITEM = 'item-9'
  const ratersIn = async ({ state }: World) =>
    (await state.readStatistics(PARTITION, [NEW_ITEM]))[0]?.raters?.map(({ userId, offset }) => [userId, offset])

  it('that the model does not know are kept, latest first, while their positive stands', () =>
    inWorld(async (world) => {
      const [ada, bob, eve] = world.users as [string, string, string]
      await append(world.log, rated(ada, NEW_ITEM, 5), rated(bob, NEW_ITEM, 4), rated(eve, NEW_ITEM, 2))
      await updateFrom(world)
      expect(await ratersIn(world)).toEqual([
        [bob, 1],
        [ada, 0],
      ])
      await append(world.log, rated(ada, NEW_ITEM, 4.5), rated(bob, NEW_ITEM, 1), rated(eve, NEW_ITEM, 5))
      await updateFrom(world)
      expect(await ratersIn(world)).toEqual([
        [eve, 5],
        [ada, 3],
      ])
      await append(world.log, rated(eve, NEW_ITEM, null))
      await updateFrom(world)
      expect(await ratersIn(world)).toEqual([[ada, 3]])
      await expectConsistent(world)
    }))

  it('are without somebody who was erased, or whose history is full', () =>
    inWorld(async (world) => {
      const [ada, bob, eve] = world.users as [string, string, string]
      await append(world.log, ...[ada, bob, eve].map((userId) => rated(userId, NEW_ITEM, 5)))
      await updateFrom(world)
      expect(await ratersIn(world)).toHaveLength(3)
      await append(world.log, erased(ada), rated(bob, 'item-0', 5))
      await updateFrom(world, updaterOf(world, { maxHistory: 1 }))
      expect(await ratersIn(world)).toEqual([[eve, 2]])
      await append(world.log, erased(eve))
      await updateFrom(world)
      expect(await ratersIn(world)).toBeUndefined()
    }))

  it('are dropped at the next rating once a generation knows the item, and not kept without a generation', () =>
    inWorld(async (world) => {
      const [ada, bob, eve] = world.users as [string, string, string]
      let generation: Generation | undefined
      const updater = updaterOf(world, { generation: () => generation })
      await append(world.log, rated(ada, NEW_ITEM, 5))
      await updateFrom(world, updater)
      expect(await ratersIn(world)).toBeUndefined()
      generation = GENERATION
      await append(world.log, rated(bob, NEW_ITEM, 5))
      await updateFrom(world, updater)
      expect(await ratersIn(world)).toEqual([[bob, 1]])
      generation = generationOf('knows it', [NEW_ITEM])
      await append(world.log, rated(eve, NEW_ITEM, 1))
      await updateFrom(world, updater)
      expect(await ratersIn(world)).toBeUndefined()
      expect(await world.state.readStatistics(PARTITION, [NEW_ITEM])).toMatchObject([{ count: 3, positives: 2 }])
    }))
})

describe('an erasure', () => {
  it('removes the user and what they gave to the statistics; what comes after belongs to a new user', () =>
    inWorld(async (world) => {
      const [ada, bob] = world.users as [string, string]
      const old = rated(ada, 'item-0', 5)
      await append(world.log, old, rated(bob, 'item-0', 3), rated(ada, 'item-1', 5))
      await updateFrom(world)
      await append(world.log, erased(ada))
      await updateFrom(world)
      expect(await world.state.read(ada)).toBeUndefined()
      const { last } = await readErasures(world.log)
      expect([last(ada)?.offset, last(bob)]).toEqual([3, undefined])
      await expectConsistent(world)
      await append(world.log, old)
      await updateFrom(world)
      expect([...((await world.state.read(ada))?.history.keys() ?? [])]).toEqual(['item-0'])
      await expectConsistent(world)
    }))

  it('of somebody unknown changes nothing', () =>
    inWorld(async (world) => {
      await append(world.log, erased(world.users[0] as string))
      await updateFrom(world)
      await expectConsistent(world)
    }))

  it('takes back what was counted, though a kill kept the rating from being written', () =>
    inWorld(async (world) => {
      const [ada] = world.users as [string]
      await append(world.log, rated(ada, 'item-0', 5))
      await expect(updateFrom(world, updaterOf(crashing(world, { call: 1, when: 'after' })))).rejects.toThrow('killed')
      expect((await world.state.statistics(PARTITION)).size).toBe(1)
      await append(world.log, erased(ada))
      await updateFrom(world)
      await expectConsistent(world)
    }))

  it('is not undone by a late writer that still holds what came before it', () =>
    inWorld(async (world) => {
      const [ada] = world.users as [string]
      await append(world.log, rated(ada, 'item-0', 5))
      const late = slices(await recordsOf(world.log))
      await append(world.log, erased(ada))
      await updateFrom(world)
      await updaterOf(world).effect(late)
      expect(await world.state.read(ada)).toBeUndefined()
      await expectConsistent(world)
    }))
})

describe('what cannot be applied', () => {
  it('goes to the dead letters once, with its place and the reason, and holds nothing up', () =>
    inWorld(async (world) => {
      const { log } = world
      const [ada] = world.users as [string]
      const foreign = { ...recordOf(rated('somebody else', 'item-0', 5)), key: ada }
      const tooGood = recordOf(rated(ada, 'item-0', 6))
      const bad: NewRecord[] = [broken(ada), { key: ada, value: null }, foreign, tooGood]
      await log.append('ratings', [...bad, recordOf(rated(ada, 'item-0', 5)), broken(ada)])
      await updateFrom(world)
      await updateFrom(world)
      expect(await world.state.offsets(PARTITION)).toEqual({ counted: 5, applied: 5 })
      expect([...((await world.state.read(ada))?.history.values() ?? [])]).toMatchObject([{ value: 5, offset: 4 }])
      const letters = await recordsOf(log, 'ratings.dead-letter')
      expect(letters.map(({ headers }) => headers.offset)).toEqual(['0', '1', '2', '3', '5'])
      expect(letters.map(({ headers }) => headers.error)).toEqual([
        '8 bytes are too few for an event',
        'the record has no value',
        'the key is not the user id of the event',
        'value: expected a number from 0.5 to 5',
        '8 bytes are too few for an event',
      ])
      expect(letters[0]?.value).toEqual(broken(ada).value)
      expect(letters[0]?.headers).toMatchObject({ topic: 'ratings', partition: '0' })
    }))

  it('moves the watermark all the same, and so does a retry', () =>
    inWorld(async (world) => {
      const [ada] = world.users as [string]
      const event = rated(ada, 'item-0', 5)
      await append(world.log, event)
      await updateFrom(world)
      const before = await world.state.read(ada)
      await append(world.log, event, { ...event, value: 1 })
      await world.log.append('ratings', [broken(ada)])
      await updateFrom(world)
      expect(await world.state.offsets(PARTITION)).toEqual({ counted: 3, applied: 3 })
      expect(await world.state.read(ada)).toEqual(before)
    }))
})

/** How a process is killed: at its n-th write, which is not done, done by half, or done without anybody hearing of it. */
interface Kill {
  readonly call: number
  readonly when: 'before' | 'half' | 'after'
}

/** The same stores in a process that will be killed. A killed process writes nothing more. */
function crashing({ log, state }: World, { call, when }: Kill): Pick<World, 'log' | 'state'> {
  let calls = 0
  const mortal =
    <A extends unknown[], R>(write: (...args: A) => Promise<R>, half?: (...args: A) => Promise<unknown>) =>
    async (...args: A): Promise<R> => {
      if (++calls < call) return write(...args)
      if (calls === call && when === 'after') await write(...args)
      if (calls === call && when === 'half') await half?.(...args)
      throw new Error('killed')
    }
  return {
    log: { ...log, append: mortal(log.append) },
    state: {
      ...state,
      count: mortal(state.count),
      writeMany: mortal(state.writeMany, (writes) => state.writeMany(writes.slice(0, writes.length / 2))),
      advance: mortal(state.advance),
    },
  }
}

type Draft = (users: readonly string[]) => NewRecord
const user = fc.nat(2)
const userOf = (users: readonly string[], n: number): string => users[n] as string

/** Few users, items, times and event ids, so that retries, ties, late arrivals and returning users are common. */
const arbitraryRating: fc.Arbitrary<Draft> = fc
  .record({
    user,
    itemId: fc.nat(3).map((n) => `item-${n}`),
    value: fc.option(
      fc.integer({ min: 1, max: 10 }).map((halves) => halves / 2),
      { nil: null, freq: 4 },
    ),
    occurredAt: fc.nat(5).map((day) => Date.UTC(2026, 0, 1) + day * DAY_MS),
    eventId: fc.nat(20).map(eventId),
  })
  .map(
    ({ user, itemId, value, ...rest }) =>
      (users) =>
        recordOf(rated(userOf(users, user), itemId, value, rest)),
  )
const arbitraryErasure = user.map(
  (n): Draft =>
    (users) =>
      recordOf(erased(userOf(users, n))),
)
const arbitraryBroken = user.map(
  (n): Draft =>
    (users) =>
      broken(userOf(users, n)),
)

const arbitraryRecords = (withErasures: boolean): fc.Arbitrary<Draft[]> =>
  fc.array(
    fc.oneof(
      { weight: 12, arbitrary: arbitraryRating },
      { weight: withErasures ? 2 : 0, arbitrary: arbitraryErasure },
      { weight: 1, arbitrary: arbitraryBroken },
    ),
    { minLength: 1, maxLength: 25 },
  )

const batchSize = fc.integer({ min: 1, max: 8 })
const arbitraryKill: fc.Arbitrary<Kill> = fc.record({
  call: fc.integer({ min: 1, max: 4 }),
  when: fc.constantFrom<Kill['when'][]>('before', 'half', 'after'),
})
/** A batch of so many records, so many of them delivered before, to a process that may be killed with it. */
const arbitrarySteps = fc.array(
  fc.record({ size: batchSize, again: fc.nat(4), kill: fc.option(arbitraryKill, { nil: undefined }) }),
  { maxLength: 12 },
)

describe('under random events', () => {
  it('histories, vectors and statistics equal a recount, wherever a kill falls and whatever is delivered again', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRecords(true), arbitrarySteps, async (drawn, steps) => {
        await inWorld(async (world) => {
          await world.log.append(
            'ratings',
            drawn.map((draft) => draft(world.users)),
          )
          const records = await recordsOf(world.log)
          let next = 0
          for (const { size, kill, again } of steps) {
            const process = updaterOf(kill ? crashing(world, kill) : world)
            next = Math.max(0, Math.min(next, (await process.resumeAt('ratings', PARTITION)) ?? 0) - again)
            const batch = records.slice(next, next + size)
            if (batch.length === 0) break
            await process.effect(slices(batch)).then(
              () => {
                next += size
              },
              (error: Error) => expect(error.message).toBe('killed'),
            )
          }
          next = (await updaterOf(world).resumeAt('ratings', PARTITION)) ?? 0
          if (next < records.length) await updaterOf(world).effect(slices(records.slice(next)))
          await expectConsistent(world)
          const dead = records.filter(({ value }) => value?.length === broken('').value?.length)
          expect(new Set(await deadKeys(world.log))).toEqual(
            new Set(dead.map(({ offset }) => `ratings/${PARTITION}/${offset}`)),
          )
        })
      }),
      { numRuns: 60 },
    )
  })

  it('two updaters at once come to what one comes to', async () => {
    const waits = fc.array(fc.nat(6), { minLength: 1, maxLength: 40 })
    const sizes = fc.array(batchSize, { minLength: 1, maxLength: 8 })
    const racer = fc.record({ waits, sizes })
    await fc.assert(
      fc.asyncProperty(arbitraryRecords(false), racer, racer, async (drawn, ...racers) => {
        await inWorld(async (world) => {
          await world.log.append(
            'ratings',
            drawn.map((draft) => draft(world.users)),
          )
          const records = await recordsOf(world.log)
          await Promise.all(
            racers.map(async ({ waits, sizes }) => {
              const updater = updaterOf({ log: world.log, state: dawdling(world.state, waits) })
              for (let next = 0, n = 0; next < records.length; n++) {
                const size = sizes[n % sizes.length] as number
                await updater.effect(slices(records.slice(next, next + size)))
                next += size
              }
            }),
          )
          await expectConsistent(world)
        })
      }),
      { numRuns: 40 },
    )
  })
})

/** Lets so many turns of the event loop pass before each call, by turns. */
function dawdling(state: UserState, waits: readonly number[]): UserState {
  let calls = 0
  const slow =
    <A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      for (let left = waits[calls++ % waits.length] as number; left > 0; left--) await turn()
      return call(...args)
    }
  const { offsets, readMany, readStatistics, count, writeMany, advance } = state
  return {
    ...state,
    offsets: slow(offsets),
    readMany: slow(readMany),
    readStatistics: slow(readStatistics),
    count: slow(count),
    writeMany: slow(writeMany),
    advance: slow(advance),
  }
}

describe('a state that lost what it had acknowledged', () => {
  it('is noticed at the next batch, and read again from where it stands', () =>
    inWorld(async (world) => {
      const [ada] = world.users as [string]
      const empty = await openEmbeddedUserState(await newFolder())
      let current = world.state
      const state = new Proxy(world.state, { get: (_, name) => Reflect.get(current, name) })
      const updater = updaterOf({ log: world.log, state })
      await append(world.log, rated(ada, 'item-0', 5))
      await updateFrom(world, updater)
      await append(world.log, rated(ada, 'item-1', 5))
      const [, second] = await recordsOf(world.log)
      current = empty
      await expect(updater.effect(slices([second as LogRecord]))).rejects.toThrow(RewindError)
      updater.revoked('ratings', PARTITION)
      expect(await updater.resumeAt('ratings', PARTITION)).toBe(0)
      await updateFrom(world, updater)
      await expectConsistent({ ...world, state: empty })
      await empty.close()
    }))

  it('is noticed by the watermark alone: it is what a batch writes last', () =>
    inWorld(async (world) => {
      const [ada] = world.users as [string]
      let lost = 0
      const state: UserState = {
        ...world.state,
        async offsets(partition) {
          const { counted, applied } = await world.state.offsets(partition)
          return { counted, applied: applied - lost }
        },
      }
      const updater = updaterOf({ log: world.log, state })
      await append(world.log, rated(ada, 'item-0', 5))
      await updateFrom(world, updater)
      lost = 1
      await append(world.log, rated(ada, 'item-1', 5))
      await expect(updateFrom(world, updater)).rejects.toThrow('went back from offset 0 to -1')
    }))
})

it('measures how soon live ratings are in the user state, not those that come from a file', () =>
  inWorld(async ({ log, state, users: [ann = ''] }) => {
    const own = createMetrics()
    const updater = { log, state, generation: () => GENERATION, maxHistory: PLENTY, logger: silent, metrics: own }
    const consuming = await consume(log, foldInUpdater(updater), { logger: silent, metrics: own })
    const measured = async () => totalOf(await cumulativeOf(own.freshnessSeconds))
    const applied = (offset: number) =>
      vi.waitFor(async () => expect((await state.offsets(PARTITION)).applied).toBe(offset))
    await append(log, rated(ann, 'item-0', 5))
    await applied(0)
    await append(log, rated(ann, 'item-1', 5, { occurredAt: Date.now() }))
    await applied(1)
    await consuming.close()
    expect(await measured()).toBe(1)
  }))
