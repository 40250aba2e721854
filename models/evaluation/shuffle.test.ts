import { expect, it } from 'vitest'
import { shuffle } from './shuffle.ts'

const ten = (): Int32Array => Int32Array.from({ length: 10 }, (_, n) => n)

it('has an order for each seed and name, and never another', () => {
  expect([...shuffle(ten(), 1, 'ann')]).toEqual([4, 8, 6, 1, 5, 3, 0, 2, 9, 7])
  expect(shuffle(ten(), 1, 'ann')).not.toEqual(shuffle(ten(), 2, 'ann'))
  expect(shuffle(ten(), 1, 'ann')).not.toEqual(shuffle(ten(), 1, 'bob'))
})

it('favours no order', () => {
  const firsts = new Map<number, number>()
  for (let n = 0; n < 3000; n++) {
    const first = shuffle(Int32Array.of(0, 1, 2), 1, `user-${n}`)[0] as number
    firsts.set(first, (firsts.get(first) ?? 0) + 1)
  }
  for (const item of [0, 1, 2]) expect(firsts.get(item)).toBeGreaterThan(900)
})
