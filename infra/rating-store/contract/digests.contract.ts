import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { RatingRow } from '../port.ts'
import { rowHash } from '../row-hash.ts'
import { type Opened, row } from './rows.fixture.ts'

/** By which verification compares what is stored with the log. */
export function digestsContract(at: Opened): void {
  describe('digests', () => {
    const digestOf = (rows: readonly RatingRow[]) => ({
      rows: rows.length,
      hash: BigInt.asUintN(
        64,
        rows.map(rowHash).reduce((sum, hash) => sum + hash, 0n),
      ),
    })

    it('are of everything that a row says, in ranges of offsets below the watermark', async () => {
      const odd = ["it's", '\\N', '🎬 é', 'a b', 'ａ'.repeat(128)]
      const values = [null, 0, -0, 0.1, 5, -1e300, 2 ** 53]
      const rows = Array.from({ length: 60 }, (_, offset) =>
        row({
          offset,
          partition: offset % 2,
          userId: odd[offset % odd.length] as string,
          itemId: `${odd[(offset + 1) % odd.length]}${offset}`,
          value: values[offset % values.length] as number | null,
          occurredAt: offset * 1_000_000_007 - 1,
          eventId: offset % 3 === 0 ? randomUUID().toUpperCase() : randomUUID(),
        }),
      )
      const repeated = row({ ...rows[4]?.event, offset: 58, partition: 0, value: 1 })
      await at.store.insertRatings([...rows.filter(({ offset }) => offset !== 58), repeated])
      const shown = rows.filter(({ offset }) => offset !== 58)
      const of = (partition: number, from: number, to: number) =>
        shown.filter((one) => one.partition === partition && one.offset >= from && one.offset < to)
      expect(await at.store.digests([60, 25], 20)).toEqual([
        { partition: 0, from: 0, to: 20, ...digestOf(of(0, 0, 20)) },
        { partition: 0, from: 20, to: 40, ...digestOf(of(0, 20, 40)) },
        { partition: 0, from: 40, to: 60, ...digestOf(of(0, 40, 60)) },
        { partition: 1, from: 0, to: 20, ...digestOf(of(1, 0, 20)) },
        { partition: 1, from: 20, to: 40, ...digestOf(of(1, 20, 25)) },
      ])
      expect(await at.store.rowsIn({ partition: 1, from: 20, to: 40 })).toEqual(
        of(1, 20, 40).map((one) => ({ offset: one.offset, userId: one.event.userId, hash: rowHash(one) })),
      )
    })

    it('differ when anything differs', async () => {
      const one = row({ offset: 0, value: 4 })
      await at.store.insertRatings([one])
      const [digest] = await at.store.digests([1], 10)
      for (const change of [{ value: 4.5 }, { value: null }, { occurredAt: 2 }, { itemId: 'j' }, { userId: 'v' }])
        expect(rowHash(row({ ...one.event, offset: 0, ...change }))).not.toBe(digest?.hash)
      expect(rowHash(one)).toBe(digest?.hash)
    })

    it('are none of an empty store, or of partitions that the watermark does not know', async () => {
      expect(await at.store.digests([9], 10)).toEqual([])
      await at.store.insertRatings([row({ offset: 0, partition: 3 })])
      expect(await at.store.digests([9], 10)).toEqual([])
    })
  })
}
