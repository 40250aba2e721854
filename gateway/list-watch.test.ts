import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { StateChange } from '../infra/user-state/port.ts'
import type { Version } from './answer-cache.ts'
import { createListWatch, type ListWatch } from './list-watch.ts'

const listeners = new Set<(change: StateChange) => void>()
const state = {
  changes(listener: (change: StateChange) => void) {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
}
const announce = (change: StateChange) => {
  for (const listener of listeners) listener(change)
}

let version: Version
let watch: ListWatch
beforeEach(() => {
  version = { model: 'g1', stream: 1 }
  watch = createListWatch(state, () => version, { modelMs: 2, streamMs: 4 })
})
afterEach(() => watch.close())

/** Somebody who watches, with what they were told. */
function watcher(userId: string, goesByStream = false, renewed = () => Promise.resolve()) {
  const told = { userId, goesByStream: () => goesByStream, renew: vi.fn(renewed), end: vi.fn() }
  return Object.assign(told, { stop: watch.watch(told) })
}
const times = (n: number) => (one: ReturnType<typeof watcher>) => expect(one.renew).toHaveBeenCalledTimes(n)
/** Long enough for some looks. */
const later = () => sleep(30)

it('tells all who watch a user, and nobody else, when the user changes', () => {
  const [ann, again, bob] = [watcher('ann'), watcher('ann'), watcher('bob')]
  announce({ type: 'user', userId: 'ann' })
  announce({ type: 'watermark', partition: 0, applied: 5 })
  ;[ann, again].forEach(times(1))
  times(0)(bob)
})

it('tells everybody once when there is another model, or when changes may have gone unheard', async () => {
  const all = ['ann', 'bob', 'cy', 'dee', 'eve', 'fay'].map((userId) => watcher(userId))
  version = { ...version, model: 'g2' }
  await vi.waitFor(() => all.forEach(times(1)))
  await later()
  all.forEach(times(1))
  announce({ type: 'gap' })
  await vi.waitFor(() => all.forEach(times(2)))
})

it('tells those who go by the stream when it goes on', async () => {
  const [ann, stranger] = [watcher('ann'), watcher('stranger', true)]
  version = { ...version, stream: 2 }
  // More than once: the lists are made of it a while later.
  await vi.waitFor(() => expect(stranger.renew.mock.calls.length).toBeGreaterThan(1))
  times(0)(ann)
})

it('tells few at once, and begins anew only at the end, however often the model changes meanwhile', async () => {
  const waiting: (() => void)[] = []
  const slow = () => new Promise<void>((resolve) => waiting.push(resolve))
  const all = Array.from({ length: 100 }, (_, n) => watcher(`u${n}`, false, slow))
  const told = () => all.reduce((sum, { renew }) => sum + renew.mock.calls.length, 0)
  for (let n = 2; n < 8; n++) {
    version = { ...version, model: `g${n}` }
    await later()
  }
  expect(told()).toBeLessThan(10)
  for (let n = 0; n < 200; n++) {
    await vi.waitFor(() => expect(waiting.length).toBeGreaterThan(0), { interval: 1 })
    waiting.shift()?.()
  }
  await later()
  expect(told()).toBe(200)
})

it('lets those begin few by few who come at once, but for who stops and whose list is made meanwhile', async () => {
  const waiting: (() => void)[] = []
  const slow = () => new Promise<void>((resolve) => waiting.push(resolve))
  const others = Array.from({ length: 8 }, (_, n) => watcher(`other ${n}`))
  const all = Array.from({ length: 8 }, (_, n) => watcher(`u${n}`, false, slow))
  for (const one of [...all, ...others]) watch.renewInTurn(one)
  await later()
  all.slice(0, 4).forEach(times(1))
  ;[...all.slice(4), ...others].forEach(times(0))
  all.pop()?.stop()
  version = { ...version, model: 'g2' }
  await vi.waitFor(() => others.forEach(times(1)))
  while (waiting.length > 0) {
    for (const answer of waiting.splice(0)) answer()
    await later()
  }
  others.forEach(times(1))
  for (const { renew } of all) expect(renew).toHaveBeenCalled()
})

it('lets nobody begin any more at its end', async () => {
  const all = Array.from({ length: 20 }, (_, n) => watcher(`u${n}`))
  for (const one of all) watch.renewInTurn(one)
  watch.close()
  watch.renewInTurn(all[0] as (typeof all)[number])
  await later()
  all.forEach(times(0))
})

it('lets go of who stops watching, and of everybody at its end', async () => {
  const [ann, again, bob] = [watcher('ann'), watcher('ann'), watcher('bob')]
  expect(watch.count()).toBe(3)
  ann.stop()
  ann.stop()
  expect(watch.count()).toBe(2)
  announce({ type: 'user', userId: 'ann' })
  times(0)(ann)
  times(1)(again)
  watch.close()
  expect(bob.end).toHaveBeenCalledOnce()
  expect(ann.end).not.toHaveBeenCalled()
  expect(listeners.size).toBe(0)
  version = { ...version, model: 'g2' }
  await later()
  times(0)(bob)
})
