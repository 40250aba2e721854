import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Item } from '../../models/events/types.ts'
import { timesOn } from './shelf-times.ts'

const DESCRIBED = { type: 'item', title: '', genres: [], poster: null, available: true, updatedAt: 0 } as const

/** Some are told of, once or again, and some never. */
function createCatalogue() {
  const items = new Map<string, Item>()
  let version = 0
  return {
    get: (itemId: string) => items.get(itemId),
    version: () => version,
    put(itemId: string, year: number | null, attributes: Item['attributes'] = {}) {
      items.set(itemId, { ...DESCRIBED, itemId, year, attributes })
      version++
    },
  }
}

it('times of a shelf are those of its items, whatever changes between two requests', () => {
  const change = fc.record({ index: fc.nat(9), year: fc.option(fc.integer({ min: 1900, max: 2030 })) })
  const request = fc.record({ index: fc.nat(9), field: fc.constantFrom('year', 'updatedAt') })
  fc.assert(
    fc.property(fc.array(fc.oneof(change, request), { maxLength: 60 }), (steps) => {
      const shelf = { itemIds: Array.from({ length: 10 }, (_, n) => `i${n}`) }
      const catalogue = createCatalogue()
      for (const step of steps) {
        const itemId = shelf.itemIds[step.index] as string
        if ('year' in step) catalogue.put(itemId, step.year)
        else {
          const item = catalogue.get(itemId)
          const time = step.field === 'updatedAt' ? item?.updatedAt : item?.year && Date.UTC(item.year, 0)
          expect(timesOn(shelf, step.field, catalogue)(step.index)).toBe(time ?? Number.NaN)
        }
      }
    }),
  )
})

it('an item is asked once for many requests, and its fields are not mixed up', () => {
  const shelf = { itemIds: ['known', 'unknown'] }
  const catalogue = createCatalogue()
  catalogue.put('known', 1970, { a: 1, b: 2 })
  const asked: string[] = []
  function get(itemId: string): Item | undefined {
    asked.push(itemId)
    return catalogue.get(itemId)
  }
  const timesBy = (field: string) => [0, 1].map(timesOn(shelf, field, { ...catalogue, get }))
  for (let n = 0; n < 3; n++) {
    expect(timesBy('attributes.a')).toEqual([1, Number.NaN])
    expect(timesBy('attributes.b')).toEqual([2, Number.NaN])
  }
  expect(asked).toHaveLength(4)
})

it('of fields without end, the last are kept', () => {
  const shelf = { itemIds: ['known'] }
  const catalogue = createCatalogue()
  const attributes = Object.fromEntries(Array.from({ length: 100 }, (_, n) => [`a${n}`, n]))
  catalogue.put('known', null, attributes)
  for (const round of [1, 2])
    for (let n = 0; n < 100; n++) expect([round, timesOn(shelf, `attributes.a${n}`, catalogue)(0)]).toEqual([round, n])
})
