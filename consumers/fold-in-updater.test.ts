import { describe, expect, it, vi } from 'vitest'
import type { NewRecord } from '../infra/event-log/port.ts'
import { cumulativeOf, totalOf } from '../infra/histogram.ts'
import { silent } from '../infra/logging.ts'
import { createMetrics } from '../infra/metrics.ts'
import { foldIn } from '../models/als/fold-in.ts'
import { observe } from '../models/als/observations.ts'
import type { Generation } from '../models/als/types.ts'
import { consume } from './consume.ts'
import { append, broken, generationOf, rated, recordOf } from './events.fixture.ts'
import { expectConsistent } from './fold-in-updater/recount.fixture.ts'
import {
  GENERATION,
  inWorld,
  PARTITION,
  PLENTY,
  recordsOf,
  updateFrom,
  updaterOf,
} from './fold-in-updater/world.fixture.ts'
import { foldInUpdater } from './fold-in-updater.ts'

const metrics = createMetrics()

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
