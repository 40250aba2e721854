import { expect, it } from 'vitest'
import type { StateChange } from '../infra/user-state/port.ts'
import { createAnswerCache, type Version } from './answer-cache.ts'
import type { WritableList } from './written-list.ts'

function openCache(maxLength?: number) {
  const listeners = new Set<(change: StateChange) => void>()
  let version: Version = { model: 'g1', stream: 1 }
  const state = {
    changes(listener: (change: StateChange) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const { make, ...cache } = createAnswerCache(state, () => version, maxLength)
  return {
    cache: {
      ...cache,
      /** What is asked for once is not kept. */
      async make(userId: string, url: string, makeIt: () => Promise<WritableList>) {
        await make(userId, url, async () => answerOf('fold-in', 'first')).catch(() => undefined)
        return make(userId, url, makeIt)
      },
      makeOnce: make,
    },
    announce: (change: StateChange) => {
      for (const listener of listeners) listener(change)
    },
    move: (next: Partial<Version>) => {
      version = { ...version, ...next }
    },
    listeners,
  }
}

const answerOf = (strategy: 'fold-in' | 'popular', ...itemIds: string[]) => ({
  recommendationId: crypto.randomUUID(),
  strategy,
  items: itemIds.map((itemId) => ({ itemId })),
  generation: 'g',
})

it('keeps an answer until its user changes', async () => {
  const { cache, announce } = openCache()
  const answer = answerOf('fold-in', 'a')
  await cache.make('ann', '/ann', async () => answer)
  await cache.make('bob', '/bob', async () => answerOf('fold-in', 'b'))
  expect(JSON.parse(cache.find('ann', '/ann')?.withId('r') ?? '')).toEqual({ ...answer, recommendationId: 'r' })
  expect(cache.find('ann', '/ann?limit=1')).toBeUndefined()
  announce({ type: 'user', userId: 'ann' })
  expect(cache.find('ann', '/ann')).toBeUndefined()
  expect(cache.find('bob', '/bob')).toBeDefined()
})

it('keeps an answer once its address asks again, whatever changed meanwhile', async () => {
  const { cache, announce } = openCache()
  const ask = () => cache.makeOnce('ann', '/ann', async () => answerOf('fold-in', 'a'))
  await ask()
  expect(cache.find('ann', '/ann')).toBeUndefined()
  announce({ type: 'user', userId: 'ann' })
  await ask()
  expect(cache.find('ann', '/ann')).toBeDefined()
})

it('keeps nothing that was read before a change and made after it', async () => {
  const { cache, announce } = openCache()
  await cache.make('ann', '/ann', async () => {
    announce({ type: 'user', userId: 'ann' })
    return answerOf('fold-in', 'a')
  })
  expect(cache.find('ann', '/ann')).toBeUndefined()
})

it('keeps nothing that was begun with one model and ended with another', async () => {
  const { cache, move } = openCache()
  await cache.make('ann', '/ann', async () => {
    move({ model: 'g2' })
    return answerOf('fold-in', 'a')
  })
  expect(cache.find('ann', '/ann')).toBeUndefined()
})

it('keeps no list that goes by the stream', async () => {
  const { cache } = openCache()
  await cache.make('new', '/new', async () => answerOf('popular', 'a'))
  expect(cache.find('new', '/new')).toBeUndefined()
})

it('keeps no list of nothing, which anybody’s rating may fill', async () => {
  const { cache } = openCache()
  await cache.make('ann', '/ann', async () => answerOf('fold-in'))
  expect(cache.find('ann', '/ann')).toBeUndefined()
})

it('forgets everything when changes may have gone unheard', async () => {
  const { cache, announce, listeners } = openCache()
  await cache.make('ann', '/ann', async () => answerOf('fold-in', 'a'))
  announce({ type: 'gap' })
  expect(cache.find('ann', '/ann')).toBeUndefined()
  await cache.make('ann', '/ann', async () => answerOf('fold-in', 'a'))
  expect(cache.find('ann', '/ann')).toBeDefined()
  cache.close()
  expect(listeners.size).toBe(0)
})

it('keeps nothing while changes go unheard', async () => {
  const { cache, announce } = openCache()
  const ask = () => cache.make('ann', '/ann', async () => answerOf('fold-in', 'a'))
  await ask()
  announce({ type: 'deaf' })
  expect(cache.find('ann', '/ann')).toBeUndefined()
  await ask()
  expect(cache.find('ann', '/ann')).toBeUndefined()
  announce({ type: 'gap' })
  await ask()
  expect(cache.find('ann', '/ann')).toBeDefined()
})

it('keeps few answers of one user', async () => {
  const { cache } = openCache()
  for (let n = 0; n < 20; n++) await cache.make('ann', `/${n}`, async () => answerOf('fold-in', 'a'))
  const kept = Array.from({ length: 20 }, (_, n) => cache.find('ann', `/${n}`)).filter(Boolean)
  expect(kept).toHaveLength(8)
  expect(cache.find('ann', '/19')).toBeDefined()
})

it('drops the answers of a user whom somebody knows to have changed, and what is being made', async () => {
  const { cache } = openCache()
  await cache.make('ann', '/ann', async () => answerOf('fold-in', 'a'))
  await cache.make('ann', '/late', async () => {
    cache.drop('ann')
    return answerOf('fold-in', 'a')
  })
  expect([cache.find('ann', '/ann'), cache.find('ann', '/late')]).toEqual([undefined, undefined])
})

it('goes on after an answer that could not be made', async () => {
  const { cache } = openCache()
  const failing = cache.make('ann', '/ann', () => Promise.reject(new Error('away')))
  const succeeding = cache.make('ann', '/ann', async () => answerOf('fold-in', 'a'))
  await expect(failing).rejects.toThrow('away')
  await succeeding
  expect(cache.find('ann', '/ann')).toBeDefined()
})

it('keeps as much as it may, of those who asked last', async () => {
  const kept = 20
  const { cache, announce } = openCache(kept * 600)
  const keepFor = (userId: string) => cache.make(userId, '/', async () => answerOf('fold-in', 'a', 'b', 'c'))
  const isKept = (userId: string) => cache.find(userId, '/') !== undefined
  const users = Array.from({ length: 60 }, (_, n) => `u${n}`)
  for (const userId of users) {
    await keepFor(userId)
    // What is made anew takes the place of what was there, and who is gone takes none once they are.
    await keepFor(userId)
    await keepFor('gone')
    announce({ type: 'user', userId: 'gone' })
    isKept('u0')
  }
  const found = users.filter(isKept)
  expect(found).toEqual(['u0', ...users.slice(1 - found.length)])
  // An answer of three items takes some 600 characters; while that of who is gone was kept, one had to leave.
  expect(found.length).toBeGreaterThanOrEqual(kept - 2)
  expect(found.length).toBeLessThanOrEqual(kept)
})
