import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UnknownGenerationError } from '../errors.ts'
import { generationOf, TUNING, WORSE } from './generation.fixture.ts'
import type { ModelStore, Pointer, RebuildRecord } from './port.ts'
import { pruneGenerations } from './prune.ts'

/** @param place makes a new, empty place; each call of what it gives opens that place again, as another process would */
export function modelStoreContract(place: () => Promise<() => Promise<ModelStore>>) {
  describe('model store', () => {
    let open: () => Promise<ModelStore>
    let store: ModelStore
    const opened: ModelStore[] = []

    async function openAnother(): Promise<ModelStore> {
      const another = await open()
      opened.push(another)
      return another
    }

    beforeEach(async () => {
      open = await place()
      store = await openAnother()
    })
    afterEach(async () => {
      for (const one of opened.splice(0)) await one.close()
    })

    it('is empty at first', async () => {
      expect(await store.list()).toEqual([])
      expect(await store.pointer()).toEqual({ active: undefined, pinned: false })
      expect(await store.rebuild()).toBeUndefined()
      expect(await store.tuning()).toBeUndefined()
      await expect(store.load('g1')).rejects.toThrow(UnknownGenerationError)
      await store.ping()
    })

    it('gives a published generation back, to another process too, also one of several chunks', async () => {
      const generation = { ...generationOf('g1', { items: 2_000, factors: 300 }), tuning: TUNING, comparison: WORSE }
      const info = await store.publish(generation)
      const { users, watermark, tuning, comparison } = generation
      expect(info).toMatchObject({ id: 'g1', items: 2_000, users, watermark, tuning, comparison })
      expect(info.bytes).toBeGreaterThan(2 * 2 ** 20)
      const another = await openAnother()
      expect(await another.load('g1')).toEqual(generation)
      expect(await another.list()).toEqual([info])
    })

    it('lists the newest first', async () => {
      for (const createdAt of [2, 3, 1]) await store.publish(generationOf(`g${createdAt}`, { createdAt }))
      expect((await store.list()).map(({ id }) => id)).toEqual(['g3', 'g2', 'g1'])
    })

    it('lists nothing that is still being published', async () => {
      const publishing = store.publish(generationOf('big', { items: 3_000, factors: 300 }))
      const another = await openAnother()
      for (let done = false; !done; ) {
        done = await Promise.race([publishing.then(() => true), sleep(1, false)])
        for (const { id } of await another.list()) expect((await another.load(id)).id).toBe('big')
      }
      expect(await another.list()).toHaveLength(1)
    })

    it('removes a generation, and takes no notice of one that is not there', async () => {
      await store.publish(generationOf('g1'))
      await store.remove('g1')
      await store.remove('g1')
      expect(await store.list()).toEqual([])
      await expect(store.load('g1')).rejects.toThrow(UnknownGenerationError)
    })

    it('moves the pointer only to a generation that is there', async () => {
      await store.publish(generationOf('g1'))
      await store.activate('g1', false)
      for (const id of ['g2', '../g1', '', 'pointer']) {
        await expect(store.activate(id, false)).rejects.toThrow(UnknownGenerationError)
      }
      expect(await (await openAnother()).pointer()).toEqual({ active: 'g1', pinned: false })
    })

    it('notes which generations were live, and since when', async () => {
      const before = Date.now()
      for (const id of ['g1', 'g2']) await store.publish(generationOf(id))
      expect(await store.activations()).toEqual([])
      await store.activate('g1', false)
      await store.activate('g2', false)
      await store.activate('g1', true)
      await store.remove('g2')
      const noted = await (await openAnother()).activations()
      expect(noted.map(({ id }) => id)).toEqual(['g1', 'g2', 'g1'])
      const times = noted.map(({ at }) => at)
      expect(times).toEqual(times.toSorted((x, y) => x - y))
      expect(times.every((at) => at >= before && at <= Date.now())).toBe(true)
    })

    it('pins and unpins the active generation', async () => {
      await store.publish(generationOf('g1'))
      await store.activate('g1', true)
      expect(await store.pointer()).toEqual({ active: 'g1', pinned: true })
      await store.unpin()
      expect(await store.pointer()).toEqual({ active: 'g1', pinned: false })
    })

    it('unpins where nothing is active', async () => {
      await store.unpin()
      expect(await store.pointer()).toEqual({ active: undefined, pinned: false })
    })

    it('tells watchers of the pointer as it stands and of every place it comes to rest, until they stop', async () => {
      const another = await openAnother()
      const seen: Pointer[] = []
      const stop = another.watch((pointer) => seen.push(pointer))
      await vi.waitFor(() => expect(seen).toEqual([{ active: undefined, pinned: false }]))
      await store.publish(generationOf('g1'))
      await store.activate('g1', false)
      await vi.waitFor(() => expect(seen.slice(1)).toEqual([{ active: 'g1', pinned: false }]))
      await store.activate('g1', true)
      await vi.waitFor(() => expect(seen.slice(2)).toEqual([{ active: 'g1', pinned: true }]))
      stop()
      await store.unpin()
      await sleep(600)
      expect(seen).toHaveLength(3)
    })

    it('keeps the newest rebuild record', async () => {
      const record: RebuildRecord = {
        id: randomUUID(),
        requestedAt: 1,
        reason: 'demand',
        status: 'requested',
        progress: '',
        generation: undefined,
        updatedAt: 1,
      }
      await store.writeRebuild(record)
      const done: RebuildRecord = { ...record, status: 'published', generation: 'g1', updatedAt: 2 }
      const another = await openAnother()
      expect(await another.rebuild()).toEqual(record)
      await store.writeRebuild(done)
      expect(await another.rebuild()).toEqual(done)
    })

    it('keeps the newest search for hyper-parameters', async () => {
      const { hyperParameters } = generationOf('g1')
      const another = await openAnother()
      for (const ratings of [100, 120]) {
        const record = { tuning: TUNING, hyperParameters, ratings }
        await store.writeTuning(record)
        expect(await another.tuning()).toEqual(record)
      }
    })

    it('gives the lease to one holder at a time', async () => {
      const another = await openAnother()
      expect(await store.lease('a', 60_000)).toBe(true)
      expect(await another.lease('b', 60_000)).toBe(false)
      expect(await store.lease('a', 60_000)).toBe(true)
      await another.release('b')
      expect(await another.lease('b', 60_000)).toBe(false)
      await store.release('a')
      expect(await another.lease('b', 60_000)).toBe(true)
      expect(await store.lease('a', 60_000)).toBe(false)
    })

    it('gives a lease that ran out to the next one, and not back', async () => {
      const another = await openAnother()
      expect(await store.lease('a', 50)).toBe(true)
      await sleep(80)
      expect(await another.lease('b', 60_000)).toBe(true)
      expect(await store.lease('a', 60_000)).toBe(false)
    })

    it('keeps a lease that is renewed', async () => {
      const another = await openAnother()
      for (let renewal = 0; renewal < 5; renewal++) {
        expect(await store.lease('a', 1_000)).toBe(true)
        await sleep(300)
        expect(await another.lease('b', 1_000)).toBe(false)
      }
    })

    it('gives the lease to one of many that take it at the same time', async () => {
      const stores = await Promise.all(Array.from({ length: 8 }, openAnother))
      for (let round = 0; round < 10; round++) {
        const won = await Promise.all(stores.map((one, i) => one.lease(`holder ${i}`, 60_000)))
        expect(won.filter(Boolean)).toHaveLength(1)
        await store.release(`holder ${won.indexOf(true)}`)
      }
    })

    it('keeps the newest generations and the active one when it is pruned', async () => {
      for (let createdAt = 1; createdAt <= 8; createdAt++) {
        await store.publish(generationOf(`g${createdAt}`, { createdAt }))
      }
      await store.activate('g2', true)
      await pruneGenerations(store)
      expect((await store.list()).map(({ id }) => id)).toEqual(['g8', 'g7', 'g6', 'g5', 'g4', 'g2'])
    })

    it('lets none that was held back push out what can be rolled back to when it is pruned, nor stay longer', async () => {
      const heldBack = [1, 3, 5, 6, 7, 8, 9, 10]
      for (let createdAt = 1; createdAt <= 12; createdAt++) {
        const comparison = heldBack.includes(createdAt) ? WORSE : undefined
        await store.publish({ ...generationOf(`g${createdAt}`, { createdAt }), comparison })
      }
      await store.activate('g2', false)
      const kept = async () => (await store.list()).map(({ id }) => Number(id.slice(1)))
      await pruneGenerations(store)
      expect(await kept()).toEqual([12, 11, 10, 9, 8, 7, 6, 4, 2])
      await store.activate('g12', false)
      await pruneGenerations(store, 2)
      expect(await kept()).toEqual([12, 11])
    })
  })
}
