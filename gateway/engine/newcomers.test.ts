import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, expect, it, vi } from 'vitest'
import { silent } from '../../infra/logging.ts'
import type { StateChange } from '../../infra/user-state/port.ts'
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

/** Newcomers over a catalogue and ratings that are told of here. */
async function open() {
  const listeners = new Set<(itemId: string) => void>()
  const raters = new Map<string, string[]>()
  /** Items whose raters were read, in that order. */
  const read: string[] = []
  /** What whoever follows the users listens with. */
  const following = new Set<(change: StateChange) => void>()
  /** Raters that like nothing that the generation knows. */
  const strangers = new Set<string>()
  /** Users are read as they are now, and told of after that. */
  let answering = Promise.resolve()
  const catalogue = {
    get: (itemId: string) => ({ ...described, itemId }),
    itemIds: () => [],
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
        const records = userIds.map((userId) => {
          const vector = strangers.has(userId) ? Float32Array.of(0, 0) : Float32Array.of(1, 0)
          return { userId, history: new Map(), vector, generation: 'g1', appliedOffset: 0 }
        })
        await answering
        return records
      },
      changes(listener) {
        following.add(listener)
        return () => void following.delete(listener)
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
  await newcomers.begun
  return {
    newcomers,
    read,
    describe,
    strangers,
    following,
    /** The store answers with what it holds now once that is called. */
    holdAnswers(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>()
      answering = promise
      return resolve
    },
    /** They like something that the generation knows from now on. */
    becomeKnown(...userIds: string[]) {
      for (const userId of userIds) {
        strangers.delete(userId)
        for (const listener of following) listener({ type: 'user', userId })
      }
    },
    /** Nobody likes it any more. */
    withdraw(itemId: string) {
      raters.delete(itemId)
      describe(itemId)
    },
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

/** What a list may have of them, and as often as it would. */
function listed(newcomers: Newcomers): string[] {
  return newcomers.shelves().flatMap((shelf) => {
    const hidden = shelf.hidden()
    return shelf.itemIds.filter((_, index) => !hidden.isHidden(index))
  })
}

const raters = ['film 0', 'film 1', 'film 2']

it('lets all items borrow that are described together', async () => {
  const { newcomers, describe } = await open()
  describe('x', 'y', 'z')
  await vi.waitFor(() => expect(idsOn(newcomers.shelves())).not.toEqual([]))
  expect(idsOn(newcomers.shelves())).toEqual(['x', 'y', 'z'])
  expect(newcomers.ratedShelves()).toEqual([])
})

it('folds in first what never was, although others are rated again and again', async () => {
  const { newcomers, like, read } = await open()
  const others = Array.from({ length: 20 }, (_, n) => `other-${n}`)
  like(3, ...others)
  await vi.waitFor(() => expect(idsOn(newcomers.ratedShelves())).toEqual(others.toSorted()))
  read.length = 0
  like(1, ...others)
  like(3, 'new')
  await vi.waitFor(() => expect(read).toHaveLength(21))
  expect(read).toEqual(['new', ...others])
})

it('lists an item once and at all times: while it waits to be folded in, then as such, and when nobody likes it any more', async () => {
  const { newcomers, like, withdraw, holdAnswers } = await open()
  const answer = holdAnswers()
  like(3, 'film')
  await vi.waitFor(() => expect(listed(newcomers)).toEqual(['film']))
  expect(newcomers.ratedShelves()).toEqual([])
  const untilRated = async (itemIds: string[]) => {
    while (idsOn(newcomers.ratedShelves()).length !== itemIds.length) {
      expect(listed(newcomers)).toEqual(['film'])
      await sleep(1)
    }
    expect(listed(newcomers)).toEqual(['film'])
  }
  answer()
  await untilRated(['film'])
  withdraw('film')
  await untilRated([])
})

it('folds in what only people like of whom nothing is known, as soon as something is known of one of them', async () => {
  const { newcomers, like, strangers, read, becomeKnown } = await open()
  for (const userId of raters) strangers.add(userId)
  like(3, 'film')
  await vi.waitFor(() => expect(read).toEqual(['film']))
  await vi.waitFor(() => expect(listed(newcomers)).toEqual(['film']))
  // Meanwhile it costs nothing, whatever others do.
  becomeKnown('somebody else')
  await sleep(300)
  expect(read).toEqual(['film'])
  expect(newcomers.ratedShelves()).toEqual([])
  becomeKnown('film 1')
  await vi.waitFor(() => expect(idsOn(newcomers.ratedShelves())).toEqual(['film']))
  becomeKnown('film 2')
  await sleep(300)
  expect(read).toEqual(['film', 'film'])
})

it('notices what becomes known of a rater while the raters are read', async () => {
  const { newcomers, like, strangers, read, becomeKnown, holdAnswers } = await open()
  for (const userId of raters) strangers.add(userId)
  const answer = holdAnswers()
  like(3, 'film')
  await vi.waitFor(() => expect(read).toEqual(['film']))
  becomeKnown('film 1')
  answer()
  await vi.waitFor(() => expect(idsOn(newcomers.ratedShelves())).toEqual(['film']))
})

it('follows nobody once it is closed', async () => {
  const { newcomers, following } = await open()
  expect(following.size).toBe(1)
  newcomers.close()
  opened.length = 0
  expect(following.size).toBe(0)
})
