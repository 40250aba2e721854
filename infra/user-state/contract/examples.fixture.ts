import { randomUUID } from 'node:crypto'
import type { HistoryEntry } from '../../../models/history/types.ts'
import type { ItemStatistics } from '../../../models/ranking/types.ts'
import type { UserRecord, UserState } from '../port.ts'
import { erasedAt } from '../record.ts'

/** The user state of the test that runs, empty when it begins. */
export interface Opened {
  readonly state: UserState
}

/** A plausible record, for whoever tests with a user state. */
export function exampleRecord(userId: string, appliedOffset: number, ratings = 3): UserRecord {
  const entries = Array.from({ length: ratings }, (_, i): [string, HistoryEntry] => [
    `item-${i}`,
    {
      itemId: `item-${i}`,
      value: (i % 10) / 2,
      occurredAt: 1.7e12 + i,
      offset: i,
      eventId: randomUUID(),
      superseded: [],
    },
  ])
  return { userId, history: new Map(entries), vector: Float32Array.of(0.1, -0.2), generation: 'g1', appliedOffset }
}

export const statistics = (count: number): ItemStatistics => ({
  count,
  sum: count * 3.7,
  positives: 1,
  decayed: [0.1, 0.3, 0.7],
  decayedAt: 1.7e12,
})

/** Single writes. @returns what stands after each */
export function writersOf(at: Opened) {
  return {
    write: async (next: UserRecord, expectedOffset?: number) =>
      (await at.state.writeMany([{ userId: next.userId, next, expectedOffset }]))[0],
    remove: async (userId: string, expectedOffset: number | undefined, offset = expectedOffset ?? 0) =>
      (await at.state.writeMany([{ userId, next: erasedAt(userId, offset), expectedOffset }]))[0],
  }
}
