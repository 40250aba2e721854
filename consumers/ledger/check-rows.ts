import type { RowFaults } from '../../infra/ledger-report.ts'
import type { OffsetRange, RatingRow, RatingStore, RowDigest } from '../../infra/rating-store/port.ts'
import { rowHash } from '../../infra/rating-store/row-hash.ts'
import type { Offset } from '../../models/events/types.ts'
import { isErasedAfter, rowsOf, type UserLog } from './read-log.ts'

/** Offsets that are compared by one hash; where it differs they are read row by row. */
const RANGE = 10_000

interface Expected {
  readonly row: RatingRow
  /** The user is erased further on: the row may be gone before the store says that it has come so far. */
  readonly isFading: boolean
}

/** Adds up what ClickHouse is to show, and compares it with what it shows. */
export function createRowCheck(store: Pick<RatingStore, 'digests' | 'rowsIn'>, watermark: readonly Offset[]) {
  const expected = new Map<string, { rows: number; hash: bigint }>()
  let checked = 0

  return {
    /** The rows of a user, as far as the watermark reaches. */
    add(user: UserLog): void {
      for (const row of rowsOf(user, watermark[user.partition] ?? 0)) {
        const name = rangeName(row)
        const sum = expected.get(name) ?? { rows: 0, hash: 0n }
        expected.set(name, sum)
        sum.rows++
        sum.hash = BigInt.asUintN(64, sum.hash + rowHash(row))
        checked++
      }
    },

    /**
     * @param reread  adds all users once more, where ranges differ
     * @param tell    takes each fault in words
     */
    async compare(
      reread: (add: (user: UserLog) => void) => Promise<void>,
      tell: (fault: string) => void,
    ): Promise<RowFaults> {
      const faults = { checked, missing: 0, doubled: 0, different: 0 }
      const open = new Map(expected)
      const ranges: OffsetRange[] = []
      for (const digest of await store.digests(watermark, RANGE)) {
        const sum = open.get(rangeName(digest))
        open.delete(rangeName(digest))
        if (!isSame(sum, digest)) ranges.push(digest)
      }
      // Of these nothing is there.
      for (const name of open.keys()) ranges.push(rangeOf(name))
      const rows = new Map(ranges.map((range): [string, Expected[]] => [rangeName(range), []]))
      if (ranges.length > 0)
        await reread((user) => {
          const before = watermark[user.partition] ?? 0
          const isFading = isErasedAfter(user, before - 1)
          for (const row of rowsOf(user, before)) rows.get(rangeName(row))?.push({ row, isFading })
        })
      for (const range of ranges) await compareRange(range, rows.get(rangeName(range)) ?? [], faults, tell)
      return faults
    },
  }

  async function compareRange(
    range: OffsetRange,
    expected: readonly Expected[],
    faults: RowFaults,
    tell: (fault: string) => void,
  ): Promise<void> {
    const { partition } = range
    const to = Math.min(range.to, watermark[partition] ?? 0)
    const open = new Map(expected.map((one) => [one.row.offset, one]))
    const met = new Set<Offset>()
    for (const { offset, userId, hash } of await store.rowsIn({ ...range, to })) {
      const row = open.get(offset)?.row
      const where = `partition ${partition}, offset ${offset}, user ${JSON.stringify(userId)}`
      if (row && rowHash(row) === hash && !met.has(offset)) met.add(offset)
      else if (row && !met.has(offset)) {
        met.add(offset)
        faults.different++
        tell(`ClickHouse: ${where}: the row is not what the log says`)
      } else {
        faults.doubled++
        tell(`ClickHouse: ${where}: a row to which the log leads no more, or for the second time`)
      }
    }
    for (const [offset, { row, isFading }] of open) {
      if (met.has(offset) || isFading) continue
      faults.missing++
      tell(
        `ClickHouse: partition ${partition}, offset ${offset}, user ${JSON.stringify(row.event.userId)}: the row is missing`,
      )
    }
  }
}

function isSame(sum: { rows: number; hash: bigint } | undefined, { rows, hash }: RowDigest): boolean {
  return sum?.rows === rows && sum.hash === hash
}

function rangeName(of: { readonly partition: number; readonly offset: Offset } | OffsetRange): string {
  const at = 'offset' in of ? of.offset : of.from
  return `${of.partition}/${Math.floor(at / RANGE)}`
}

function rangeOf(name: string): OffsetRange {
  const [partition = 0, range = 0] = name.split('/').map(Number)
  return { partition, from: range * RANGE, to: (range + 1) * RANGE }
}
