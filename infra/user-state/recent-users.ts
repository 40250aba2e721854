import type { UserRecord } from './port.ts'

/** Records of users who were read or written lately. */
export interface RecentUsers {
  get(userId: string): UserRecord | undefined
  set(record: UserRecord): void
  delete(userId: string): void
  clear(): void
}

/**
 * Keeps records that have at most `maxRatings` ratings together. Whoever is asked for stands in the newer half; when that is full,
 * the older one is dropped and the newer takes its place: no order is kept up, which would take longer than the lookup itself.
 */
export function keepRecentUsers(maxRatings: number): RecentUsers {
  let newer = new Map<string, UserRecord>()
  let older = new Map<string, UserRecord>()
  let newerRatings = 0

  function set(record: UserRecord): void {
    newerRatings += weightOf(record) - weightOf(newer.get(record.userId))
    newer.set(record.userId, record)
    if (newerRatings <= maxRatings / 2) return
    older = newer
    newer = new Map()
    newerRatings = 0
  }

  return {
    set,
    get(userId) {
      const record = newer.get(userId)
      if (record) return record
      const before = older.get(userId)
      if (before) set(before)
      return before
    },
    delete(userId) {
      newerRatings -= weightOf(newer.get(userId))
      newer.delete(userId)
      older.delete(userId)
    },
    clear() {
      newer.clear()
      older.clear()
      newerRatings = 0
    },
  }
}

const weightOf = (record: UserRecord | undefined): number => (record ? record.history.size + 1 : 0)
