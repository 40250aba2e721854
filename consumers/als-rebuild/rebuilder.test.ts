import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { readErasures } from '../../infra/event-log/erasures.ts'
import { silent } from '../../infra/logging.ts'
import { createMetrics } from '../../infra/metrics.ts'
import { generationOf } from '../../infra/model-store/generation.fixture.ts'
import { followRebuild, requestRebuild } from '../../infra/model-store/rebuild-request.ts'
import { openEmbeddedRatingStore } from '../../infra/rating-store/clickhouse.ts'
import { generateRatings } from '../../models/evaluation/ratings.fixture.ts'
import { clickhouseSink } from '../clickhouse-sink.ts'
import { consume } from '../consume.ts'
import { append, newFolder, rated } from '../events.fixture.ts'
import { rebuildOnce } from './rebuild.ts'
import { ended, inWorld, SEVERAL_LOOKS_MS, someRatings } from './rebuilder.fixture.ts'

// Together, the longest first: most of their time is waiting.
describe.concurrent('a rebuild runs', () => {
  it('again where it found nothing to train on only when more ratings came', () =>
    inWorld(async (world) => {
      await someRatings(world)
      let calls = 0
      world.start({
        async rebuild() {
          calls++
          return { skipped: 'no rating of 4 or more' }
        },
      })
      await ended(world, 'skipped')
      expect(await world.models.rebuild()).toMatchObject({ progress: 'no rating of 4 or more' })
      await sleep(2 * SEVERAL_LOOKS_MS)
      expect(calls).toBe(1)
      await someRatings(world)
      await vi.waitFor(() => expect(calls).toBe(2))
    }))

  it('with ratings that go the whole way from the log', () =>
    inWorld(async (world) => {
      const ratings = await openEmbeddedRatingStore(await newFolder())
      const metrics = createMetrics()
      const sink = { ...clickhouseSink(world.log, ratings, { logger: silent, metrics }), maxAgeMs: 5 }
      const consuming = await consume(world.log, sink, { logger: silent, metrics })
      const { partitions } = world.log.identity
      const hyperParameters = { ...generationOf('any').hyperParameters, factors: 4, epochs: 2 }
      const role = {
        ratings,
        models: world.models,
        erasures: () => readErasures(world.log),
        partitions,
        hyperParameters,
        maxHistory: 100,
        threads: 1,
        tolerance: undefined,
        search: [],
        logger: silent,
        metrics,
      }
      const rebuilder = world.start({ ratings, rebuild: (report, signal) => rebuildOnce(role, report, signal) })
      const { users, items, values } = generateRatings(30, 20, 300, 1)
      await append(world.log, ...users.map((user, i) => rated(user, items[i] as string, values[i] as number)))
      await ended(world, 'published')
      const { active } = await world.models.pointer()
      expect(await world.models.load(active as string)).toMatchObject({
        ratings: users.length,
        watermark: await world.log.ends('ratings'),
      })
      await rebuilder.close()
      await consuming.close()
      await ratings.close()
    }))

  it('at once when there are ratings but no model, and then no more', () =>
    inWorld(async (world) => {
      world.start()
      await someRatings(world)
      await ended(world, 'published')
      expect(await world.models.rebuild()).toMatchObject({ reason: 'first-model', progress: 'done', generation: 'g1' })
      await someRatings(world)
      await sleep(SEVERAL_LOOKS_MS)
      expect(world.rebuilds).toHaveLength(1)
    }))

  it('on demand, when ClickHouse has what stood on the log', () =>
    inWorld(async (world) => {
      await someRatings(world)
      const caughtUp = world.sunk
      world.sunk = async () => (await caughtUp()).map((end) => Math.max(0, end - 1))
      world.start({ onHold: () => true })
      await requestRebuild(world.models, 'demand')
      await vi.waitFor(async () =>
        expect((await world.models.rebuild())?.progress).toMatch(/^waiting for ClickHouse, 1 event behind/),
      )
      expect(world.rebuilds).toEqual([])
      world.sunk = caughtUp
      expect(await followRebuild(world.models, () => {})).toMatchObject({
        status: 'published',
        reason: 'demand',
        generation: 'g1',
      })
    }))

  it('on schedule, when something is new', () =>
    inWorld(async (world) => {
      await someRatings(world)
      world.start({ intervalMs: 10 })
      await ended(world, 'published')
      await sleep(SEVERAL_LOOKS_MS)
      expect(world.rebuilds).toHaveLength(1)
      await someRatings(world)
      await vi.waitFor(() => expect(world.rebuilds).toHaveLength(2))
      await ended(world, 'published')
      expect(await world.models.rebuild()).toMatchObject({ reason: 'schedule', generation: 'g2' })
    }))

  it('not before its time', () =>
    inWorld(async (world) => {
      await world.models.publish(generationOf('fresh', { createdAt: Date.now() }))
      await someRatings(world)
      world.start({ intervalMs: 3_600_000 })
      world.start({ holder: 'two', intervalMs: undefined })
      await sleep(SEVERAL_LOOKS_MS)
      expect(world.rebuilds).toEqual([])
    }))

  it('at once where the newest model was made with other settings, and once only', () =>
    inWorld(async (world) => {
      await world.models.publish(generationOf('old', { createdAt: Date.now() }))
      await someRatings(world)
      const isOutdated = ({ id }: { readonly id: string }): boolean => id === 'old'
      const never = world.start({ intervalMs: undefined, isOutdated })
      await sleep(SEVERAL_LOOKS_MS)
      expect(world.rebuilds).toEqual([])
      await never.close()
      world.start({ intervalMs: 3_600_000, isOutdated })
      await vi.waitFor(() => expect(world.rebuilds).toHaveLength(1))
      await ended(world, 'published')
      await sleep(SEVERAL_LOOKS_MS)
      expect(world.rebuilds).toHaveLength(1)
    }))

  it('not by itself while a dataset is being loaded', () =>
    inWorld(async (world) => {
      await someRatings(world)
      let isLoading = true
      world.start({ onHold: () => isLoading })
      await sleep(SEVERAL_LOOKS_MS)
      expect(world.rebuilds).toEqual([])
      isLoading = false
      await ended(world, 'published')
    }))

  it('and is no trouble, after one that there was in looking for work', () =>
    inWorld(async (world) => {
      await someRatings(world)
      const { promise: isOver, resolve: end } = Promise.withResolvers<void>()
      let isGone = true
      const models = {
        ...world.models,
        async lease(holder: string, ttlMs: number) {
          if (isGone) throw new Error('the store is gone')
          return world.models.lease(holder, ttlMs)
        },
      }
      const began = Date.now()
      const rebuilder = world.start({
        models,
        async rebuild() {
          await isOver
          return { skipped: 'there was enough to do' }
        },
      })
      await vi.waitFor(() => expect(rebuilder.trouble()?.message).toBe('the store is gone'))
      const { since } = rebuilder.trouble() as { since: number }
      expect(since).toBeGreaterThanOrEqual(began)
      await sleep(SEVERAL_LOOKS_MS)
      expect(rebuilder.trouble()?.since).toBe(since)
      await requestRebuild(world.models, 'demand')
      isGone = false
      await vi.waitFor(async () => expect(await world.models.rebuild()).toMatchObject({ status: 'running' }))
      expect(rebuilder.trouble()).toBeUndefined()
      end()
      await ended(world, 'skipped')
    }))
})
