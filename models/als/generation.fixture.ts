import fc from 'fast-check'
import { createGeneration } from './generation.ts'
import type { Generation } from './types.ts'

const id = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
const ids = fc.uniqueArray(id, { maxLength: 12 }).map((all) => all.sort())
const count = fc.nat(1e9)
const positiveNumber = fc.double({ min: 1e-6, max: 100, noNaN: true })

const tuned = fc.record({ regularization: positiveNumber, unobservedWeight: positiveNumber })
const figures = fc.record({ figure: positiveNumber, runs: count, pairs: count, seconds: positiveNumber })
const tuning = fc.tuple(tuned, figures, positiveNumber).map(([values, found, figure]) => ({
  ...values,
  ...found,
  search: ['unobservedWeight' as const],
  metric: 'ndcg@100',
  start: { ...values, figure },
  end: 'complete' as const,
}))

const numbers = fc.record({
  users: count,
  ratings: count,
  epochsRun: fc.nat(16),
  trainSeconds: positiveNumber,
  createdAt: count,
  watermark: fc.array(fc.nat(Number.MAX_SAFE_INTEGER), { maxLength: 8 }),
  metrics: fc.dictionary(fc.constantFrom('ndcg@10', 'recall@20', 'pairs'), positiveNumber, { noNullPrototype: true }),
  hyperParameters: fc.record({
    factors: fc.nat(8),
    epochs: fc.nat(16),
    seed: count,
    unobservedWeight: positiveNumber,
    regularization: positiveNumber,
    regularizationExponent: positiveNumber,
    positiveFrom: positiveNumber,
    dislikeWeight: positiveNumber,
  }),
  tuning: fc.option(tuning, { nil: undefined }),
})

/** Generations of the right shape whose numbers mean nothing. */
export const arbitraryGeneration: fc.Arbitrary<Generation> = fc
  .tuple(fc.uuid(), ids, fc.integer({ min: 1, max: 7 }), ids, numbers)
  .map(([generationId, itemIds, d, userIds, rest]) => {
    const rows = itemIds.length
    const wave = (_: unknown, place: number): number => Math.sin(place + rest.users)
    return createGeneration({
      ...rest,
      id: generationId,
      itemIds,
      items: {
        factors: { rows, d, data: Float32Array.from({ length: rows * d }, wave) },
        gramian: Float64Array.from({ length: d * d }, wave),
      },
      userGramian: Float64Array.from({ length: d * d }, wave),
      userSample: {
        userIds,
        factors: { rows: userIds.length, d, data: Float32Array.from({ length: userIds.length * d }, wave) },
      },
      positives: Int32Array.from(itemIds, (_, place) => place * 3),
    })
  })
