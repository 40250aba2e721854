import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Position } from '../../infra/event-log/port.ts'
import type { Item } from '../../models/events/types.ts'
import type { Bitmap } from '../../models/ranking/bitmap.ts'
import { type Filter, matcher } from '../../models/ranking/filter.ts'
import { finish } from '../../models/ranking/layout.ts'
import { createScorer } from '../../models/ranking/scorer.ts'
import { followHiddenItems } from './hidden-items.ts'

const ITEM_IDS = Array.from({ length: 70 }, (_, n) => `item ${n}`)
const indexOf = new Map(ITEM_IDS.map((itemId, index) => [itemId, index]))
const generation = { itemIds: ITEM_IDS, indexOf }
/** Lengths differ, so the scan has an order of its own. */
const factors = { rows: ITEM_IDS.length, d: 1, data: Float32Array.from(ITEM_IDS, (_, n) => (n * 37) % 70) }
const scorer = createScorer(factors, { layout: 'int8' })

type Described = Pick<Item, 'available' | 'genres'> | null

/** A catalogue in which items come, change and go. */
function createCatalogue() {
  const items = new Map<string, Item | null>()
  const listeners = new Set<(itemId: string, position: Position) => void>()
  const catalogue = {
    listeners,
    get: (itemId: string) => items.get(itemId) ?? undefined,
    isHidden: (itemId: string) => items.has(itemId) && !items.get(itemId)?.available,
    hidden: () => [...items.keys()].filter(catalogue.isHidden),
    onChange(listener: (itemId: string, position: Position) => void) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    put(itemId: string, described: Described) {
      const rest = {
        type: 'item',
        itemId,
        title: itemId,
        year: null,
        poster: null,
        attributes: {},
        updatedAt: 0,
      } as const
      items.set(itemId, described && { ...rest, ...described })
      for (const listener of listeners) listener(itemId, { partition: 0, offset: 0 })
    },
  }
  return catalogue
}

const arbitraryItem = fc.option(fc.record({ available: fc.boolean(), genres: fc.subarray(['Drama', 'Film-Noir']) }), {
  freq: 4,
})
// Some that the generation does not know.
const arbitraryId = fc.constantFrom(...ITEM_IDS, 'new', 'newer')
const ofGenre = (has: string): Filter => ({ field: 'genres', has })
const arbitraryStep = fc.oneof(
  fc.record({ put: arbitraryId, item: arbitraryItem }),
  fc.record({
    look: fc.constantFrom(undefined, ofGenre('drama'), { not: [ofGenre('Film-Noir')] }, ofGenre('Western')),
  }),
)

function expectRight(catalogue: ReturnType<typeof createCatalogue>, hidden: Bitmap, filter?: Filter) {
  const matches = matcher(filter ?? { all: [] })
  const expected = ITEM_IDS.map((itemId) => catalogue.isHidden(itemId) || !matches(catalogue.get(itemId)))
  expect(ITEM_IDS.map((_, index) => hidden.isHidden(index))).toEqual(expected)
}

it('follow the catalogue, whenever they were made', () => {
  fc.assert(
    fc.property(fc.array(arbitraryStep, { maxLength: 60 }), fc.nat(20), fc.nat(5), (steps, before, during) => {
      const catalogue = createCatalogue()
      const change = (step: (typeof steps)[number]): void => {
        if ('put' in step) catalogue.put(step.put, step.item)
      }
      steps.slice(0, before).forEach(change)
      const making = followHiddenItems(generation, scorer.bitmap, catalogue)
      let made = making.next()
      for (const step of steps.slice(before, before + during)) {
        change(step)
        if (!made.done) made = making.next()
      }
      const hiddenItems = made.done ? made.value : finish(making)
      for (const step of steps.slice(before + during)) {
        change(step)
        if (!('look' in step)) continue
        const bitmap = step.look ? finish(hiddenItems.by(step.look)) : hiddenItems.everywhere()
        expectRight(catalogue, bitmap, step.look)
        // What a request does to its own bitmap is seen by no other.
        bitmap.hideAll()
      }
      hiddenItems.close()
    }),
  )
})

it('are read again between requests when much has changed', async () => {
  const catalogue = createCatalogue()
  const hiddenItems = finish(followHiddenItems(generation, scorer.bitmap, catalogue))
  const look = (): void => expectRight(catalogue, finish(hiddenItems.by(ofGenre('Drama'))), ofGenre('Drama'))
  for (let n = 0; n < 5000; n++) {
    catalogue.put(`item ${n % 70}`, { available: n % 3 > 0, genres: n % 7 > 2 ? ['Drama'] : [] })
    if (n % 100 !== 0) continue
    look()
    await new Promise((resolve) => setImmediate(resolve))
  }
  hiddenItems.close()
})

it('leave the catalogue alone when nobody wants them any more', () => {
  const catalogue = createCatalogue()
  catalogue.put('item 1', { available: true, genres: ['Drama'] })
  finish(followHiddenItems(generation, scorer.bitmap, catalogue)).close()
  const givenUp = followHiddenItems(generation, scorer.bitmap, catalogue)
  expect(givenUp.next().done).toBe(false)
  givenUp.return(undefined as never)
  expect(catalogue.listeners.size).toBe(0)
})
