import { setTimeout as sleep } from 'node:timers/promises'
import { beforeEach, expect, it, vi } from 'vitest'
import { silent } from '../../infra/logging.ts'
import { createSolvingQueue, type SolvingQueue } from './solving-queue.ts'

/** After an item with so many raters nothing would be solved again in this test. */
const COUNTLESS = 1e9

let solved: string[]
let raters: Record<string, number>
let solve: (itemId: string) => Promise<boolean>
let closing: AbortController
let queue: SolvingQueue
beforeEach(() => {
  solved = []
  raters = {}
  solve = async () => true
  closing = new AbortController()
  queue = createSolvingQueue({
    solve(itemId) {
      solved.push(itemId)
      return solve(itemId)
    },
    ratersOf: (itemId) => raters[itemId] ?? 1,
    isSolved: (itemId) => solved.includes(itemId),
    logger: silent,
    signal: closing.signal,
  })
})
const untilSolved = (...itemIds: string[]) => vi.waitFor(() => expect(solved).toEqual(itemIds))
/** Long enough for what waits for nothing. */
const later = () => sleep(200)

it('solves each once, however often it is added meanwhile, and not what was removed', async () => {
  for (const itemId of ['a', 'b', 'a', 'c', 'b']) queue.add(itemId)
  queue.remove('c')
  await untilSolved('a', 'b')
  await later()
  expect(solved).toEqual(['a', 'b'])
})

it('solves what never was before everything else', async () => {
  for (const itemId of ['a', 'b']) queue.add(itemId)
  await untilSolved('a', 'b')
  for (const itemId of ['a', 'b', 'new', 'newer']) queue.add(itemId)
  await untilSolved('a', 'b', 'new', 'newer', 'a', 'b')
})

it('lets what never was wait for nothing that is solved again', async () => {
  queue.add('hot')
  await untilSolved('hot')
  raters.hot = COUNTLESS
  queue.add('hot')
  await untilSolved('hot', 'hot')
  queue.add('hot')
  await later()
  for (const itemId of ['new', 'newer']) queue.add(itemId)
  await untilSolved('hot', 'hot', 'new', 'newer')
  await later()
  expect(solved).toHaveLength(4)
})

it('tries again what could not be solved, or not from all that it goes by', async () => {
  const outcomes = [async () => Promise.reject(new Error('the store is gone')), async () => false, async () => true]
  solve = () => outcomes.shift()?.() ?? Promise.reject(new Error('it was solved'))
  queue.add('a')
  await vi.waitFor(() => expect(outcomes).toEqual([]))
  await later()
  expect(solved).toEqual(['a', 'a', 'a'])
})

it('solves nothing more once it is told to stop', async () => {
  solve = async () => {
    closing.abort()
    return false
  }
  for (const itemId of ['a', 'b']) queue.add(itemId)
  await later()
  queue.add('c')
  await later()
  expect(solved).toEqual(['a'])
})
