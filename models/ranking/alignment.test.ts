import fc from 'fast-check'
import { expect, it } from 'vitest'
import { align } from './alignment.ts'
import { finish } from './layout.ts'

it('finds the item of every row and the row of every item, while rows come', () => {
  const ids = fc.uniqueArray(fc.nat(60).map(String), { maxLength: 40 })
  fc.assert(
    fc.property(ids, ids, fc.array(fc.nat(40), { maxLength: 4 }), (itemIds, inRows, reached) => {
      const indexOf = new Map(itemIds.map((itemId, index) => [itemId, index]))
      let inUse = 0
      const rows = {
        rows: () => inUse,
        itemIdOf: (row: number) => inRows[row] as string,
        rowOf: (itemId: string) => inRows.indexOf(itemId),
      }
      const alignment = align(rows, indexOf)
      for (const count of [...reached, inRows.length]) {
        inUse = Math.max(inUse, Math.min(count, inRows.length))
        finish(alignment.reach())
        expect(inRows.map((_, row) => alignment.indexOf(row))).toEqual(inRows.map((id) => itemIds.indexOf(id)))
      }
      expect(itemIds.map((_, index) => alignment.rowOf(index))).toEqual(itemIds.map((id) => inRows.indexOf(id)))
      expect([...alignment.others()]).toEqual([...inRows.keys()].filter((row) => !indexOf.has(inRows[row] as string)))
    }),
  )
})
