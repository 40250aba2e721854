import { expect, it } from 'vitest'
import { type Answer, METRIC_NAMES, type Metric, metricOf } from './named-metrics.ts'

const fitted = { users: 4, owners: Int32Array.of(4, 2, 1) }

function measured(name: string, answers: readonly Answer[]): number {
  const meter = (metricOf(name) as Metric).start(fitted)
  for (const answer of answers) meter.add(answer)
  return meter.value()
}

const first: Answer = {
  hits: { places: Int32Array.of(0), relevant: 1 },
  list: [1, 0],
  errors: [1],
}
const second: Answer = {
  hits: { places: Int32Array.of(2), relevant: 2 },
  list: [1, 2],
  errors: [-3, 0],
}
/** Somebody with no relevant item: not ranked for. */
const third: Answer = { hits: undefined, list: [], errors: [] }

it('knows every name that it says it knows, with any K', () => {
  for (const name of METRIC_NAMES.map((name) => name.replace('K', '7'))) expect(metricOf(name)?.name).toBe(name)
})

it.each(['recall', 'ndcg@0', 'ndcg@', 'ndcg@1.5', 'ndcg@-1', 'mrr@10', 'rmse@3', 'constructor', 'toString@2', ''])(
  'does not know %o',
  (name) => {
    expect(metricOf(name)).toBeUndefined()
  },
)

it('is the mean over the users who are ranked for', () => {
  expect(measured('recall@1', [first, second, third])).toBe(1 / 2)
  expect(measured('recall@3', [first, second, third])).toBe(3 / 4)
  expect(measured('mrr', [first, second, third])).toBeCloseTo((1 + 1 / 3) / 2)
})

it('looks at the first K of each list', () => {
  expect(measured('coverage@1', [first, second, third])).toBeCloseTo(1 / 3)
  expect(measured('coverage@2', [first, second, third])).toBe(1)
  expect(measured('gini@1', [first, second])).toBeCloseTo(2 / 3)
  expect(measured('novelty@1', [first, second, third])).toBeCloseTo(1)
  expect(measured('novelty@2', [first, second, third])).toBeCloseTo((1 / 2 + 3 / 2) / 2)
})

it('takes rmse over all ratings, and has none without estimates', () => {
  expect(measured('rmse', [first, second, third])).toBeCloseTo(Math.sqrt((1 + 9 + 0) / 3))
  expect(measured('rmse', [third])).toBeNaN()
})
