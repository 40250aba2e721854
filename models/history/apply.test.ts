import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { RatingEvent } from '../events/types.ts'
import { applyEvents, type PlacedRating } from './apply.ts'
import type { History } from './types.ts'

const EMPTY: History = new Map()
const event = (eventId: string, itemId: string, value: number | null, occurredAt: number): RatingEvent => ({
  type: 'rating',
  eventId,
  userId: 'u',
  itemId,
  value,
  occurredAt,
  recommendationId: null,
})

/** Few ids, items and times, so that retries, ties and late arrivals are common. */
const events: fc.Arbitrary<PlacedRating[]> = fc
  .array(
    fc.record({
      eventId: fc.nat(30).map(String),
      itemId: fc.nat(3).map(String),
      value: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
      occurredAt: fc.nat(5),
    }),
    { maxLength: 40 },
  )
  .map((list) =>
    list.map(({ eventId, itemId, value, occurredAt }, offset) => ({
      event: event(eventId, itemId, value, occurredAt),
      offset,
    })),
  )

const valuesOf = (history: History) =>
  new Map([...history.values()].map(({ itemId, value, occurredAt, offset }) => [itemId, { value, occurredAt, offset }]))

/** The rule, said once more in the plainest way: first occurrence of an id counts, then the greatest (occurredAt, offset) stands. */
function recomputed(placed: readonly PlacedRating[]) {
  const first = new Map<string, PlacedRating>()
  for (const p of placed)
    if (!first.has(`${p.event.itemId} ${p.event.eventId}`)) first.set(`${p.event.itemId} ${p.event.eventId}`, p)
  const ordered = [...first.values()].sort((a, b) => a.event.occurredAt - b.event.occurredAt || a.offset - b.offset)
  return new Map(
    ordered.map(({ event: { itemId, value, occurredAt }, offset }) => [itemId, { value, occurredAt, offset }]),
  )
}

describe('applying events', () => {
  it('leaves of each item the rating with the greatest (occurredAt, offset), counting an event id once', () => {
    fc.assert(
      fc.property(events, (placed) => {
        expect(valuesOf(applyEvents(EMPTY, placed, 100).history)).toEqual(recomputed(placed))
      }),
    )
  })

  it('comes to the same history however the events are cut into calls', () => {
    fc.assert(
      fc.property(events, fc.nat(40), (placed, at) => {
        const whole = applyEvents(EMPTY, placed, 3).history
        const half = applyEvents(EMPTY, placed.slice(0, at), 3).history
        expect(applyEvents(half, placed.slice(at), 3).history).toEqual(whole)
      }),
    )
  })

  it('changes nothing when events come again later, and then gives back the very same history', () => {
    fc.assert(
      fc.property(events, (placed) => {
        const { history } = applyEvents(EMPTY, placed, 100)
        const again = placed.map((p) => ({ ...p, offset: p.offset + 1000 }))
        expect(applyEvents(history, again, 100)).toEqual({ history, changes: [] })
        expect(applyEvents(history, again, 100).history).toBe(history)
      }),
    )
  })

  it('reports changes that add up to the difference between before and after', () => {
    fc.assert(
      fc.property(events, fc.nat(40), (placed, at) => {
        const before = applyEvents(EMPTY, placed.slice(0, at), 3).history
        const { history, changes } = applyEvents(before, placed.slice(at), 3)
        const counted = (h: History) => [...h.values()].reduce((sum, { value }) => sum + (value === null ? 0 : 1), 0)
        const total = (h: History) => [...h.values()].reduce((sum, { value }) => sum + (value ?? 0), 0)
        expect(changes.reduce((sum, c) => sum + (c.after ? 1 : 0) - (c.before ? 1 : 0), 0)).toBe(
          counted(history) - counted(before),
        )
        expect(changes.reduce((sum, c) => sum + (c.after?.value ?? 0) - (c.before?.value ?? 0), 0)).toBe(
          total(history) - total(before),
        )
      }),
    )
  })

  it('leaves the history it was given alone', () => {
    const { history } = applyEvents(EMPTY, [{ event: event('1', 'a', 3, 1), offset: 0 }], 10)
    applyEvents(history, [{ event: event('2', 'a', 5, 2), offset: 1 }], 10)
    expect(history.get('a')?.value).toBe(3)
  })
})

it('keeps a withdrawal as a tombstone that an older rating cannot undo', () => {
  const { history, changes } = applyEvents(
    EMPTY,
    [
      { event: event('1', 'a', 5, 10), offset: 0 },
      { event: event('2', 'a', null, 20), offset: 1 },
      { event: event('3', 'a', 4, 15), offset: 2 },
    ],
    10,
  )
  expect(history.get('a')?.value).toBeNull()
  expect(changes.map(({ before, after }) => [before?.value, after?.value])).toEqual([
    [undefined, 5],
    [5, undefined],
  ])
})

it('passes over a retry of a rating that was replaced meanwhile, though the retry says another time', () => {
  const { history } = applyEvents(
    EMPTY,
    [
      { event: event('1', 'a', 5, 10), offset: 0 },
      { event: event('2', 'a', 1, 20), offset: 1 },
      { event: event('1', 'a', 5, 30), offset: 2 },
    ],
    10,
  )
  expect(history.get('a')?.value).toBe(1)
})

it('drops the oldest beyond the longest history, and says so', () => {
  const placed = ['a', 'b', 'c'].map((item, i) => ({ event: event(item, item, 5, 100 - i), offset: i }))
  const { history, changes } = applyEvents(EMPTY, placed, 2)
  expect([...history.keys()]).toEqual(['a', 'b'])
  expect(changes.at(-1)).toMatchObject({ itemId: 'c', after: undefined })
})
