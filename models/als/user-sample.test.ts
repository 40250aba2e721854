import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hash } from '../hash.ts'
import { userSampler } from './user-sample.ts'

const userIds = fc.uniqueArray(fc.string({ minLength: 1, maxLength: 6 }), { maxLength: 60 })

function sampleOf(ids: readonly string[], limit: number) {
  const sampler = userSampler<number>(limit)
  ids.forEach((id, user) => {
    sampler.offer(id, () => user)
  })
  return sampler.chosen()
}

it('chooses the users of the smallest hashes, sorted by id, whatever order they come in', () => {
  fc.assert(
    fc.property(userIds, fc.integer({ min: 1, max: 20 }), (ids, limit) => {
      const smallest = ids.toSorted((x, y) => hash(x) - hash(y) || (x < y ? -1 : 1)).slice(0, limit)
      for (const order of [ids, ids.toReversed()]) {
        const chosen = sampleOf(order, limit)
        expect(chosen.map(({ userId }) => userId)).toEqual(smallest.sort())
        for (const { userId, kept } of chosen) expect(order[kept]).toBe(userId)
      }
    }),
  )
})

it('keeps 10,000 of many, and nearly all of them when more come', () => {
  const ids = Array.from({ length: 30_000 }, (_, n) => `user-${n}`)
  const sampler = userSampler<number>()
  ids.forEach((id, user) => {
    sampler.offer(id, () => user)
  })
  const before = new Set(sampler.chosen().map(({ userId }) => userId))
  expect(before.size).toBe(10_000)
  sampler.offer('newcomer', () => 30_000)
  const after = sampler.chosen()
  expect(after.length).toBe(10_000)
  expect(after.filter(({ userId }) => before.has(userId)).length).toBeGreaterThanOrEqual(9_999)
})
