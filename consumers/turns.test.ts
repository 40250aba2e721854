import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { inTurn } from './turns.ts'

const never = new AbortController().signal

/** Effects that wait for something else in between, and how many of them were under way at once. */
function overlapping(count: number) {
  let running = 0
  let most = 0
  const effect = async (): Promise<void> => {
    running++
    most = Math.max(most, running)
    await sleep(5)
    running--
  }
  const all = Promise.all(Array.from({ length: count }, () => inTurn(effect, 10, never)))
  return { all, most: () => most }
}

/** Takes all the time of the event loop until it is told to stop. */
async function occupy(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const until = performance.now() + 2
    while (performance.now() < until);
    await nextTurn()
  }
}

it('runs effects side by side while there is time to spare', async () => {
  // What was before does not count.
  await sleep(50)
  await inTurn(async () => {}, 1, never)
  await sleep(50)
  const effects = overlapping(5)
  await effects.all
  expect(effects.most()).toBe(5)
})

it('runs one effect at a time while there is none, also after one that failed, and all of them', async () => {
  const enough = new AbortController()
  const occupied = occupy(enough.signal)
  await sleep(50)
  const failing = inTurn(
    async () => {
      throw new Error('the store is gone')
    },
    1,
    never,
  )
  await expect(failing).rejects.toThrow('the store is gone')
  const effects = overlapping(5)
  await effects.all
  expect(effects.most()).toBe(1)
  enough.abort()
  await occupied
})

it('lets nobody wait for one that waits for something else', async () => {
  const enough = new AbortController()
  const occupied = occupy(enough.signal)
  await sleep(50)
  const { promise: gate, resolve: open } = Promise.withResolvers<void>()
  const waiting = inTurn(() => gate, 1, never)
  await inTurn(async () => {}, 1, never)
  open()
  await waiting
  enough.abort()
  await occupied
})
