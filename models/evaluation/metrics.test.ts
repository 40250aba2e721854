import { expect, it } from 'vitest'
import { ndcg, recall } from './metrics.ts'

it('recall@K is the share of relevant items among the first K', () => {
  expect(recall([7, 1, 2, 3], new Set([1, 3, 9]), 3)).toBeCloseTo(1 / 3)
  expect(recall([], new Set([1]), 3)).toBe(0)
})

it('ndcg@K is 1 for the ideal list, and discounts a hit by its place', () => {
  expect(ndcg([1, 2, 5], new Set([1, 2]), 3)).toBeCloseTo(1)
  expect(ndcg([5, 1], new Set([1]), 10)).toBeCloseTo(1 / Math.log2(3))
  expect(ndcg([1, 2], new Set([1, 2, 3, 4]), 2)).toBeCloseTo(1)
  expect(ndcg([5, 6, 1], new Set([1]), 2)).toBe(0)
})
