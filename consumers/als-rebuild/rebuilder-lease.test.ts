import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { generationOf } from '../../infra/model-store/generation.fixture.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import { requestRebuild } from '../../infra/model-store/rebuild-request.ts'
import { ended, inWorld, LOOK_MS, type Report, SEVERAL_LOOKS_MS, someRatings } from './rebuilder.fixture.ts'

// Together: most of their time is waiting.
describe.concurrent('a rebuild runs', () => {
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

  it('once, however many rebuilders there are', () =>
    inWorld(async (world) => {
      await someRatings(world)
      for (const holder of ['one', 'two', 'three']) world.start({ holder })
      await ended(world, 'published')
      await sleep(SEVERAL_LOOKS_MS)
      expect(world.rebuilds).toHaveLength(1)
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
})
