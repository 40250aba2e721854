import { describe, expect, it } from 'vitest'
import type { Item } from '../events/types.ts'
import { type Filter, matcher, valuesOf } from './filter.ts'
import { checkField, checkFilter, MAX_CONDITIONS, MAX_DEPTH, MAX_VALUES } from './filter-limits.ts'

const amelie: Item = {
  type: 'item',
  itemId: 'Amélie',
  title: 'Amélie',
  genres: ['Comedy', 'Romance'],
  year: 2001,
  poster: null,
  available: true,
  attributes: {
    minutes: 122,
    cast: ['Audrey Tautou', 'Mathieu Kassovitz'],
    colour: true,
    'a.b': 'c',
    plot: 'x'.repeat(2000),
  },
  updatedAt: 1_700_000_000_000,
}
const comedy: Filter = { field: 'genres', has: 'Comedy' }
const western: Filter = { field: 'genres', has: 'Western' }

describe('a filter', () => {
  const cases: [boolean, Filter][] = [
    [true, comedy],
    [true, { field: 'genres', has: 'cómedy' }],
    [false, { field: 'genres', has: 'Com' }],
    [false, western],
    [true, { field: 'genres', in: ['Western', 'romance'] }],
    [false, { field: 'genres', in: [] }],
    [true, { field: 'genres', has: 'Comedy', in: ['Romance'] }],
    [false, { field: 'genres', has: 'Comedy', in: ['Western'] }],
    [true, { field: 'title', has: 'AMELIE' }],
    [true, { field: 'itemId', has: 'Amélie' }],
    // Ids are told apart by every sign.
    [false, { field: 'itemId', has: 'amelie' }],
    [true, { field: 'year', gte: 2001, lte: 2001 }],
    [false, { field: 'year', gte: 2002 }],
    [true, { field: 'year', in: [1999, 2001] }],
    [false, { field: 'year', has: '2001' }],
    [true, { field: 'available', has: true }],
    [true, { field: 'updatedAt', lte: 1_700_000_000_000 }],
    [true, { field: 'attributes.minutes', lte: 122.5 }],
    [true, { field: 'attributes.cast', has: 'audrey tautou' }],
    [true, { field: 'attributes.colour', has: true }],
    [false, { field: 'attributes.colour', has: 'true' }],
    [true, { field: 'attributes.a.b', has: 'C' }],
    [false, { field: 'attributes.cast', gte: 0 }],
    [false, { field: 'attributes.director', has: 'Jeunet' }],
    [false, { field: 'attributes.constructor', has: 'Object' }],
    [false, { field: 'attributes.plot', has: 'x'.repeat(2000) }],
    [true, { all: [] }],
    [false, { any: [] }],
    [true, { not: [] }],
    [true, { all: [comedy, { not: [western] }] }],
    [false, { all: [comedy, western] }],
    [true, { any: [western, comedy] }],
    [false, { not: [western, comedy] }],
  ]
  it.each(cases)('is %s of an item: %j', (expected, filter) => {
    expect(checkFilter(filter).filter(({ message }) => !/characters|Expected a number/.test(message))).toEqual([])
    expect(matcher(filter)(amelie)).toBe(expected)
  })

  it('finds nothing in an item that nobody described, or in a field that it has not', () => {
    expect(matcher(comedy)(undefined)).toBe(false)
    expect(matcher({ not: [comedy] })(undefined)).toBe(true)
    expect(matcher({ field: 'year', lte: 3000 })({ ...amelie, year: null })).toBe(false)
  })

  it('compares what caps count', () => {
    expect(valuesOf(amelie, 'genres')).toEqual(['comedy', 'romance'])
    expect(valuesOf(amelie, 'year')).toEqual([2001])
    expect(valuesOf(undefined, 'genres')).toEqual([])
  })
})

/** `any` in `any` in `any` … */
const nested = (depth: number): unknown => {
  let filter: unknown = comedy
  for (let n = 1; n < depth; n++) filter = { any: [filter] }
  return filter
}

describe('what is no filter is told by its path', () => {
  const cases: [string, unknown, string, string][] = [
    ['a text', 'Comedy', '', 'object'],
    ['nothing at all', {}, '', 'field'],
    ['an unknown field', { field: 'poster', has: 'x' }, 'field', 'or attributes.NAME'],
    ['a field that objects inherit', { field: 'constructor', has: 'x' }, 'field', 'or attributes.NAME'],
    ['an attribute without a name', { field: 'attributes.', has: 'x' }, 'field', 'or attributes.NAME'],
    ['no comparison', { field: 'year' }, '', 'gte'],
    ['an unknown comparison', { field: 'year', lt: 1, gte: 0 }, 'lt', 'Unknown'],
    ['a condition in a group', { all: [], field: 'year' }, 'field', 'Unknown'],
    ['a year in words', { field: 'year', has: '1999' }, 'has', 'number'],
    ['a bound of a text', { field: 'title', gte: 3 }, 'gte', 'title is not a number'],
    ['a bound that is none', { field: 'year', gte: Number.NaN }, 'gte', 'finite'],
    ['a list in a list', { field: 'attributes.x', in: ['a', ['b']] }, 'in.1', 'text'],
    ['a long text', { field: 'title', has: 'x'.repeat(1001) }, 'has', '1000 characters'],
    ['too many values', { field: 'genres', in: Array(MAX_VALUES + 1).fill('x') }, 'in', 'at most'],
    ['too many conditions', { all: Array(MAX_CONDITIONS + 1).fill(comedy) }, `all.${MAX_CONDITIONS}`, 'conditions'],
    ['too many groups', { all: Array(MAX_CONDITIONS).fill({ all: [] }) }, 'all.99.all', 'groups'],
    ['a group that is no list', { not: [{ any: comedy }] }, 'not.0.any', 'list'],
    ['too deep a nest', nested(MAX_DEPTH + 1), Array(MAX_DEPTH).fill('any.0').join('.'), 'deeper'],
    ['a nest without end', nested(1_000_000), Array(MAX_DEPTH).fill('any.0').join('.'), 'deeper'],
  ]
  it.each(cases)('%s', (_, filter, path, message) => {
    const [fault, ...others] = checkFilter(filter)
    expect(fault?.path.join('.')).toBe(path)
    expect(fault?.message).toContain(message)
    expect(others).toEqual([])
  })

  it('all at once, but not by the thousand', () => {
    const faults = checkFilter({ any: [{ field: 'x', has: 1 }, { all: 7 }, comedy, { field: 'year', lte: 'z' }] })
    expect(faults.map(({ path }) => path.join('.'))).toEqual(['any.0.field', 'any.1.all', 'any.3.lte'])
    expect(checkFilter({ any: Array(10_000).fill(7) })).toHaveLength(20)
  })

  it('and nothing is told of the largest filter', () => {
    const most = { field: 'genres', in: Array(MAX_VALUES).fill('x') }
    expect(checkFilter({ all: Array(MAX_CONDITIONS).fill(most) })).toEqual([])
    expect(checkFilter(nested(MAX_DEPTH))).toEqual([])
    expect(checkField('attributes.x')).toBeUndefined()
  })
})
