import type { Erasure, RatingRow, RatingStore } from '../../infra/rating-store/port.ts'
import { rowHash } from '../../infra/rating-store/row-hash.ts'
import type { PartitionOffsets, UserRecord, UserState, UserWrite } from '../../infra/user-state/port.ts'
import type { Offset } from '../../models/events/types.ts'
import type { ItemStatistics } from '../../models/ranking/types.ts'
import type { Process } from './process.fixture.ts'
import type { Schedule } from './schedule.fixture.ts'

const NONE_YET: PartitionOffsets = { counted: -1, applied: -1 }

type Call = Process['call']

/** A port whose every method is a call over the network. */
function calledBy(effects: Readonly<Record<string, (...args: never[]) => unknown>>, call: Call): object {
  return Object.fromEntries(
    Object.entries(effects).map(([name, effect]) => [name, (...args: never[]) => call(() => effect(...args))]),
  )
}

/** A user state in memory, by the rules of its port. */
export function createSimulatedState() {
  const users = new Map<string, UserRecord>()
  const offsets = new Map<number, PartitionOffsets>()
  const statistics = new Map<number, Map<string, ItemStatistics>>()
  const offsetsOf = (partition: number): PartitionOffsets => offsets.get(partition) ?? NONE_YET
  const statisticsOf = (partition: number): Map<string, ItemStatistics> => {
    const standing = statistics.get(partition) ?? new Map()
    statistics.set(partition, standing)
    return standing
  }

  const effects = {
    offsets: offsetsOf,
    statistics: (partition: number) => new Map(statisticsOf(partition)),
    readMany: (userIds: readonly string[]) =>
      userIds.map((userId) => {
        const record = users.get(userId)
        return record && record.history.size > 0 ? record : undefined
      }),
    readStatistics: (partition: number, itemIds: readonly string[]) =>
      itemIds.map((itemId) => statisticsOf(partition).get(itemId)),
    writeMany: (writes: readonly UserWrite[]) =>
      writes.map(({ userId, next, expectedOffset }) => {
        const standing = users.get(userId)
        if (standing?.appliedOffset !== expectedOffset) return standing
        users.set(userId, next)
        return next
      }),
    count(partition: number, expected: Offset, counted: Offset, touched: ReadonlyMap<string, ItemStatistics>) {
      if (offsetsOf(partition).counted !== expected) return false
      for (const [itemId, next] of touched) {
        if (next.count === 0) statisticsOf(partition).delete(itemId)
        else statisticsOf(partition).set(itemId, next)
      }
      offsets.set(partition, { ...offsetsOf(partition), counted })
      return true
    },
    advance(partition: number, applied: Offset) {
      if (applied > offsetsOf(partition).applied) offsets.set(partition, { ...offsetsOf(partition), applied })
    },
  }
  const through = (call: Call): UserState => calledBy(effects, call) as unknown as UserState

  return {
    appliedTo: (partition: number): Offset => offsetsOf(partition).applied,
    calm: {
      ...through(async (effect) => effect()),
      async *scan() {
        for (const record of users.values()) if (record.history.size > 0) yield record
      },
    },
    seenBy: (process: Process): UserState => through(process.call),
  }
}

/** ClickHouse in memory, by the rules of its port. */
export function createSimulatedRatings(schedule: Schedule) {
  const rows = new Map<string, RatingRow>()
  const progress = new Map<number, Offset>()
  const keyOf = ({ event }: RatingRow): string => JSON.stringify([event.userId, event.itemId, event.eventId])
  const of = (partition: number): RatingRow[] => [...rows.values()].filter((row) => row.partition === partition)
  const resumeAt = (partition: number): Offset =>
    Math.max(progress.get(partition) ?? 0, ...of(partition).map(({ offset }) => offset + 1))

  /** By user and partition. */
  const erased = new Map<string, Offset>()
  /** Inserts that have begun, and which erasures they know of. */
  const underWay = new Set<Promise<unknown>>()
  const ownerOf = ({ partition, event }: RatingRow): string => `${partition}/${event.userId}`

  /** An insert that takes a while knows of the erasures that were noted when it began. */
  function insertSlowly(some: readonly RatingRow[], ms: number): void {
    const known = new Map(erased)
    const landing = schedule.delay(ms).then(() => insert(some, known))
    underWay.add(landing)
    void landing.then(() => underWay.delete(landing))
  }

  function insert(some: readonly RatingRow[], known: ReadonlyMap<string, Offset> = erased): void {
    for (const row of some) {
      if (row.offset < (known.get(ownerOf(row)) ?? 0)) continue
      const standing = rows.get(keyOf(row))
      if (!standing || row.offset < standing.offset) rows.set(keyOf(row), row)
    }
  }

  const effects = {
    resumeAt,
    insertRatings: (some: readonly RatingRow[]) => insert(some),
    noteProgress(partition: number, next: Offset) {
      progress.set(partition, Math.max(next, progress.get(partition) ?? 0))
    },
    async eraseUsers(erasures: readonly Erasure[]) {
      for (const { userId, partition, before } of erasures) {
        const owner = `${partition}/${userId}`
        erased.set(owner, Math.max(before, erased.get(owner) ?? 0))
      }
      await Promise.all(underWay)
      for (const [key, row] of rows) if (row.offset < (erased.get(ownerOf(row)) ?? 0)) rows.delete(key)
    },
    insertItems: () => {},
    resumeItemsAt: () => 0,
    itemRows: () => [],
    watermark: (partitions: number) => Array.from({ length: partitions }, (_, partition) => resumeAt(partition)),
    digests(watermark: readonly Offset[], rangeLength: number) {
      return [
        ...Map.groupBy(rows.values(), (row) => `${row.partition}/${Math.floor(row.offset / rangeLength)}`),
      ].flatMap(([name, all]) => {
        const [partition = 0, range = 0] = name.split('/').map(Number)
        const some = all.filter((row) => row.offset < (watermark[partition] ?? 0))
        const hash = BigInt.asUintN(
          64,
          some.reduce((sum, row) => sum + rowHash(row), 0n),
        )
        const from = range * rangeLength
        return some.length === 0 ? [] : [{ partition, from, to: from + rangeLength, rows: some.length, hash }]
      })
    },
    rowsIn: ({ partition, from, to }: { partition: number; from: Offset; to: Offset }) =>
      of(partition)
        .filter(({ offset }) => offset >= from && offset < to)
        .map((row) => ({ offset: row.offset, userId: row.event.userId, hash: rowHash(row) })),
  }

  const through = (call: Call): RatingStore => calledBy(effects, call) as unknown as RatingStore

  return {
    has: (row: RatingRow): boolean => rows.has(keyOf(row)),
    calm: through(async (effect) => effect()),
    /** An insert may land long after the one who sent it was told that it failed. @param isLate  whether this one does */
    seenBy(process: Process, isLate: () => boolean): RatingStore {
      return {
        ...through(process.call),
        insertRatings(some) {
          if (isLate()) void schedule.delay(200).then(() => insertSlowly(some, 100))
          return process.call(() => insert(some))
        },
      }
    },
  }
}
