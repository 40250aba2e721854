import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { UserRecord } from './port.ts'
import { keepRecentUsers } from './recent-users.ts'

const MAX_RATINGS = 20

function recordOf(userId: string, ratings: number, appliedOffset: number): UserRecord {
  const entry = { value: 4, occurredAt: 0, offset: 0, eventId: '', superseded: [] }
  const history = new Map(Array.from({ length: ratings }, (_, n) => [`i${n}`, { ...entry, itemId: `i${n}` }]))
  return { userId, history, vector: undefined, generation: undefined, appliedOffset }
}

it('gives back the last record of a user or none, keeps no more than it may, and whoever was asked for just now', () => {
  const user = fc.constantFrom('ada', 'bob', 'cy', 'dan', 'eve')
  const action = fc.oneof(
    fc.record({ type: fc.constant('set' as const), user, ratings: fc.nat({ max: 8 }) }),
    fc.record({ type: fc.constantFrom('get' as const, 'delete' as const), user }),
    fc.record({ type: fc.constant('clear' as const) }),
  )
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      const kept = keepRecentUsers(MAX_RATINGS)
      const last = new Map<string, UserRecord>()
      for (const [n, action] of actions.entries()) {
        if (action.type === 'set') {
          const record = recordOf(action.user, action.ratings, n)
          last.set(action.user, record)
          kept.set(record)
          expect(kept.get(action.user)).toBe(record)
        } else if (action.type === 'delete') {
          last.delete(action.user)
          kept.delete(action.user)
        } else if (action.type === 'clear') {
          last.clear()
          kept.clear()
        }
        for (const userId of ['ada', 'bob', 'cy', 'dan', 'eve', 'nobody']) {
          const record = kept.get(userId)
          if (record) expect(record).toBe(last.get(userId))
        }
      }
    }),
  )
})

it('drops those who were asked for least lately', () => {
  const kept = keepRecentUsers(MAX_RATINGS)
  for (let n = 0; n < 100; n++) {
    kept.set(recordOf(`u${n}`, 1, n))
    kept.get('u0')
  }
  const left = Array.from({ length: 100 }, (_, n) => `u${n}`).filter((userId) => kept.get(userId))
  expect(left).toContain('u0')
  expect(left).toContain('u99')
  expect(left.length).toBeLessThanOrEqual(MAX_RATINGS / 2 + 1)
})
