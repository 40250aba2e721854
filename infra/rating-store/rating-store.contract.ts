import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { columnsContract } from './contract/columns.contract.ts'
import { digestsContract } from './contract/digests.contract.ts'
import { erasureContract } from './contract/erasure.contract.ts'
import { latestContract } from './contract/latest.contract.ts'
import { listsContract } from './contract/lists.contract.ts'
import { recordsContract } from './contract/records.contract.ts'
import { resumeContract } from './contract/resume.contract.ts'
import { latest, type Opened } from './contract/rows.fixture.ts'

/** One suite for ClickHouse wherever it runs; each test begins with an empty store. */
export function ratingStoreContract(name: string, open: () => Promise<Opened>): void {
  describe(`rating store: ${name}`, () => {
    const at = {} as Opened
    beforeEach(async () => {
      Object.assign(at, await open())
    })
    afterEach(() => at.dispose())

    it('has nothing at first', async () => {
      expect(await at.store.counts()).toEqual({ events: 0, latest: 0 })
      expect(await at.store.resumeAt(3)).toBe(0)
      expect(await at.store.resumeItemsAt()).toBe(0)
      expect(await at.store.watermark(2)).toEqual([0, 0])
      expect(await latest(at.store)).toEqual([])
      await at.store.ping()
    })

    latestContract(at)
    columnsContract(at)
    resumeContract(at)
    erasureContract(at)
    listsContract(at)
    digestsContract(at)
    recordsContract(at)
  })
}
