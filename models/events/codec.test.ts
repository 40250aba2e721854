import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { arbitraryEvent } from './arbitrary.fixture.ts'
import { decodeEvent, encodeEvent, UndecodableEventError } from './codec.ts'
import type { Event, RatingEvent } from './types.ts'

const rating: RatingEvent = {
  type: 'rating',
  eventId: '0190a3f0-0000-7000-8000-000000000001',
  userId: 'ann',
  itemId: 'heat',
  value: 4.5,
  occurredAt: 1_700_000_000_000,
  recommendationId: null,
}

const item: Event = {
  type: 'item',
  itemId: 'heat',
  title: 'Heat',
  genres: ['Crime'],
  year: 1995,
  poster: null,
  available: true,
  attributes: {},
  updatedAt: 0,
}

it('reads back every event it wrote', () => {
  fc.assert(
    fc.property(arbitraryEvent, (written) => {
      expect(decodeEvent(encodeEvent(written))).toEqual(written)
    }),
  )
})

it('writes the same bytes as released: log and readers of other languages rely on them', () => {
  expect(encodeEvent(rating).toString('hex')).toBe(
    `c301${Buffer.from('9a6aab7c18b60591', 'hex').reverse().toString('hex')}` +
      `48${Buffer.from(rating.eventId).toString('hex')}06616e6e0868656174020000000000001240` +
      '80a0abfef96200',
  )
})

it('reads an event id in one spelling, so that a retry in another is known', () => {
  expect(decodeEvent(encodeEvent({ ...rating, eventId: rating.eventId.toUpperCase() }))).toEqual(rating)
})

it('keeps an event that is larger than the buffer it reuses', () => {
  const large = { ...item, title: 'é'.repeat(200_000) }
  expect(decodeEvent(encodeEvent(large))).toEqual(large)
  expect(decodeEvent(encodeEvent(rating))).toEqual(rating)
})

describe('bytes that are no event', () => {
  const bytes = encodeEvent(rating)
  it.each([
    ['nothing', Buffer.alloc(0), 'too few'],
    ['JSON', Buffer.from('{"userId":"ann"}'), 'c301'],
    [
      'an unknown schema',
      Buffer.concat([Buffer.from('c3010102030405060708', 'hex'), bytes.subarray(10)]),
      'was ever released',
    ],
    ['a torn body', bytes.subarray(0, -1), 'no rating'],
    ['bytes after the body', Buffer.concat([bytes, Buffer.from([0])]), 'no rating'],
  ])('%s: refused with the reason', (_, torn, reason) => {
    expect(() => decodeEvent(torn)).toThrow(UndecodableEventError)
    expect(() => decodeEvent(torn)).toThrow(reason)
  })

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('a rating of %d: refused', (value) => {
    expect(() => decodeEvent(encodeEvent({ ...rating, value }))).toThrow(/no rating: .* no finite number/)
  })

  it('attributes with a number past all others: refused', () => {
    const infinite = encodeEvent({ ...item, attributes: { a: 12345 } })
    infinite.write('1e999', infinite.indexOf('12345'))
    expect(() => decodeEvent(infinite)).toThrow(/'a' is neither/)
  })

  it('a year of more than 32 bits: refused', () => {
    const year = Buffer.from(encodeEvent({ ...item, year: 0x7fffffff }))
    const at = year.indexOf('feffffff0f', 'hex')
    year[at + 4] = 0x10
    expect(() => decodeEvent(year)).toThrow(/32 bits/)
  })

  it.each([{ nested: {} }, { nothing: null }, { mixed: ['a', 1] }, ['a']])('attributes %j: refused', (attributes) => {
    expect(() => decodeEvent(encodeEvent({ ...item, attributes: attributes as never }))).toThrow(UndecodableEventError)
  })

  it('flipped at random: an event or a refusal, nothing else', () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), (at, value) => {
        const flipped = Buffer.from(bytes)
        flipped[at] = value
        try {
          decodeEvent(flipped)
        } catch (error) {
          expect(error).toBeInstanceOf(UndecodableEventError)
        }
      }),
    )
  })
})
