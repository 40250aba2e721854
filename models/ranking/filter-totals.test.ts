import { expect, it } from 'vitest'
import type { Filter } from './filter.ts'
import { checkTotals, MAX_TOTAL_CONDITIONS, MAX_TOTAL_VALUES } from './filter-totals.ts'

const year: Filter = { field: 'year', gte: 1990 }
const times = <T>(count: number, one: T): T[] => Array(count).fill(one)
const half: Filter = { any: times(MAX_TOTAL_CONDITIONS / 2, year) }
const values = (count: number): Filter => ({ field: 'title', in: times(count, 'x') })
const in5: Filter = { all: times(5, values(MAX_TOTAL_VALUES / 5)) }

const placed = (...filters: unknown[]) => filters.map((filter, n) => ({ path: ['boost', n, 'filter'], filter }))
const told = (...filters: unknown[]) =>
  checkTotals(placed(...filters)).map(({ path, message }) => `${path.join('.')}: ${message}`)

it('as many as may be are let through', () => {
  expect(told(half, half)).toEqual([])
  expect(told(in5, year)).toEqual([])
  expect(told()).toEqual([])
})

it('the condition is told with which all filters together have too many', () => {
  expect(told(half, { not: [half] }, { all: [year, year] })).toEqual([
    'boost.2.filter.all.0: More than 200 conditions in all filters together',
  ])
})

it('the condition is told with which all filters together have too many values', () => {
  expect(told(year, in5, year, { field: 'title', has: 'x' }, values(7))).toEqual([
    'boost.3.filter: More than 5000 values in all filters together',
  ])
})

it('of what is no filter nothing is counted: it is told by itself', () => {
  let nested: unknown = year
  for (let n = 0; n < 100_000; n++) nested = { any: [nested] }
  for (const filter of [nested, 7, null, { any: 7 }, { field: 'year', in: 7 }])
    expect(told(half, half, half, filter)).toEqual([])
})
