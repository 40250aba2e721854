import { expect, it } from 'vitest'
import { fitExplicitAls } from './als-explicit.ts'
import type { TrainingSet } from './model.ts'
import { type Metric, metricOf } from './named-metrics.ts'
import { perUserHoldout } from './protocols/per-user-holdout.ts'
import { createTrial } from './protocols/protocol.ts'
import { ratingTableBuilder } from './rating-table.ts'
import { sampleRatings } from './ratings.fixture.ts'
import { allOf } from './split.ts'

const OPTIONS = { factors: 16, epochs: 8, regularization: 0.15, regularizationExponent: 1, damping: 5 }

it('estimates within the scale, and ranks beyond it', () => {
  const training: TrainingSet = {
    rows: 3,
    starts: Int32Array.of(0, 2, 4, 5),
    items: Int32Array.of(0, 1, 0, 1, 0),
    values: Float32Array.of(5, 1, 5, 1, 5),
    itemCount: 2,
    positiveFrom: 4,
  }
  const model = fitExplicitAls({ ...OPTIONS, damping: 0 })(training, 1)
  const history = { items: Int32Array.of(1), values: Float32Array.of(5) }
  const [scores, stars] = [new Float32Array(2), new Float32Array(2)]
  model.scores(history, scores)
  model.estimates?.(history, stars)
  expect(scores[0]).toBeGreaterThan(5)
  expect(stars[0]).toBe(5)
  expect(stars[1]).toBeGreaterThanOrEqual(1)
})

const sample = sampleRatings()
it(`estimates held-out values of ${sample.name} better than biases alone`, () => {
  const builder = ratingTableBuilder(4)
  sample.users.forEach((user, n) => {
    builder.add(user, sample.items[n] as string, sample.values[n] as number, 0)
  })
  const table = builder.finish()
  const trial = createTrial(table, perUserHoldout({ minPositives: 0, withLow: true }), 1, allOf(table))
  const rmse = (regularization: number): number =>
    trial.measure(fitExplicitAls({ ...OPTIONS, regularization }), 1, [metricOf('rmse') as Metric]).figures.rmse ?? NaN
  // So much regularization leaves the biases alone.
  const [factors, biases] = [rmse(OPTIONS.regularization), rmse(1e6)]
  expect(factors).toBeLessThan(0.99 * biases)
  if (sample.name === 'ml-latest-small') expect(factors).toBeLessThan(0.86)
})
