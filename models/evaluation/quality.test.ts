import { expect, it } from 'vitest'
import { fitAls } from './als.ts'
import { fitPopularity } from './baselines/popularity.ts'
import { type Metric, metricOf } from './named-metrics.ts'
import { perUserHoldout } from './protocols/per-user-holdout.ts'
import { createTrial } from './protocols/protocol.ts'
import { ratingTableBuilder } from './rating-table.ts'
import { sampleRatings } from './ratings.fixture.ts'
import { allOf } from './split.ts'

const HYPER_PARAMETERS = {
  factors: 32,
  epochs: 16,
  unobservedWeight: 0.3,
  regularization: 0.01,
  regularizationExponent: 1,
  dislikeWeight: 0,
}
/** A little below what this seed gave when it was measured: .2511, .3284 and .2944. Other processors round otherwise. */
const AT_LEAST = { 'ndcg@10': 0.248, 'ndcg@100': 0.325, 'recall-min@20': 0.291 }

it('ranks held-out films of ml-latest-small as well as it did', (context) => {
  const sample = sampleRatings()
  if (sample.name !== 'ml-latest-small') context.skip('ml-latest-small is not in DATASETS_DIR (../shared/data)')
  const { add, finish } = ratingTableBuilder(4)
  sample.users.forEach((user, n) => {
    add(user, sample.items[n] as string, sample.values[n] as number, 0)
  })
  const table = finish()
  const trial = createTrial(table, perUserHoldout({ minPositives: 5, withLow: false }), 1, allOf(table))
  const metrics = Object.keys(AT_LEAST).map((name) => metricOf(name) as Metric)
  const als = trial.measure(fitAls(HYPER_PARAMETERS), 1, metrics)
  expect(als.users).toBe(603)
  expect(trial.training.itemCount).toBe(6298)
  const popularity = trial.measure(fitPopularity, 1, metrics)
  // What others measured by this protocol: .139, from seed to seed ± .007.
  expect(Math.abs((popularity.figures['ndcg@10'] as number) - 0.139)).toBeLessThan(0.014)
  for (const [name, figure] of Object.entries(AT_LEAST)) expect(als.figures[name]).toBeGreaterThan(figure)
})
