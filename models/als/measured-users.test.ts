import { expect, it } from 'vitest'
import { measuredUsers } from './measured-users.ts'

const items = (n: number): number[] => [n, n + 1]

function measuredOf(users: number, isMeasured: (n: number) => boolean) {
  const measured = measuredUsers()
  for (let n = 0; n < users; n++)
    for (const item of items(n)) measured.add(`u${n}`, item, item / 2, isMeasured(n) && item === n)
  return measured.chosen()
}

it('keeps all ratings of users with a held-out positive, and nobody else', () => {
  const { userIds, starts, items: kept, values } = measuredOf(10, (n) => n % 2 === 1)
  expect(userIds).toEqual(['u1', 'u3', 'u5', 'u7', 'u9'])
  expect([...starts]).toEqual([0, 2, 4, 6, 8, 10])
  expect([...kept]).toEqual([1, 3, 5, 7, 9].flatMap(items))
  expect([...values]).toEqual([...kept].map((item) => item / 2))
  expect(measuredOf(0, () => true)).toMatchObject({ userIds: [], starts: Int32Array.of(0) })
})

it('keeps 2,000 of many, nearly all of them when more come', () => {
  const before = new Set(measuredOf(6_000, () => true).userIds)
  const after = measuredOf(6_001, () => true).userIds
  expect([before.size, after.length]).toEqual([2_000, 2_000])
  expect(after.filter((userId) => before.has(userId)).length).toBeGreaterThanOrEqual(1_999)
})
