import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { generationOf } from '../../infra/model-store/generation.fixture.ts'
import { followRebuild, requestRebuild } from '../../infra/model-store/rebuild-request.ts'
import {
  ended,
  inWorld,
  type Report,
  type Role,
  SEVERAL_LOOKS_MS,
  someRatings,
  type World,
} from './rebuilder.fixture.ts'

// Together: most of their time is waiting.
describe.concurrent('between rebuilds hyper-parameters are searched for', () => {
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
