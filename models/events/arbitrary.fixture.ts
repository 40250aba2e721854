import fc from 'fast-check'
import type { Event } from './types.ts'

const text = fc.string({ unit: 'grapheme' })
const time = fc.nat(2 ** 45)
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null })

/** Events of every type, of the right shape, whatever their texts and numbers are. */
export const arbitraryEvent: fc.Arbitrary<Event> = fc.oneof(
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
    firstPosition: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
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
