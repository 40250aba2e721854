import { expect, it } from 'vitest'
import { ratingTableBuilder } from './rating-table.ts'

it('orders users and items by id, whatever order they came in', () => {
  const { add, finish } = ratingTableBuilder(4)
  add('u2', 'b', 5, 0)
  add('u10', 'c', 3, 0)
  add('u2', 'a', 1, 0)
  const table = finish()
  expect(table.userIds).toEqual(['u10', 'u2'])
  expect(table.itemIds).toEqual(['a', 'b', 'c'])
  expect([...table.starts]).toEqual([0, 1, 3])
  expect([...table.items]).toEqual([2, 0, 1])
  expect([...table.values]).toEqual([3, 1, 5])
})

it('keeps the latest rating of a pair; at the same time, the last', () => {
  const { add, finish } = ratingTableBuilder(4)
  add('u', 'a', 1, 20)
  add('u', 'a', 2, 10)
  add('u', 'b', 3, 5)
  add('u', 'b', 4, 5)
  const table = finish()
  expect([...table.values]).toEqual([1, 4])
  expect([...table.times]).toEqual([20, 5])
})

it('grows with what is added', () => {
  const { add, finish } = ratingTableBuilder(1)
  for (let n = 0; n < 5000; n++) add(`u${n % 7}`, `i${n}`, 1, n)
  const { rows, items, starts } = finish()
  expect([rows, items.length, starts.at(-1)]).toEqual([7, 5000, 5000])
})
