import { expect, it } from 'vitest'
import { placeFactors } from '../../models/als/placed.ts'
import { createWorkspace } from '../../models/linalg/workspace.ts'
import { finish } from '../../models/ranking/layout.ts'
import type { Catalogue } from '../catalogue.ts'
import { createScanPool } from './scan-pool.ts'
import { buildShelf, type Shelf } from './shelf.ts'
import { byLeastMisery, onShelves } from './sources.ts'

const catalogue = { get: () => undefined, isHidden: () => false, hidden: () => [], onChange: () => () => {} }

/** A shelf of items 0, 1, …, and how often all of it was scored. */
function countingShelf(rows: number) {
  const workspace = createWorkspace()
  const itemIds = Array.from({ length: rows }, (_, n) => `${n}`)
  const indexOf = new Map(itemIds.map((itemId, index) => [itemId, index]))
  const data = Float32Array.from({ length: 2 * rows }, (_, n) => Math.sin(n * n))
  const factors = placeFactors(workspace, { rows, d: 2, data })
  const items = { itemIds, indexOf, factors, positives: undefined }
  const built = finish(buildShelf(items, workspace, catalogue as unknown as Catalogue, createScanPool(1)))
  let times = 0
  const shelf: Shelf = {
    ...built,
    preferences: {
      ...built.preferences,
      scores(query) {
        times++
        return built.preferences.scores(query)
      },
    },
  }
  return { shelf, data, timesScored: () => times }
}

const members = [Float32Array.of(1, 0.2), Float32Array.of(0.1, 1), Float32Array.of(0.5, 0.4)]

it('a shelf is scored once for each member of a group, however often more is asked of it, and others are let in meanwhile', async () => {
  const { shelf, data, timesScored } = countingShelf(300)
  // Of two kinds of items, which makes the search take several rounds.
  const rescoring = {
    factorOf: () => 1,
    *on() {
      yield
      return { factorOf: (index: number) => (index % 7 === 0 ? 3 : 1), maxFactor: 3 }
    },
  } as never
  const rules = { filter: undefined, hide: [], known: [], rescoring }
  const source = onShelves('fold-in', [shelf], byLeastMisery(members), rules)
  let wasLetIn = false
  setImmediate(() => {
    wasLetIn = true
  })
  const found = await source.best(300)
  expect(wasLetIn).toBe(true)
  expect(await source.best(10)).toEqual(found.slice(0, 10))
  expect(timesScored()).toBe(members.length)

  const least = (index: number): number =>
    Math.min(...members.map(([x = 0, y = 0]) => x * (data[2 * index] as number) + y * (data[2 * index + 1] as number)))
  for (const { itemId, score } of found) {
    const index = Number(itemId)
    const factor = index % 7 === 0 ? 3 : 1
    expect(score).toBeCloseTo(least(index) < 0 ? least(index) / factor : least(index) * factor, 5)
  }
  expect(found).toHaveLength(300)
})
