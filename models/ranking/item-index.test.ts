import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Item } from '../events/types.ts'
import type { Bitmap } from './bitmap.ts'
import { type Filter, matcher } from './filter.ts'
import { createItemIndex } from './item-index.ts'
import { finish } from './layout.ts'
import { createScorer } from './scorer.ts'

/** Items of different lengths, so that the scan has an order of its own. */
function worldOf(rows: number) {
  const itemIds = Array.from({ length: rows }, (_, n) => `item ${n}`)
  const indexOf = new Map(itemIds.map((itemId, index) => [itemId, index]))
  const factors = { rows, d: 1, data: Float32Array.from(itemIds, (_, n) => (n * 37) % rows) }
  const { bitmap: empty } = createScorer(factors, { layout: 'int8' })
  return { itemIds, indexOf, empty }
}

const world = worldOf(70)
const { itemIds: ITEM_IDS } = world

const text = fc.constantFrom('Drama', 'drama', 'Film-Noir', 'Comédie', 'comedie', '', 'true')
const number = fc.oneof(
  fc.constantFrom(-0, 0, 1, 1994, 1995, -3.5),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
)
const scalar = fc.oneof(text, number, fc.boolean())
const attributes = fc.dictionary(
  fc.constantFrom('x', 'y', 'itemId'),
  fc.oneof(scalar, fc.array(text, { maxLength: 3 })),
)
const item = fc.record({
  type: fc.constant('item' as const),
  title: text,
  genres: fc.array(text, { maxLength: 3 }),
  year: fc.option(fc.integer({ min: 1990, max: 2000 })),
  poster: fc.constant(null),
  available: fc.boolean(),
  attributes,
  updatedAt: fc.nat(3),
})
// One that the generation does not know.
const itemId = fc.constantFrom(...ITEM_IDS, 'new')

const comparison = (values: fc.Arbitrary<string | number | boolean>) =>
  fc
    .record({ has: values, in: fc.array(values, { maxLength: 4 }), gte: number, lte: number }, { requiredKeys: [] })
    .filter((comparisons) => Object.keys(comparisons).length > 0)
const field = fc.constantFrom(
  'title',
  'genres',
  'year',
  'available',
  'updatedAt',
  ...['x', 'y', 'z', 'itemId'].map((name) => `attributes.${name}`),
)
const { filter } = fc.letrec<{ filter: Filter }>((tie) => {
  const parts = fc.array(tie('filter'), { maxLength: 3 })
  const condition = fc.oneof(
    fc.tuple(field, comparison(scalar)).map(([name, comparisons]) => ({ field: name, ...comparisons })),
    comparison(itemId).map((comparisons) => ({ field: 'itemId', ...comparisons })),
  )
  return {
    filter: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      condition,
      parts.map((all) => ({ all })),
      parts.map((any) => ({ any })),
      parts.map((not) => ({ not })),
    ),
  }
})

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ put: itemId, item: fc.option(item, { freq: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ look: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.constant({ refresh: 'begin' as const }) },
  { weight: 2, arbitrary: fc.constant({ refresh: 'go on' as const }) },
)

function expectRight(hidden: Bitmap, filter: Filter, items: ReadonlyMap<string, Item>): void {
  const expected = ITEM_IDS.map((id) => !matcher(filter)(items.get(id)))
  expect(ITEM_IDS.map((_, n) => hidden.isHidden(n))).toEqual(expected)
  expect((hidden.words.at(-1) as number) >>> (ITEM_IDS.length % 32)).toBe(2 ** 26 - 1)
}

it('hides what the filter lets not through, whatever changes and whenever it is refreshed', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(itemId, item), { maxLength: 60 }),
      fc.array(filter, { minLength: 4, maxLength: 4 }),
      fc.array(step, { maxLength: 40 }),
      (before, filters, steps) => {
        const items = new Map<string, Item>(before.map(([id, described]) => [id, { ...described, itemId: id }]))
        const index = createItemIndex({ ...world, get: (id) => items.get(id) })
        let refreshing = index.refresh()

        function look(one: Filter): void {
          const hidden = finish(index.hiddenBy(one))
          expectRight(hidden, one, items)
          // What a caller does to its own bitmap is seen by no other.
          hidden.invert()
        }
        for (const step of steps) {
          if ('put' in step) {
            if (step.item) items.set(step.put, { ...step.item, itemId: step.put })
            else items.delete(step.put)
            index.touch(step.put)
          } else if ('look' in step) look(filters[step.look] as Filter)
          else if (step.refresh === 'go on') refreshing.next()
          else {
            finish(refreshing)
            refreshing = index.refresh()
          }
        }
        for (const one of filters) look(one)
      },
    ),
    { numRuns: 500 },
  )
})

it('hides what is not let through when it is done, whatever changes, and is read again, between its steps', () => {
  const small = fc.constantFrom(1, 2)
  const described = fc.record({ id: fc.constantFrom(...ITEM_IDS.slice(0, 3)), year: small, updatedAt: small })
  const between = fc.record({ changes: fc.array(described), isRefreshed: fc.boolean() })
  const part = fc.record({ field: fc.constantFrom('year', 'updatedAt'), has: small })
  fc.assert(
    fc.property(fc.array(part, { minLength: 1 }), fc.array(between), (parts, steps) => {
      const items = new Map<string, Item>()
      const index = createItemIndex({ ...world, get: (id) => items.get(id) }, 1)
      finish(index.refresh())
      const asked: Filter = { any: [{ all: parts }, { not: parts }] }
      const rest = { type: 'item', title: '', genres: [], poster: null, available: true, attributes: {} } as const
      const hiding = index.hiddenBy(asked)
      let made = hiding.next()
      for (const { changes, isRefreshed } of steps) {
        for (const { id, year, updatedAt } of changes) {
          items.set(id, { ...rest, itemId: id, year, updatedAt })
          index.touch(id)
        }
        if (isRefreshed) finish(index.refresh())
        if (!made.done) made = hiding.next()
        if (made.done) break
      }
      expectRight(made.done ? made.value : finish(hiding), asked, items)
    }),
    { numRuns: 500 },
  )
})

it('keeps to its limits where values and attributes are many', () => {
  const large = worldOf(20_000)
  const items = new Map<string, Item>(
    large.itemIds.map((id, n) => {
      // Half of them say the same, but only after thousands of others were met.
      const director = n > 10_000 && n % 2 === 0 ? 'Nobody' : `director ${n}`
      const attributes = { director, [`attribute ${n % 400}`]: true, age: (n * 7919) % 20_011 }
      const rest = { title: `Film ${n % 9000}`, genres: [], year: null, poster: null, available: true, updatedAt: n }
      return [id, { type: 'item', itemId: id, attributes, ...rest }]
    }),
  )
  let looks = 0
  const get = (id: string): Item | undefined => {
    looks++
    return items.get(id)
  }
  const index = createItemIndex({ ...large, get })
  let steps = 0
  for (const _ of index.refresh()) steps++
  expect(steps).toBeGreaterThan(20)
  const filters: Filter[] = [
    { field: 'title', in: ['film 1', 'FILM 8999', 'Film 9000'] },
    { field: 'attributes.director', has: 'nobody' },
    { field: 'attributes.director', has: 'director 9999' },
    { field: 'attributes.attribute 3', has: true },
    { field: 'attributes.attribute 399', has: true },
    { field: 'attributes.attribute 400', has: true },
    { field: 'attributes.age', gte: 5000, lte: 5100.5 },
    { field: 'updatedAt', gte: 19_990 },
    { field: 'updatedAt', gte: 10, lte: 9 },
  ]
  for (const filter of filters) {
    const hidden = finish(index.hiddenBy(filter))
    const shown = large.itemIds.filter((_, n) => !hidden.isHidden(n))
    expect(shown).toEqual(large.itemIds.filter((id) => matcher(filter)(items.get(id))))
  }
  // Of a name that no item has, none is asked; of one that is not indexed all are, but few at a time.
  looks = 0
  const madeUp = Array.from({ length: 100 }, (_, n): Filter => ({ field: `attributes.made up ${n}`, has: true }))
  finish(index.hiddenBy({ any: madeUp }))
  expect(looks).toBe(0)
  steps = 0
  for (const _ of index.hiddenBy({ field: 'attributes.attribute 398', has: true })) steps++
  expect(looks).toBe(large.itemIds.length)
  expect(steps).toBeGreaterThanOrEqual(9)
})

it('is stale when many descriptions changed since it was begun', () => {
  const index = createItemIndex({ ...world, get: () => undefined })
  for (let n = 0; n < 1024; n++) index.touch('item 1')
  index.touch('unknown')
  expect([index.isBehind(), index.isStale()]).toEqual([true, false])
  index.touch('item 2')
  expect(index.isStale()).toBe(true)
  finish(index.refresh())
  expect([index.isBehind(), index.isStale()]).toEqual([false, false])
})
