import { createGeneration } from '../../models/als/generation.ts'
import type { Comparison, Generation, Tuning } from '../../models/als/types.ts'

/** A search that found something better. */
export const TUNING: Tuning = {
  regularization: 0.03,
  unobservedWeight: 0.01,
  search: ['regularization', 'unobservedWeight'],
  metric: 'ndcg@100',
  figure: 0.28,
  start: { regularization: 0.01, unobservedWeight: 0.3, figure: 0.25 },
  runs: 17,
  pairs: 2_987,
  seconds: 41.5,
  end: 'complete',
}

/** A model that was held back. */
export const WORSE: Comparison = {
  live: 'g1',
  metric: 'ndcg@100',
  figure: 0.231,
  liveFigure: 0.252,
  standardError: 0.005,
  users: 301,
  pairs: 512,
  tolerance: 3,
  verdict: 'worse',
}

/** A generation of the right shape whose numbers mean nothing. */
export function generationOf(id: string, { items = 3, factors: d = 2, createdAt = 1 } = {}): Generation {
  const wave = (_: unknown, place: number): number => Math.sin(place + createdAt)
  return createGeneration({
    id,
    createdAt,
    hyperParameters: {
      factors: d,
      epochs: 16,
      seed: 1,
      unobservedWeight: 0.3,
      regularization: 0.01,
      regularizationExponent: 1,
      positiveFrom: 4,
      dislikeWeight: 0,
    },
    itemIds: Array.from({ length: items }, (_, place) => `item ${String(place).padStart(9, '0')}`),
    items: {
      factors: { rows: items, d, data: Float32Array.from({ length: items * d }, wave) },
      gramian: Float64Array.from({ length: d * d }, wave),
    },
    userGramian: Float64Array.from({ length: d * d }, wave),
    users: 10,
    positives: Int32Array.from({ length: items }, (_, place) => place),
    ratings: 100,
    metrics: { 'ndcg@10': 0.25 },
    watermark: [5, 0, 7],
    trainSeconds: 1.5,
    epochsRun: 9,
  })
}
