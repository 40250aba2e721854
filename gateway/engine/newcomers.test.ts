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

/** Ample for a loaded machine; nothing is measured by it. */
const PATIENCE = { timeout: 10_000, interval: 10 }

const generation = generationOf('g1', { a: [1, 0], b: [0, 1] })
const workspace = createWorkspace()
const { items, hyperParameters } = generation
const foldIn = prepareFoldIn(workspace, placeFactors(workspace, items.factors), items.gramian, hyperParameters)

const described = { type: 'item', title: '', genres: ['drama'], year: 2000, poster: null, attributes: {}, updatedAt: 0 }

const opened: Newcomers[] = []
afterEach(() => {
  for (const newcomers of opened.splice(0)) newcomers.close()
})

/** Newcomers over a catalogue and ratings that are told of here, begun with all that they knew of. */
async function open() {
  const begun = Promise.withResolvers<void>()
  const listeners = new Set<(itemId: string) => void>()
  const raters = new Map<string, string[]>()
  /** Items whose raters were read, in that order. */
  const read: string[] = []
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
    statisticsOf(itemId: string) {
      const { length } = raters.get(itemId) ?? []
      return { count: length, positives: length, raters: raters.get(itemId)?.map((userId) => ({ userId })) }
    },
    itemIds: () => [],
    onItems: () => () => {},
  }
  const follow = followNewcomers({
    state: {
      async readMany(userIds) {
        read.push(...new Set(userIds.map((userId) => userId.split(' ')[0] as string)))
        return userIds.map((userId) => {
          return { userId, history: new Map(), vector: Float32Array.of(1, 0), generation: 'g1', appliedOffset: 0 }
        })
      },
    },
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
    read,
    describe,
    /** So many more like each of them. */
    like(count: number, ...itemIds: string[]) {
      for (const itemId of itemIds) {
        const theirs = raters.get(itemId) ?? []
        const more = Array.from({ length: count }, (_, n) => `${itemId} ${theirs.length + n}`)
        raters.set(itemId, [...theirs, ...more])
      }
      describe(...itemIds)
    },
  }

  function describe(...itemIds: string[]): void {
    for (const itemId of itemIds) for (const listener of listeners) listener(itemId)
  }
}

const idsOn = (shelves: readonly Shelf[]): string[] => shelves.flatMap(({ itemIds }) => itemIds)

it('lets all items borrow that are described together', async () => {
  const { newcomers, describe } = await open()
  describe('x', 'y', 'z')
  await vi.waitFor(() => expect(idsOn(newcomers.shelves())).not.toEqual([]), PATIENCE)
  expect(idsOn(newcomers.shelves())).toEqual(['x', 'y', 'z'])
  expect(newcomers.ratedShelves()).toEqual([])
})

it('folds in first what never was, although others are rated again and again', async () => {
  const { newcomers, like, read } = await open()
  const others = Array.from({ length: 20 }, (_, n) => `other-${n}`)
  like(3, ...others)
  await vi.waitFor(() => expect(idsOn(newcomers.ratedShelves())).toEqual(others.toSorted()), PATIENCE)
  read.length = 0
  like(1, ...others)
  like(3, 'new')
  await vi.waitFor(() => expect(read).toHaveLength(21), PATIENCE)
  expect(read).toEqual(['new', ...others])
})
