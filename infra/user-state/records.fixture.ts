import fc from 'fast-check'
import type { ItemStatistics } from '../../models/ranking/types.ts'
import type { UserRecord } from './port.ts'

const id = fc.oneof(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }), fc.uuid())
const offset = fc.nat({ max: Number.MAX_SAFE_INTEGER })
const finite = fc.double({ noNaN: true }).map((value) => value + 0)
const entry = fc.record({
  itemId: id,
  value: fc.oneof(
    fc.constant(null),
    fc.integer({ min: 0, max: 300 }).map((halfSteps) => halfSteps / 2),
    finite,
  ),
  occurredAt: fc.integer({ min: -4e15, max: 4e15 }),
  offset,
  eventId: fc.oneof(
    fc.uuid(),
    fc.uuid().map((uuid) => uuid.toUpperCase()),
    fc.string(),
  ),
  superseded: fc.array(fc.oneof(fc.uuid(), fc.string()), { maxLength: 5 }),
})
/** Whatever a user's record may hold. */
export const arbitraryUser: fc.Arbitrary<UserRecord> = fc.record({
  userId: id,
  history: fc.array(entry, { maxLength: 60 }).map((entries) => new Map(entries.map((e) => [e.itemId, e]))),
  vector: fc.option(fc.float32Array({ minLength: 1, maxLength: 130 }), { nil: undefined }),
  generation: fc.option(fc.string({ minLength: 1 }), { nil: undefined }),
  appliedOffset: offset,
})

const rater = fc.record({
  userId: id,
  occurredAt: fc.integer({ min: -4e15, max: 4e15 }),
  offset,
})
const sums = fc.array(finite, { minLength: 3, maxLength: 3 })
const fortnight = fc.record({ latest: finite, positives: offset, decayed: sums, isRest: fc.boolean() })
/** Whatever an item's statistics may be. */
export const arbitraryStatistics: fc.Arbitrary<ItemStatistics> = fc.record(
  {
    count: offset,
    positives: offset,
    sum: finite,
    decayed: sums,
    decayedAt: finite,
    raters: fc.array(rater, { minLength: 1, maxLength: 20 }),
    fortnights: fc.array(fortnight, { minLength: 1, maxLength: 7 }),
  },
  { requiredKeys: ['count', 'positives', 'sum', 'decayed', 'decayedAt'] },
)
