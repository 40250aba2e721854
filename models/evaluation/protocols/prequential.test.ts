import { expect, it } from 'vitest'
import { fitPopularity } from '../baselines/popularity.ts'
import { type Metric, metricOf } from '../named-metrics.ts'
import { allOf } from '../split.ts'
import { prequential } from './prequential.ts'
import { spy, tableOf } from './small-world.fixture.ts'

const table = tableOf(
  'ann a 5 1',
  'bob b 5 2',
  'cid a 5 3',
  // The stream begins here.
  'ann b 5 4',
  'new a 5 5',
  'bob c 5 6',
  'ann c 2 7',
  'new b 5 8',
)
const hr = [metricOf('hr@1') as Metric]

it('ranks, then learns, one rating after the other', () => {
  const { fitSpy, fits, histories, learnt } = spy()
  const trial = prequential(table, { from: { time: 4 }, fits: 1 }, allOf(table))
  const { users } = trial.measure(fitSpy, 1, hr)
  expect(fits).toEqual([{ items: [0, 1, 0], values: [5, 5, 5], itemCount: 2 }])
  // "new" knows nothing at 5; the dislike of 7 is not asked for; c is not in the catalogue and nobody learns it.
  expect(histories.map(({ items }) => items)).toEqual([[0], [1], [0]])
  expect(users).toBe(3)
  expect(learnt).toEqual([1, 0, 1])
})

it('fits again at equal distances, on all that was before', () => {
  const { fitSpy, fits } = spy()
  prequential(table, { from: { share: 0.5 }, fits: 2 }, allOf(table)).measure(fitSpy, 1, hr)
  expect(fits.map(({ items }) => items.length)).toEqual([4, 6])
  expect(fits[1]?.itemCount).toBe(3)
})

it('lets a model that learns see what came since it was fitted', () => {
  const stream = tableOf('ann a 5 1', 'bob b 5 1', 'cid c 5 1', 'dan c 5 2', 'eve c 5 3', 'ann c 5 4')
  const trial = prequential(stream, { from: { time: 2 }, fits: 1 }, allOf(stream))
  // When the stream begins, b and c are equally popular, and b comes first. When ann is asked for, c is ahead.
  expect(trial.measure(fitPopularity, 1, hr).figures).toEqual({ 'hr@1': 1 })
})

it('validates within what is known when the stream begins', () => {
  const { fitSpy, fits } = spy()
  prequential(table, { from: { share: 0.5 }, fits: 1 }, allOf(table))
    .validation()
    .measure(fitSpy, 1, hr)
  expect(fits[0]?.items).toHaveLength(3)
})
