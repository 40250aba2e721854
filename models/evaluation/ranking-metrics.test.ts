import { describe, expect, it } from 'vitest'
import {
  auc,
  averagePrecision,
  hitRate,
  ndcg,
  precision,
  recall,
  recallMin,
  reciprocalRank,
  type Standing,
} from './ranking-metrics.ts'

/** Ten candidates; hits on the second and fifth place, and one relevant item that cannot be ranked. */
const user: Standing = { places: Int32Array.of(1, 4), relevant: 3, candidates: 10 }
const perfect: Standing = { places: Int32Array.of(0, 1, 2), relevant: 3, candidates: 10 }
const nothing: Standing = { places: Int32Array.of(), relevant: 2, candidates: 10 }

describe('metrics of one ranking', () => {
  it('recall@K divides by all relevant items, recall-min@K by what K places can hold', () => {
    expect(recall(user, 2)).toBeCloseTo(1 / 3)
    expect(recall(user, 5)).toBeCloseTo(2 / 3)
    expect(recallMin(user, 2)).toBeCloseTo(1 / 2)
    expect(recallMin(user, 5)).toBeCloseTo(2 / 3)
    expect(recallMin(perfect, 1)).toBe(1)
    expect(recall(nothing, 5)).toBe(0)
  })

  it('precision@K divides by K, hr@K knows only yes and no', () => {
    expect(precision(user, 5)).toBeCloseTo(2 / 5)
    expect(precision(perfect, 10)).toBeCloseTo(3 / 10)
    expect([1, 2, 5].map((k) => hitRate(user, k))).toEqual([0, 1, 1])
  })

  it('ndcg@K discounts a hit by its place, and is 1 for the best list of length K', () => {
    const ideal = 1 + 1 / Math.log2(3) + 1 / 2
    expect(ndcg(user, 10)).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(6)) / ideal)
    expect(ndcg(user, 2)).toBeCloseTo(1 / Math.log2(3) / (1 + 1 / Math.log2(3)))
    expect(ndcg(perfect, 2)).toBeCloseTo(1)
    expect(ndcg(perfect, 10)).toBeCloseTo(1)
    expect(ndcg(nothing, 10)).toBe(0)
  })

  it('map@K averages the precision at the hits over min(K, relevant)', () => {
    expect(averagePrecision(user, 10)).toBeCloseTo((1 / 2 + 2 / 5) / 3)
    expect(averagePrecision(user, 2)).toBeCloseTo(1 / 2 / 2)
    expect(averagePrecision(perfect, 3)).toBe(1)
  })

  it('mrr looks at the first hit, however deep', () => {
    expect(reciprocalRank(user)).toBe(1 / 2)
    expect(reciprocalRank({ ...user, places: Int32Array.of(9) })).toBeCloseTo(1 / 10)
    expect(reciprocalRank(nothing)).toBe(0)
  })

  it('auc is the share of pairs in the right order, none of which are those of a missed item', () => {
    // Behind place 1 stand 7 of the 8 irrelevant candidates, behind place 4 stand 5; the third item has none.
    expect(auc(user)).toBeCloseTo((7 + 5 + 0) / (8 * 3))
    expect(auc(perfect)).toBe(1)
    expect(auc({ places: Int32Array.of(9), relevant: 1, candidates: 10 })).toBe(0)
    expect(auc({ places: Int32Array.of(0), relevant: 1, candidates: 1 })).toBe(1)
  })
})
