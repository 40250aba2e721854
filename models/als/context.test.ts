import { expect, it } from 'vitest'
import { withContext } from './context.ts'

const entries = ({ columns, weights, targets }: ReturnType<typeof withContext>) =>
  Array.from(columns, (column, e) => [column, weights?.[e], targets?.[e]])

it('weighs the item at hand as all that is liked together', () => {
  const liked = { columns: Int32Array.of(1, 4, 9) }
  expect(entries(withContext(liked, 5))).toEqual([
    [1, 1, 1],
    [4, 1, 1],
    [5, 3, 1],
    [9, 1, 1],
  ])
})

it('counts no dislike, and lets nobody dislike what they look at', () => {
  const mixed = {
    columns: Int32Array.of(2, 3, 7),
    weights: Float32Array.of(0.5, 2, 2.5),
    targets: Float32Array.of(0, 1, 1),
  }
  expect(entries(withContext(mixed, 2))).toEqual([
    [2, 4.5, 1],
    [3, 2, 1],
    [7, 2.5, 1],
  ])
})

it('weighs 1 for somebody of whom nothing is known', () => {
  expect(entries(withContext({ columns: new Int32Array() }, 3))).toEqual([[3, 1, 1]])
})
