import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeEvent, encodeEvent, UndecodableEventError } from './codec.ts'
import type { Event, RatingEvent } from './types.ts'

const text = fc.string({ unit: 'grapheme' })
const time = fc.nat(2 ** 45)
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    type: fc.constant('rating' as const),
    eventId: fc.uuid(),
    userId: text,
    itemId: text,
    value: nullable(finite),
    occurredAt: time,
    recommendationId: nullable(text),
  }),
  fc.record({ type: fc.constant('user-erased' as const), eventId: fc.uuid(), userId: text, occurredAt: time }),
  fc.record({
    type: fc.constant('item' as const),
    itemId: text,
    title: text,
    genres: fc.array(fc.string({ unit: 'grapheme', minLength: 1 })),
    year: nullable(fc.integer()),
    poster: nullable(text),
    available: fc.boolean(),
    attributes: fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text)),
      { noNullPrototype: true },
    ),
    updatedAt: time,
  }),
  fc.record({
    type: fc.constant('served' as const),
    recommendationId: text,
    userId: text,
    itemIds: fc.array(fc.string({ unit: 'grapheme', minLength: 1 })),
    strategy: text,
    generation: text,
    propensities: nullable(
      // −0 does not survive as text.
      fc.array(finite.map((n) => n || 0)),
    ),
    occurredAt: time,
  }),
  fc.record({
    type: fc.constant('measurement' as const),
    metric: text,
    variant: text,
    generation: text,
    value: finite,
    weight: finite,
    occurredAt: time,
  }),
)

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
    fc.property(event, (written) => {
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
