import fc from 'fast-check'
import { expect, it } from 'vitest'
import { placeFactors } from '../../models/als/placed.ts'
import { createWorkspace } from '../../models/linalg/workspace.ts'
import { finish } from '../../models/ranking/layout.ts'
import type { Catalogue } from '../catalogue.ts'
import { createScanPool } from './scan-pool.ts'
import { buildShelf } from './shelf.ts'

const catalogue = { get: () => undefined, isHidden: () => false, hidden: () => [], onChange: () => () => {} }

function shelfOf(positives: Int32Array) {
  const workspace = createWorkspace()
  const itemIds = Array.from(positives, (_, n) => `${1000 + n}`)
  const indexOf = new Map(itemIds.map((itemId, index) => [itemId, index]))
  const data = Float32Array.from(positives, (_, n) => n + 1)
  const factors = placeFactors(workspace, { rows: positives.length, d: 1, data })
  const steps = buildShelf(
    { itemIds, indexOf, factors, positives },
    workspace,
    catalogue as unknown as Catalogue,
    createScanPool(1),
  )
  return finish(steps)
}

it('knows the most popular fifth well, ties by index, and parts the items by that', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(4), { minLength: 1, maxLength: 60 }), async (counts) => {
      const shelf = shelfOf(Int32Array.from(counts))
      const indices = [...counts.keys()]
      const byPopularity = indices.toSorted((x, y) => (counts[y] as number) - (counts[x] as number) || x - y)
      const fifth = byPopularity.slice(0, Math.floor(counts.length / 5))
      expect(indices.filter(shelf.isWellKnown)).toEqual(fifth.toSorted((x, y) => x - y))
      const listed = async (part: 'all' | 'wellKnown' | 'lessKnown') => {
        const found = await shelf.preferences.topK(Float32Array.of(1), counts.length, shelf.hidden(part))
        return found.map(({ index }) => index).sort((x, y) => x - y)
      }
      expect(await listed('wellKnown')).toEqual(fifth.toSorted((x, y) => x - y))
      expect(await listed('lessKnown')).toEqual(indices.filter((index) => !fifth.includes(index)))
      expect(await listed('all')).toEqual(indices)
    }),
  )
})
