import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { generationOf } from '../../infra/model-store/generation.fixture.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import { followRebuild, requestRebuild } from '../../infra/model-store/rebuild-request.ts'
import { ended, inWorld, type Report, type Role, SEVERAL_LOOKS_MS, someRatings } from './rebuilder.fixture.ts'

// Together: most of their time is waiting.
describe.concurrent('a rebuild runs', () => {
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
})
