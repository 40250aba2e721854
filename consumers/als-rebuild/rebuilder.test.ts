import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { openEmbeddedLog } from '../../infra/event-log/embedded.ts'
import { readErasures } from '../../infra/event-log/erasures.ts'
import type { EventLog } from '../../infra/event-log/port.ts'
import { silent } from '../../infra/logging.ts'
import { createMetrics } from '../../infra/metrics.ts'
import { openFolderModelStore } from '../../infra/model-store/folder.ts'
import { generationOf } from '../../infra/model-store/generation.fixture.ts'
import type { ModelStore, RebuildRecord } from '../../infra/model-store/port.ts'
import { followRebuild, requestRebuild } from '../../infra/model-store/rebuild-request.ts'
import { openEmbeddedRatingStore } from '../../infra/rating-store/clickhouse.ts'
import { generateRatings } from '../../models/evaluation/ratings.fixture.ts'
import { clickhouseSink } from '../clickhouse-sink.ts'
import { consume } from '../consume.ts'
import { append, newFolder, rated, removeFolders, STARS } from '../events.fixture.ts'
import { rebuildOnce } from './rebuild.ts'
import { startRebuilder } from './rebuilder.ts'

/** Long enough for several looks, where nothing is to happen. */
const SEVERAL_LOOKS_MS = 1_600
const LOOK_MS = 200

type Role = Parameters<typeof startRebuilder>[0]
type Report = Parameters<Role['rebuild']>[0]

interface World {
  readonly log: EventLog
  readonly models: ModelStore
  /** What the rebuilds were called with; each publishes a generation of what is sunk. */
  readonly rebuilds: { readonly holder: string; readonly at: number }[]
  /** Says how far ClickHouse is: as far as the log, unless told otherwise. */
  sunk: () => Promise<number[]>
  start(change?: Partial<Role>): ReturnType<typeof startRebuilder>
}

/** A log and a model store of its own for each test, and a rebuild that takes no time. */
async function inWorld(test: (world: World) => Promise<void>): Promise<void> {
  const folder = await newFolder()
  const log = await openEmbeddedLog(`${folder}/log`, STARS)
  const models = await openFolderModelStore(`${folder}/models`)
  const rebuilders: { close(): Promise<void> }[] = []
  const world: World = {
    log,
    models,
    rebuilds: [],
    sunk: () => log.ends('ratings'),
    start(change = {}) {
      const holder = change.holder ?? 'one'
      const role: Role = {
        log,
        ratings: { watermark: () => world.sunk() },
        models,
        async rebuild() {
          world.rebuilds.push({ holder, at: Date.now() })
          const id = `g${world.rebuilds.length}`
          await models.publish({ ...generationOf(id, { createdAt: Date.now() }), watermark: await world.sunk() })
          await models.activate(id, false)
          return { generation: id }
        },
        intervalMs: undefined,
        holder,
        onHold: () => false,
        logger: silent,
        ...change,
      }
      const rebuilder = startRebuilder(role)
      rebuilders.push(rebuilder)
      return rebuilder
    },
  }
  try {
    await test(world)
  } finally {
    for (const rebuilder of rebuilders) await rebuilder.close()
    await models.close()
    await log.close()
  }
}

const someRatings = ({ log }: World) => append(log, rated('user', 'item-0', 5), rated('user', 'item-1', 5))
const ended = ({ models }: World, status: RebuildRecord['status']) =>
  vi.waitFor(async () => expect(await models.rebuild()).toMatchObject({ status }))

afterAll(removeFolders)

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

  it('with whoever holds the lease; the others stand by until it is free', () =>
    inWorld(async (world) => {
      const { models } = world
      await models.lease('another process', 60_000)
      await someRatings(world)
      world.start()
      await requestRebuild(models, 'demand')
      await sleep(SEVERAL_LOOKS_MS)
      expect(await models.rebuild()).toMatchObject({ status: 'requested' })
      await models.release('another process')
      await ended(world, 'published')
      expect(world.rebuilds).toEqual([expect.objectContaining({ holder: 'one' })])
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

  it('once, however many rebuilders there are', () =>
    inWorld(async (world) => {
      await someRatings(world)
      for (const holder of ['one', 'two', 'three']) world.start({ holder })
      await ended(world, 'published')
      await sleep(SEVERAL_LOOKS_MS)
      expect(world.rebuilds).toHaveLength(1)
    }))

  it('once more when somebody asks while it runs, and whoever follows hears of the second', () =>
    inWorld(async (world) => {
      await world.models.publish(generationOf('live'))
      const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
      let calls = 0
      world.start({
        async rebuild(report: Report) {
          const gate = gates[calls++]
          report(`call ${calls}`)
          await gate?.promise
          return { generation: `g${calls}` }
        },
      })
      await requestRebuild(world.models, 'demand')
      await vi.waitFor(async () => expect((await world.models.rebuild())?.progress).toBe('call 1'))
      await requestRebuild(world.models, 'demand')
      const last = followRebuild(world.models, () => {})
      for (const gate of gates) gate.resolve()
      expect(await last).toMatchObject({ status: 'published', generation: 'g2' })
      await sleep(SEVERAL_LOOKS_MS)
      expect(calls).toBe(2)
    }))

  it('to a model that is held back, and says so; forced for whoever asks so, also while another one runs', () =>
    inWorld(async (world) => {
      await world.models.publish(generationOf('live'))
      const gate = Promise.withResolvers<void>()
      const forced: boolean[] = []
      world.start({
        async rebuild(_report, _signal, force) {
          forced.push(force)
          if (forced.length === 1) await gate.promise
          const generation = `g${forced.length}`
          return force ? { generation } : { generation, isHeldBack: true, remark: 'held back: worse' }
        },
      })
      await requestRebuild(world.models, 'demand')
      await vi.waitFor(() => expect(forced).toEqual([false]))
      await requestRebuild(world.models, 'demand', { force: true })
      await requestRebuild(world.models, 'demand')
      gate.resolve()
      expect(await followRebuild(world.models, () => {})).toMatchObject({ status: 'published', generation: 'g2' })
      await requestRebuild(world.models, 'demand')
      const heldBack = { status: 'held-back', generation: 'g3', progress: 'held back: worse' }
      expect(await followRebuild(world.models, () => {})).toMatchObject(heldBack)
      expect(forced).toEqual([false, true, false])
    }))

  it('forced where somebody asks so before it begins, and stays so when it is taken over', () =>
    inWorld(async (world) => {
      const { models } = world
      const { id } = await requestRebuild(models, 'demand')
      expect(await requestRebuild(models, 'demand', { force: true })).toMatchObject({ id, force: true })
      expect(await requestRebuild(models, 'demand')).toMatchObject({ id, force: true })
      const forced: boolean[] = []
      const role: Partial<Role> = {
        async rebuild(report, signal, force) {
          forced.push(force)
          report('epoch 1/16')
          if (forced.length === 1) await sleep(60_000, undefined, { signal })
          return { generation: 'g1' }
        },
      }
      const first = world.start(role)
      await vi.waitFor(() => expect(forced).toHaveLength(1))
      await first.close()
      world.start({ ...role, holder: 'two' })
      await ended(world, 'published')
      expect(forced).toEqual([true, true])
    }))

  it('to its end only with the lease: who finds that another one has taken over leaves it to that one', () =>
    inWorld(async (world) => {
      await world.models.publish(generationOf('live'))
      // A process that stood still: its lease ran out, and another one took it.
      let isTaken = false
      const models: ModelStore = {
        ...world.models,
        lease: (holder, ttlMs) => (isTaken ? Promise.resolve(false) : world.models.lease(holder, ttlMs)),
      }
      const aborted = Promise.withResolvers<unknown>()
      world.start({
        models,
        rebuild: (report, signal) =>
          new Promise((_, reject) => {
            report('epoch 1/16')
            signal.addEventListener('abort', () => {
              aborted.resolve(signal.reason)
              reject(signal.reason)
            })
          }),
      })
      const { id } = await requestRebuild(models, 'demand')
      await vi.waitFor(async () => expect((await models.rebuild())?.progress).toBe('epoch 1/16'))
      isTaken = true
      expect(await aborted.promise).toMatchObject({ message: 'another rebuilder has the lease' })
      await sleep(2 * LOOK_MS)
      expect(await models.rebuild()).toMatchObject({ id, status: 'running', progress: 'epoch 1/16' })
    }))

  it('again by the next one, when it was stopped on the way', () =>
    inWorld(async (world) => {
      await someRatings(world)
      const stopped = world.start({
        async rebuild(report: Report, signal: AbortSignal) {
          report('epoch 1/16')
          await sleep(60_000, undefined, { signal })
          throw new Error('was not stopped')
        },
      })
      const { id } = await requestRebuild(world.models, 'demand')
      await vi.waitFor(async () => expect((await world.models.rebuild())?.progress).toBe('epoch 1/16'))
      await stopped.close()
      expect(await world.models.rebuild()).toMatchObject({ id, status: 'running' })
      world.start({ holder: 'two' })
      await ended(world, 'published')
      expect(await world.models.rebuild()).toMatchObject({ id })
    }))

  it('again after a failure only when somebody asks, and the live generation goes on', () =>
    inWorld(async (world) => {
      await world.models.publish(generationOf('live'))
      await world.models.activate('live', false)
      await someRatings(world)
      let failures = 0
      world.start({
        intervalMs: 10,
        async rebuild() {
          failures++
          throw new Error('out of luck')
        },
      })
      await ended(world, 'failed')
      expect(await world.models.rebuild()).toMatchObject({ reason: 'schedule', progress: 'out of luck' })
      expect((await world.models.pointer()).active).toBe('live')
      await sleep(SEVERAL_LOOKS_MS)
      expect(failures).toBe(1)
      await requestRebuild(world.models, 'demand')
      expect(await followRebuild(world.models, () => {})).toMatchObject({ status: 'failed' })
      expect(failures).toBe(2)
    }))

  it('and its last word stands, however slowly the words before were written', () =>
    inWorld(async (world) => {
      const writes: string[] = []
      const models: ModelStore = {
        ...world.models,
        async writeRebuild(record) {
          if (record.progress === 'epoch 3') await sleep(100)
          await world.models.writeRebuild(record)
          writes.push(record.progress)
        },
      }
      await someRatings(world)
      world.start({
        models,
        async rebuild(report: Report) {
          report('epoch 3')
          return { skipped: 'nothing to train on' }
        },
      })
      await ended(world, 'skipped')
      // The store has it a moment before the one who wrote it hears so.
      await vi.waitFor(() => expect(writes.slice(-2)).toEqual(['epoch 3', 'nothing to train on']))
    }))

  describe('and between rebuilds hyper-parameters are searched for', () => {
    /** A search that goes on until it is cut off, or let go. */
    function endlessSearch() {
      const done = Promise.withResolvers<void>()
      const search = {
        runs: 0,
        isDue: async () => search.runs === 0,
        async run(report: Report, signal: AbortSignal, cut: AbortSignal) {
          search.runs++
          report(`search 1 of call ${search.runs}`)
          const either = AbortSignal.any([signal, cut])
          await Promise.race([done.promise, sleep(60_000, undefined, { signal: either }).catch(() => {})])
          signal.throwIfAborted()
          return cut.aborted ? { skipped: 'broken off' } : { generation: 'better' }
        },
      }
      return { search, done: done.resolve }
    }
    const searching = ({ models }: World, call = 1) =>
      vi.waitFor(async () =>
        expect(await models.rebuild()).toMatchObject({
          reason: 'tuning',
          status: 'running',
          progress: `search 1 of call ${call}`,
        }),
      )

    it('after the first model, which does not wait for it, and then when it is due again', () =>
      inWorld(async (world) => {
        const { search, done } = endlessSearch()
        world.start({ search })
        await someRatings(world)
        await searching(world)
        expect((await world.models.pointer()).active).toBe('g1')
        done()
        await ended(world, 'published')
        expect(await world.models.rebuild()).toMatchObject({ reason: 'tuning', generation: 'better' })
        await sleep(SEVERAL_LOOKS_MS)
        expect(search.runs).toBe(1)
        expect(world.rebuilds).toHaveLength(1)
      }))

    it('and asked with the newest model when a search is due', () =>
      inWorld(async (world) => {
        const asked: string[] = []
        await world.models.publish(generationOf('older', { createdAt: 1 }))
        await world.models.publish(generationOf('newest', { createdAt: 2 }))
        const isDue: NonNullable<Role['search']>['isDue'] = async ({ id }) => {
          asked.push(id)
          return false
        }
        world.start({ search: { isDue, run: () => expect.unreachable() } })
        await vi.waitFor(() => expect(asked).toContain('newest'))
        expect(asked).not.toContain('older')
      }))

    it('and give way to a rebuild that somebody asks for, who hears of that one', () =>
      inWorld(async (world) => {
        await world.models.publish(generationOf('live', { createdAt: Date.now() }))
        world.start({ search: endlessSearch().search })
        await searching(world)
        const asked = Date.now()
        await requestRebuild(world.models, 'demand')
        const heard = await followRebuild(world.models, () => {})
        expect(heard).toMatchObject({ reason: 'demand', status: 'published', generation: 'g1' })
        expect(world.rebuilds[0]?.at).toBeLessThan(asked + 10_000)
      }))

    it('and give way to a rebuild that is due', () =>
      inWorld(async (world) => {
        await world.models.publish(generationOf('live', { createdAt: Date.now() }))
        world.start({ search: endlessSearch().search, intervalMs: 1_500 })
        await searching(world)
        await someRatings(world)
        await vi.waitFor(() => expect(world.rebuilds).toHaveLength(1))
        await ended(world, 'published')
        expect(await world.models.rebuild()).toMatchObject({ reason: 'schedule' })
      }))

    it('and taken up again by the next rebuilder when one was stopped on the way', () =>
      inWorld(async (world) => {
        await world.models.publish(generationOf('live'))
        const { search, done } = endlessSearch()
        const first = world.start({ search })
        await searching(world)
        await first.close()
        expect(await world.models.rebuild()).toMatchObject({ reason: 'tuning', status: 'running' })
        world.start({ search, holder: 'two' })
        await searching(world, 2)
        done()
        await ended(world, 'published')
      }))

    it('and not taken up by one that does not search', () =>
      inWorld(async (world) => {
        await world.models.publish(generationOf('live'))
        await requestRebuild(world.models, 'tuning')
        world.start()
        await ended(world, 'skipped')
        expect(world.rebuilds).toEqual([])
      }))

    it('and not again after a failure until there is another model', () =>
      inWorld(async (world) => {
        await world.models.publish(generationOf('live'))
        let failures = 0
        const search: Role['search'] = {
          isDue: async () => true,
          async run() {
            failures++
            throw new Error('out of luck')
          },
        }
        world.start({ search })
        await ended(world, 'failed')
        expect(await world.models.rebuild()).toMatchObject({ reason: 'tuning', progress: 'out of luck' })
        await sleep(SEVERAL_LOOKS_MS)
        expect(failures).toBe(1)
        await requestRebuild(world.models, 'demand')
        await vi.waitFor(() => expect(failures).toBe(2))
        expect(world.rebuilds).toHaveLength(1)
      }))
  })
})
