import { expect, it } from 'vitest'
import { isHeldOut } from './held-out.ts'

it('holds out about 2 % of the pairs, of every user and of every item', () => {
  const ids = Array.from({ length: 400 }, (_, n) => `${n}`)
  const share = (pairs: string[][]) =>
    pairs.filter(([user, item]) => isHeldOut(user as string, item as string)).length / pairs.length
  expect(share(ids.flatMap((user) => ids.map((item) => [user, item])))).toBeCloseTo(0.02, 3)
  const items = Array.from({ length: 20_000 }, (_, n) => `tt${n}`)
  expect(share(items.map((item) => ['ann', item]))).toBeCloseTo(0.02, 2)
  expect(share(items.map((user) => [user, 'heat']))).toBeCloseTo(0.02, 2)
})

it('never changes its mind: models of different days are compared on these pairs', () => {
  const users = Array.from({ length: 200 }, (_, n) => `user-${n}`)
  expect(users.filter((user) => isHeldOut(user, 'Amélie'))).toEqual([
    'user-46',
    'user-55',
    'user-63',
    'user-121',
    'user-177',
  ])
})
