import { describe, expect, it } from 'vitest'
import { item, type Opened, row } from './rows.fixture.ts'

/** The offsets that a sink goes on from. */
export function resumeContract(at: Opened): void {
  describe('where the sink resumes', () => {
    it('is after the last row of each partition', async () => {
      await at.store.insertRatings([row({ offset: 3 }), row({ offset: 11 }), row({ offset: 7, partition: 5 })])
      expect([await at.store.resumeAt(0), await at.store.resumeAt(5), await at.store.resumeAt(1)]).toEqual([12, 8, 0])
      const again = await at.reopen()
      expect(await again.watermark(6)).toEqual([12, 0, 0, 0, 0, 8])
    })

    it('is after the noted progress where that is greater', async () => {
      await at.store.insertRatings([row({ offset: 3 })])
      await at.store.noteProgress(0, 9)
      await at.store.noteProgress(0, 6)
      await at.store.noteProgress(1, 2)
      expect([await at.store.resumeAt(0), await at.store.resumeAt(1)]).toEqual([9, 2])
      await at.store.insertRatings([row({ offset: 9 })])
      expect(await at.store.resumeAt(0)).toBe(10)
    })

    it('does not fall back when an erasure took the last rows', async () => {
      await at.store.insertRatings([row({ offset: 0, userId: 'v' }), row({ offset: 1 })])
      await at.store.noteProgress(0, 2)
      await at.store.eraseUsers([{ userId: 'u', partition: 0, before: 2, at: 1 }])
      expect(await at.store.resumeAt(0)).toBe(2)
    })

    it('is the beginning when the tables were emptied', async () => {
      await at.store.insertRatings([row({ offset: 3 })])
      await at.store.noteProgress(0, 9)
      await at.store.insertItems([{ itemId: 'i', offset: 3, item: item({}) }])
      for (const table of ['ratings', 'sink_progress', 'items']) await at.sql(`TRUNCATE TABLE ${table}`)
      expect([await at.store.resumeAt(0), await at.store.resumeItemsAt()]).toEqual([0, 0])
    })
  })
}
