import { expect, it } from 'vitest'
import type { StateChange } from '../infra/user-state/port.ts'
import { createAnswerCache, etagOf, matchesEtag, type Version } from './answer-cache.ts'

function openCache() {
  const listeners = new Set<(change: StateChange) => void>()
  let version: Version = { model: 'g1', stream: 1 }
  const state = {
    changes(listener: (change: StateChange) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  return {
    cache: createAnswerCache(state, () => version),
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
})

it('keeps an answer until its user changes', () => {
  const { cache, announce } = openCache()
  const answer = answerOf('fold-in', 'a')
  cache.begin('ann', '/ann').keep(answer)
  cache.begin('bob', '/bob').keep(answerOf('fold-in', 'b'))
  expect(cache.find('ann', '/ann')?.answer).toBe(answer)
  expect(cache.find('ann', '/ann?limit=1')).toBeUndefined()
  announce({ type: 'user', userId: 'ann' })
  expect(cache.find('ann', '/ann')).toBeUndefined()
  expect(cache.find('bob', '/bob')).toBeDefined()
})

it('keeps nothing that was read before a change and made after it', () => {
  const { cache, announce } = openCache()
  const pending = cache.begin('ann', '/ann')
  announce({ type: 'user', userId: 'ann' })
  pending.keep(answerOf('fold-in', 'a'))
  expect(cache.find('ann', '/ann')).toBeUndefined()
})

it('keeps nothing that was begun with one model and ended with another', () => {
  const { cache, move } = openCache()
  const pending = cache.begin('ann', '/ann')
  move({ model: 'g2' })
  pending.keep(answerOf('fold-in', 'a'))
  expect(cache.find('ann', '/ann')).toBeUndefined()
})

it('keeps no list that goes by the stream', () => {
  const { cache } = openCache()
  cache.begin('new', '/new').keep(answerOf('popular', 'a'))
  expect(cache.find('new', '/new')).toBeUndefined()
})

it('forgets everything when changes may have gone unheard', () => {
  const { cache, announce, listeners } = openCache()
  cache.begin('ann', '/ann').keep(answerOf('fold-in', 'a'))
  announce({ type: 'gap' })
  expect(cache.find('ann', '/ann')).toBeUndefined()
  cache.close()
  expect(listeners.size).toBe(0)
})

it('keeps few answers of one user', () => {
  const { cache } = openCache()
  for (let n = 0; n < 20; n++) cache.begin('ann', `/${n}`).keep(answerOf('fold-in', 'a'))
  const kept = Array.from({ length: 20 }, (_, n) => cache.find('ann', `/${n}`)).filter(Boolean)
  expect(kept).toHaveLength(8)
  expect(cache.find('ann', '/19')).toBeDefined()
})

it('tags what is listed, not what the answer is called', () => {
  const first = answerOf('fold-in', 'a', 'b')
  expect(etagOf({ ...answerOf('fold-in', 'a', 'b'), nextPage: 'x' })).toBe(etagOf(first))
  expect(etagOf(answerOf('fold-in', 'b', 'a'))).not.toBe(etagOf(first))
})

it.each([
  ['W/"x"', true],
  ['"x"', true],
  ['"y", W/"x"', true],
  ['*', true],
  ['"y"', false],
  [undefined, false],
])('If-None-Match: %s', (header, matches) => {
  expect(matchesEtag(header, 'W/"x"')).toBe(matches)
})
