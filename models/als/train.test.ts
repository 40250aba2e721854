import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evaluateHeldOut } from '../evaluation/evaluate.ts'
import { generateRatings, sampleRatings } from '../evaluation/ratings.fixture.ts'
import { foldIn } from './fold-in.ts'
import type { RatingBlock } from './gather.ts'
import { createGeneration } from './generation.ts'
import { initialFactors } from './initial-factors.ts'
import { problemBuilder, type TrainingProblem } from './problem.ts'
import { type Epoch, type Training, train } from './train.ts'
import type { HyperParameters } from './types.ts'

const hyperParameters: HyperParameters = {
  factors: 8,
  epochs: 4,
  seed: 1,
  positiveFrom: 4,
  dislikeWeight: 0,
  unobservedWeight: 0.3,
  regularization: 0.01,
  regularizationExponent: 1,
}

function problemOf(block: RatingBlock): TrainingProblem {
  const builder = problemBuilder(hyperParameters)
  builder.add(block)
  return builder.finish()
}

const small = problemOf(generateRatings(30, 50, 900, 5))

describe('training', () => {
  it('gives the same bits for the same seed, and others for another', () => {
    const data = (seed: number) => train(small, { ...hyperParameters, seed })?.items.factors.data
    expect(data(1)).toEqual(data(1))
    expect(data(1)).not.toEqual(data(2))
  })

  it('runs every epoch where too few pairs are held out to stop by, and tells of each', () => {
    const epochs: Epoch[] = []
    const training = train(small, { ...hyperParameters, epochs: 7 }, { onEpoch: (epoch) => epochs.push(epoch) })
    expect(training?.epochsRun).toBe(7)
    expect(epochs.map(({ epoch, epochs }) => `${epoch}/${epochs}`)).toEqual(
      ['1', '2', '3', '4', '5', '6', '7'].map((n) => `${n}/7`),
    )
    expect(epochs.at(-1)?.metrics).toEqual(training?.metrics)
  })

  it('ends without a model when it is told to stop', () => {
    let asked = 0
    expect(train(small, hyperParameters, { shouldStop: () => ++asked > 4 })).toBeUndefined()
    expect(asked).toBe(5)
  })

  it('never makes a number that is not finite, however little there is to learn from', () => {
    const block = fc.record({ users: fc.nat(3), items: fc.nat(3), ratings: fc.nat(6), seed: fc.nat() })
    fc.assert(
      fc.property(block, ({ users, items, ratings, seed }) => {
        const training = train(
          problemOf(generateRatings(users + 1, items + 1, ratings, seed)),
          hyperParameters,
        ) as Training
        expect(training.items.factors.data.every(Number.isFinite)).toBe(true)
        expect(training.userGramian.every(Number.isFinite)).toBe(true)
        expect(training.positives.every((count) => count > 0)).toBe(true)
      }),
    )
  })

  it('makes a complete generation', () => {
    const training = train(small, hyperParameters) as Training
    const rest = { id: 'g', createdAt: 0, hyperParameters, watermark: [0], trainSeconds: 0, itemIds: small.itemIds }
    const generation = createGeneration({ ...rest, ...training })
    for (const [id, index] of generation.indexOf) expect(generation.itemIds[index]).toBe(id)
    expect(generation.indexOf.size).toBe(generation.items.factors.rows)
    expect(() => createGeneration({ ...rest, ...training, itemIds: ['one'] })).toThrow(RangeError)
    const userIds = ['one']
    expect(() => createGeneration({ ...rest, ...training, userSample: { ...training.userSample, userIds } })).toThrow(
      RangeError,
    )
  })

  it('keeps the vectors of sampled users, as folding them in gives them', () => {
    const { byUser, sample } = small
    const rest = { id: 'g', createdAt: 0, hyperParameters, watermark: [0], trainSeconds: 0, itemIds: small.itemIds }
    const generation = createGeneration({ ...rest, ...(train(small, hyperParameters) as Training) })
    const { userIds, factors } = generation.userSample
    expect(userIds).toEqual(sample.userIds)
    expect(factors.rows).toBe(userIds.length)
    sample.rows.forEach((row, n) => {
      const columns = byUser.columns.slice(byUser.starts[row], byUser.starts[row + 1])
      const apart = foldIn(generation, { columns }).map((x, k) => x - (factors.data[n * factors.d + k] as number))
      expect(Math.hypot(...apart)).toBeLessThan(1e-4)
    })
  })

  it('starts warm from the factors of the items it knows', () => {
    const [d, seed] = [hyperParameters.factors, 9]
    const items = { factors: initialFactors(['b', 'c'], d, 1), gramian: new Float64Array(d * d) }
    const indexOf = new Map([
      ['b', 0],
      ['c', 1],
    ])
    const [warm, cold] = [{ indexOf, items }, undefined].map((from) => initialFactors(['a', 'c', 'd'], d, seed, from))
    const row = (factors: typeof warm, r: number) => factors?.data.slice(r * d, (r + 1) * d)
    expect(row(warm, 1)).toEqual(row(items.factors, 1))
    for (const r of [0, 2]) expect(row(warm, r)).toEqual(row(cold, r))
    expect(initialFactors(['b'], 2 * d, seed, { indexOf, items })).toEqual(initialFactors(['b'], 2 * d, seed))
  })
})

const sample = sampleRatings()
describe(`training on ${sample.name}`, () => {
  const problem = problemOf(sample)

  it('ranks held-out positives far better than popularity, and stops when it no longer gains', () => {
    const figures: number[] = []
    const onEpoch = ({ metrics }: Epoch) => figures.push(metrics['ndcg@10'] as number)
    const training = train(problem, { ...hyperParameters, factors: 24, epochs: 16 }, { onEpoch }) as Training
    const popularity = evaluateHeldOut(
      { rows: problem.byUser.rows, d: 1, data: new Float32Array(problem.byUser.rows).fill(1) },
      { rows: problem.itemIds.length, d: 1, data: Float32Array.from(training.positives) },
      problem.byUser,
      problem.heldOut,
    )
    expect(training.metrics.pairs).toBeGreaterThan(200)
    expect(training.metrics['ndcg@10']).toBeGreaterThan(1.4 * (popularity['ndcg@10'] as number))
    expect(training.metrics['recall@20']).toBeGreaterThan(1.3 * (popularity['recall@20'] as number))
    expect(training.epochsRun).toBeLessThan(16)
    // The factors kept are those of an epoch that later ones hardly surpassed.
    expect(figures.length).toBe(training.epochsRun)
    expect(training.metrics['ndcg@10']).toBeGreaterThan(Math.max(...figures) / 1.01)
  })
})
