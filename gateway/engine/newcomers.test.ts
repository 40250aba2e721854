import { afterEach, expect, it, vi } from 'vitest'
import { silent } from '../../infra/logging.ts'
import { prepareFoldIn } from '../../models/als/fold-in.ts'
import { placeFactors } from '../../models/als/placed.ts'
import { createWorkspace } from '../../models/linalg/workspace.ts'
import type { Catalogue } from '../catalogue.ts'
import { generationOf } from '../gateway.fixture.ts'
import { followNewcomers } from './newcomers.ts'
import type { Rankings } from './rankings.ts'
import { createScanPool } from './scan-pool.ts'
import type { Newcomers } from './serving.ts'
import type { Shelf } from './shelf.ts'

const generation = generationOf('g1', { a: [1, 0], b: [0, 1] })
const workspace = createWorkspace()
const { items, hyperParameters } = generation
const foldIn = prepareFoldIn(workspace, placeFactors(workspace, items.factors), items.gramian, hyperParameters)

const described = { type: 'item', title: '', genres: ['drama'], year: 2000, poster: null, attributes: {}, updatedAt: 0 }

const opened: Newcomers[] = []
afterEach(() => {
  for (const newcomers of opened.splice(0)) newcomers.close()
})

/** Newcomers over a catalogue that is told of here, begun with all that they knew of. */
async function open() {
  const begun = Promise.withResolvers<void>()
  const listeners = new Set<(itemId: string) => void>()
  const catalogue = {
    get: (itemId: string) => ({ ...described, itemId }),
    // Asked for once there is something to borrow.
    itemIds() {
      begun.resolve()
      return []
    },
    isHidden: () => false,
    hidden: () => [],
    onChange(listener: (itemId: string) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
  const rankings = {
    caughtUp: async () => true,
    statisticsOf: () => undefined,
    itemIds: () => [],
    onItems: () => () => {},
  }
  const follow = followNewcomers({
    state: { readMany: async () => [] },
    rankings: rankings as unknown as Rankings,
    catalogue: catalogue as unknown as Catalogue,
    pool: createScanPool(1),
    logger: silent,
    giveBack: () => {},
  })
  const newcomers = follow({ generation, foldIn, shelf: {} as Shelf })
  opened.push(newcomers)
  await begun.promise
  return {
    newcomers,
    describe(...itemIds: string[]) {
      for (const itemId of itemIds) for (const listener of listeners) listener(itemId)
    },
  }
}

const idsOn = (shelves: readonly Shelf[]): string[] => shelves.flatMap(({ itemIds }) => itemIds)

it('lets all items borrow that are described together', async () => {
  const { newcomers, describe } = await open()
  describe('x', 'y', 'z')
  await vi.waitFor(() => expect(idsOn(newcomers.shelves())).not.toEqual([]))
  expect(idsOn(newcomers.shelves())).toEqual(['x', 'y', 'z'])
  expect(newcomers.ratedShelves()).toEqual([])
})
