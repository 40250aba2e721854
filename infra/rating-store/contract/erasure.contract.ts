import { describe, expect, it } from 'vitest'
import { latest, type Opened, row, served } from './rows.fixture.ts'

/** What an erasure takes, and what it keeps away afterwards. */
export function erasureContract(at: Opened): void {
  describe('erasure', () => {
    it("removes the user's ratings before it, and nothing else", async () => {
      await at.store.insertRatings([
        row({ offset: 0, value: 1 }),
        row({ offset: 1, userId: 'v', value: 2 }),
        row({ offset: 2, itemId: 'j', value: 3 }),
        row({ offset: 9, value: 5, occurredAt: 0 }),
      ])
      await at.store.eraseUsers([{ userId: 'u', partition: 0, before: 9, at: 1 }])
      expect(await latest(at.store)).toEqual([
        ['u', 'i', 5],
        ['v', 'i', 2],
      ])
      expect(await at.sql("SELECT value FROM ratings WHERE user_id = 'u'")).toEqual([{ value: 5 }])
    })

    it('may come again, and for a user of whom nothing is known', async () => {
      await at.store.insertRatings([row({ offset: 0 }), row({ offset: 2, itemId: 'j' })])
      for (let i = 0; i < 2; i++) await at.store.eraseUsers([{ userId: 'u', partition: 0, before: 2, at: 1 }])
      await at.store.eraseUsers([{ userId: 'nobody', partition: 0, before: 2, at: 1 }])
      expect(await latest(at.store)).toEqual([['u', 'j', 4]])
    })

    it('leaves no trace of the user in any table, nor in what ClickHouse keeps of its deletions', async () => {
      await at.store.insertRatings([row({ offset: 0, userId: 'zaphod' }), row({ offset: 1 })])
      await at.store.insertServed([served({ offset: 0, userId: 'zaphod' }), served({ offset: 1 })])
      await at.store.eraseUsers([{ userId: 'zaphod', partition: 0, before: 2, at: served({ offset: 0 }).ingestedAt }])
      // As of the second start on, it looks every second for parts to remove.
      for (const verb of ['DETACH', 'ATTACH'])
        for (const table of ['ratings', 'served']) await at.sql(`${verb} TABLE ${table}`)
      await at.store.purge()
      const tables = await at.sql('SELECT name FROM system.tables WHERE database = currentDatabase()')
      expect(tables.length).toBeGreaterThan(8)
      const mentions = async (from: string) =>
        (await at.sql(`SELECT count() AS n FROM ${from} AS t WHERE position(toString(tuple(t.*)), 'zaphod') > 0`))[0]?.n
      for (const { name } of tables)
        if (!/^incoming_|_intake$/.test(name as string))
          expect([name, Number(await mentions(name as string))]).toEqual([name, 0])
      expect(Number(await mentions('system.mutations'))).toBe(0)
      const [parts] = await at.sql(
        "SELECT countIf(active) AS active, count() AS all, sum(has_lightweight_delete) AS masked FROM system.parts WHERE table IN ('ratings', 'served') AND database = currentDatabase()",
      )
      expect(Number(parts?.masked)).toBe(0)
      expect(parts?.all).toEqual(parts?.active)
    })

    it('lets an event id of the erased user count again after it', async () => {
      const first = row({ offset: 0, value: 1 })
      await at.store.insertRatings([first])
      await at.store.eraseUsers([{ userId: 'u', partition: 0, before: 1, at: 1 }])
      await at.store.insertRatings([row({ ...first.event, offset: 2, value: 5 })])
      expect(await latest(at.store)).toEqual([['u', 'i', 5]])
    })
  })

  describe('after an erasure', () => {
    it('refuses what came before it, and takes what came after', async () => {
      await at.store.eraseUsers([
        { userId: 'u', partition: 0, before: 5, at: 1 },
        { userId: "it's", partition: 3, before: 7, at: 1 },
      ])
      await at.store.insertRatings([
        row({ offset: 4, itemId: 'early' }),
        row({ offset: 5, itemId: 'late' }),
        row({ offset: 4, userId: 'v' }),
        row({ offset: 6, partition: 3, userId: "it's" }),
        row({ offset: 6, partition: 3 }),
      ])
      await at.store.eraseUsers([{ userId: 'u', partition: 0, before: 3, at: 1 }])
      await at.store.insertRatings([row({ offset: 4, itemId: 'early' })])
      const left = await at.sql('SELECT user_id, item_id, partition FROM ratings ORDER BY ALL')
      expect(left).toEqual([
        { user_id: 'u', item_id: 'i', partition: 3 },
        { user_id: 'u', item_id: 'late', partition: 0 },
        { user_id: 'v', item_id: 'i', partition: 0 },
      ])
    })

    it('keeps no id', async () => {
      await at.store.eraseUsers([{ userId: 'somebody-erased', partition: 0, before: 5, at: 1 }])
      const rows = await at.sql('SELECT * FROM erasures')
      expect(rows).toHaveLength(1)
      expect(JSON.stringify(rows)).not.toContain('somebody')
    })

    it('of many at once, each goes as far as it says', async () => {
      const rows = Array.from({ length: 240 }, (_, offset) => row({ offset, userId: `user ${offset % 120}` }))
      await at.store.insertRatings(rows)
      const erasures = Array.from({ length: 120 }, (_, n) => ({
        userId: `user ${n}`,
        partition: 0,
        before: 120 + (n % 2) * n,
        at: 1,
      }))
      await at.store.eraseUsers(erasures)
      const left = await at.sql('SELECT toString(offset) AS offset FROM ratings ORDER BY ratings.offset')
      const expected = rows.filter(({ offset }) => offset >= (erasures[offset % 120]?.before ?? 0))
      expect(left.map(({ offset }) => Number(offset))).toEqual(expected.map(({ offset }) => offset))
    })
  })
}
