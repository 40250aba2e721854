import { expect, it } from 'vitest'
import { coverage, gini, novelty } from './catalogue-metrics.ts'

it('coverage is the share of items that anybody is recommended', () => {
  expect(coverage([3, 0, 1, 0])).toBe(1 / 2)
})

it('gini is 0 for equal shares, (n − 1)/n when one item has all', () => {
  expect(gini([2, 2, 2])).toBeCloseTo(0)
  expect(gini([0, 0, 0, 5])).toBeCloseTo(3 / 4)
  // Ascending 1, 3: (−1·1 + 1·3) / (2·4)
  expect(gini([3, 1])).toBeCloseTo(1 / 4)
})

it('novelty counts bits: what half of the users have is worth one, what nobody has as much as what one has', () => {
  const owners = Int32Array.of(8, 4, 1, 0)
  expect(novelty([0], owners, 8)).toBeCloseTo(0)
  expect(novelty([1, 2], owners, 8)).toBeCloseTo((1 + 3) / 2)
  expect(novelty([3], owners, 8)).toBeCloseTo(3)
})
