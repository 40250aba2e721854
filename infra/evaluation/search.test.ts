import { expect, it } from 'vitest'
import { type Metric, metricOf } from '../../models/evaluation/named-metrics.ts'
import { ConfigError } from '../errors.ts'
import type { Run } from './measure.ts'
import { search } from './search.ts'

const metric = (name: string) => metricOf(name) as Metric
const GRID = [1, 2, 3, 4].map((x) => ({ x }))
/** The figure of each combination; a text is why it cannot be fitted. */
const runner =
  (name: string, figures: readonly (number | string)[]) =>
  (settings: Readonly<Record<string, number>>): Run => {
    const figure = figures[(settings.x ?? 0) - 1]
    if (typeof figure === 'string') throw new ConfigError(figure)
    return { settings, figures: { [name]: figure ?? Number.NaN }, users: 1, trainSeconds: 0 }
  }

it('chooses the greatest figure, of equals the first; of an error, the smallest', () => {
  expect(search(GRID, metric('ndcg@10'), runner('ndcg@10', [0.1, 0.3, 0.3, 0.2])).best).toEqual({ x: 2 })
  expect(search(GRID, metric('rmse'), runner('rmse', [0.9, 0.7, 0.8, 0.7])).best).toEqual({ x: 2 })
})

it('passes over what cannot be fitted or measured', () => {
  const { best, tried } = search(GRID, metric('mrr'), runner('mrr', ['too large', Number.NaN, 0.1, 0]))
  expect(best).toEqual({ x: 3 })
  expect(tried).toHaveLength(3)
})

it('says why nothing could be chosen', () => {
  expect(() => search(GRID, metric('mrr'), runner('mrr', ['a', 'b', 'c', 'singular']))).toThrow('singular')
  expect(() => search(GRID, metric('mrr'), runner('mrr', []))).toThrow(/nothing to measure mrr/)
})
