import fc from 'fast-check'
import type { NewRecord } from '../../infra/event-log/port.ts'
import { broken, erased, eventId, rated, recordOf } from '../events.fixture.ts'
import type { Kill } from './failing-stores.fixture.ts'

const DAY_MS = 86_400_000

type Draft = (users: readonly string[]) => NewRecord
const user = fc.nat(2)
const userOf = (users: readonly string[], n: number): string => users[n] as string

/** Few users, items, times and event ids, so that retries, ties, late arrivals and returning users are common. */
const arbitraryRating: fc.Arbitrary<Draft> = fc
  .record({
    user,
    itemId: fc.nat(3).map((n) => `item-${n}`),
    value: fc.option(
      fc.integer({ min: 1, max: 10 }).map((halves) => halves / 2),
      { nil: null, freq: 4 },
    ),
    occurredAt: fc.nat(5).map((day) => Date.UTC(2026, 0, 1) + day * DAY_MS),
    eventId: fc.nat(20).map(eventId),
  })
  .map(
    ({ user, itemId, value, ...rest }) =>
      (users) =>
        recordOf(rated(userOf(users, user), itemId, value, rest)),
  )
const arbitraryErasure = user.map(
  (n): Draft =>
    (users) =>
      recordOf(erased(userOf(users, n))),
)
const arbitraryBroken = user.map(
  (n): Draft =>
    (users) =>
      broken(userOf(users, n)),
)

export const arbitraryRecords = (withErasures: boolean): fc.Arbitrary<Draft[]> =>
  fc.array(
    fc.oneof(
      { weight: 12, arbitrary: arbitraryRating },
      { weight: withErasures ? 2 : 0, arbitrary: arbitraryErasure },
      { weight: 1, arbitrary: arbitraryBroken },
    ),
    { minLength: 1, maxLength: 25 },
  )

export const batchSize = fc.integer({ min: 1, max: 8 })
const arbitraryKill: fc.Arbitrary<Kill> = fc.record({
  call: fc.integer({ min: 1, max: 4 }),
  when: fc.constantFrom<Kill['when'][]>('before', 'half', 'after'),
})
/** A batch of so many records, so many of them delivered before, to a process that may be killed with it. */
export const arbitrarySteps = fc.array(
  fc.record({ size: batchSize, again: fc.nat(4), kill: fc.option(arbitraryKill, { nil: undefined }) }),
  { maxLength: 12 },
)
