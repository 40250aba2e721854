import { describe, expect, it } from 'vitest'
import type { Item } from '../../models/events/types.ts'
import { checkTimeField, timeOf } from './item-times.ts'

const item: Item = {
  type: 'item',
  itemId: '1',
  title: '1999',
  genres: ['2001'],
  year: 1999,
  poster: null,
  available: true,
  attributes: {
    released: '1999-03-31',
    at: 86_400_000,
    both: ['1999', '2001'],
    seen: true,
    said: 'long ago',
    noon: '1999-03-31T12:00',
    zoned: '1999-03-31T12:00:00.5+02:00',
    volume: 'Volume 3',
  },
  updatedAt: 7,
}

describe('the time of an item', () => {
  it.each([
    ['year', Date.UTC(1999, 0)],
    ['updatedAt', 7],
    ['attributes.released', Date.UTC(1999, 2, 31)],
    ['attributes.at', 86_400_000],
    ['attributes.noon', Date.UTC(1999, 2, 31, 12)],
    ['attributes.zoned', Date.UTC(1999, 2, 31, 10, 0, 0, 500)],
  ])('by %s', (field, time) => {
    expect(checkTimeField(field)).toBeUndefined()
    expect(timeOf(item, field)).toBe(time)
  })

  it.each(['both', 'seen', 'said', 'volume', 'unheard', 'constructor', '__proto__'])(
    'is unknown by attributes.%s',
    (name) => {
      expect(timeOf(item, `attributes.${name}`)).toBeNaN()
    },
  )

  it('is in its own century', () => {
    expect(new Date(timeOf({ ...item, year: 50 }, 'year')).getUTCFullYear()).toBe(50)
  })

  it('is unknown of an item without one, and of one that nobody described', () => {
    expect(timeOf({ ...item, year: null }, 'year')).toBeNaN()
    expect(timeOf(undefined, 'updatedAt')).toBeNaN()
  })
})

it.each(['title', 'genres', 'available', 'itemId', 'attributes.', 'released', '', 'constructor'])(
  'no time is asked of %o',
  (field) => {
    expect(checkTimeField(field)).toBe('Expected year, updatedAt or attributes.NAME')
  },
)

it('no time is asked of a field with a name without end', () => {
  expect(checkTimeField(`attributes.${'x'.repeat(1000)}`)).toContain('1000 characters')
})
