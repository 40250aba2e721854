import fc from 'fast-check'
import { expect, it } from 'vitest'
import { placeFactors } from '../../models/als/placed.ts'
import type { Item } from '../../models/events/types.ts'
import type { HistoryEntry } from '../../models/history/types.ts'
import { createWorkspace } from '../../models/linalg/workspace.ts'
import { type Filter, matcher } from '../../models/ranking/filter.ts'
import { finish } from '../../models/ranking/layout.ts'
import { popularItems, topRatedItems } from '../../models/ranking/ranked-items.ts'
import { rescore } from '../../models/ranking/rescored.ts'
import { createStatisticsTable } from '../../models/ranking/statistics-table.ts'
import type { Catalogue } from '../catalogue.ts'
import { inRanking } from './in-ranking.ts'
import { knownTo } from './known-items.ts'
import type { Selection } from './request.ts'
import { rescoringOf } from './rescoring.ts'
import { createScanPool } from './scan-pool.ts'
import { buildShelf, type Part, type Shelf } from './shelf.ts'
import type { Rules } from './sources.ts'

const GENRES = ['Drama', 'Comedy', 'Western'] as const
const pool = createScanPool(1)

/**
 * Rated items, of which some stand on the shelf of a generation, some on that of newcomers, and some on none. How each is
 * described follows from its number.
 */
function worldOf(items: number, rareEvery = 50) {
  const numbers = Array.from({ length: items }, (_, n) => n)
  const described = new Map<string, Item>()
  const deleted = new Set<string>()
  for (const n of numbers) {
    const itemId = `${n}`
    const genres = [GENRES[n % 2] as string, ...(n % rareEvery === 1 ? ['Rare'] : [])]
    const more = { title: itemId, year: 1950 + (n % 70), poster: null, available: true, attributes: {}, updatedAt: 0 }
    if (n % 11 === 0) deleted.add(itemId)
    else if (n % 5 > 0) described.set(itemId, { type: 'item', itemId, genres, ...more })
  }
  const catalogue = {
    get: (itemId: string) => described.get(itemId),
    isHidden: (itemId: string) => deleted.has(itemId),
    hidden: () => deleted,
    version: () => 0,
    onChange: () => () => {},
  } as unknown as Catalogue

  function shelfOf(itemIds: readonly string[], positives?: Int32Array): Shelf {
    const workspace = createWorkspace()
    const data = Float32Array.from(itemIds, (_, n) => (n * 37) % 101)
    const factors = placeFactors(workspace, { rows: itemIds.length, d: 1, data })
    const indexOf = new Map(itemIds.map((itemId, index) => [itemId, index]))
    return finish(buildShelf({ itemIds, indexOf, factors, positives }, workspace, catalogue, pool))
  }
  const own = numbers.filter((n) => n % 10 < 8).map(String)
  const newer = numbers.filter((n) => n % 10 === 8).map(String)
  const shelves = [
    shelfOf(
      own,
      Int32Array.from(own, (_, n) => (n * 13) % 29),
    ),
    shelfOf(newer),
  ]

  const table = createStatisticsTable(1)
  for (const n of numbers) {
    // Below zero, too: a scale may be.
    const statistics = {
      count: 1 + (n % 4),
      sum: ((n * 7919) % 41) - 12,
      positives: (n * 31) % 17,
      decayed: [1, 1, 1],
      decayedAt: 0,
    }
    table.set(0, `${n}`, statistics)
  }
  return { catalogue, shelves, list: finish(topRatedItems(table)), popular: finish(popularItems(table)) }
}

type World = ReturnType<typeof worldOf>

/** Whether an item is among the most liked fifth by now. */
function wellKnownIn({ popular }: World): (itemId: string) => boolean {
  const wellKnown = new Set(
    popular
      .values()
      .take(Math.floor(popular.length / 5))
      .map(({ itemId }) => itemId),
  )
  return (itemId) => wellKnown.has(itemId)
}

/** Whether an item was so when the generation was trained. */
function wellKnownOn([own]: readonly Shelf[]): (itemId: string) => boolean {
  return (itemId) => {
    const index = own?.indexOf.get(itemId)
    return own !== undefined && index !== undefined && own.isWellKnown(index)
  }
}

/** As if everything were looked at. */
function expected({ catalogue, list }: World, isWellKnown: (itemId: string) => boolean, rules: Rules, part: Part) {
  const isKnown = (itemId: string) => rules.known.some((items) => items.itemIds().includes(itemId))
  return [...list.values()]
    .filter(({ itemId }) => {
      if (part !== 'all' && isWellKnown(itemId) !== (part === 'wellKnown')) return false
      if (catalogue.isHidden(itemId) || rules.hide.includes(itemId) || isKnown(itemId)) return false
      return rules.filter === undefined || matcher(rules.filter)(catalogue.get(itemId))
    })
    .map(({ itemId, score }) => ({ itemId, score: rescore(score, rules.rescoring?.factorOf(itemId) ?? 1) }))
    .toSorted((x, y) => y.score - x.score)
}

const known = (...itemIds: string[]) =>
  knownTo(new Map(itemIds.map((itemId) => [itemId, { itemId, value: 5 } as HistoryEntry])))

const arbitraryFilter = fc.constantFrom<Filter | undefined>(
  undefined,
  { field: 'genres', has: 'drama' },
  { field: 'genres', has: 'Rare' },
  { not: [{ field: 'genres', has: 'Comedy' }] },
  { any: [] },
)
const arbitraryBoost = fc.array(
  fc.record({
    filter: fc.constantFrom<Filter>({ field: 'genres', has: 'Comedy' }, { field: 'year', gte: 1990 }, { all: [] }),
    factor: fc.constantFrom(0.25, 1, 2, 5),
  }),
  { maxLength: 3 },
)
const arbitraryAsk = fc.record({
  filter: arbitraryFilter,
  boost: arbitraryBoost,
  part: fc.constantFrom<Part>('all', 'wellKnown', 'lessKnown'),
  hide: fc.array(fc.nat(70).map(String), { maxLength: 5 }),
  counts: fc.array(fc.nat(80), { minLength: 1, maxLength: 3 }),
  shelves: fc.nat(2),
  isCounted: fc.boolean(),
})

function rulesOf({ catalogue }: World, filter: Filter | undefined, hide: string[], boost: Selection['boost']): Rules {
  const rescoring = rescoringOf({ limit: 1, skip: 0, boost }, catalogue, 0)
  return { filter, hide, known: [known('3', '8', '9')], rescoring }
}

/** @param isCounted  the stream tells what is well known */
function factsOf(world: World, shelves: readonly Shelf[], isCounted: boolean) {
  const isWellKnown = wellKnownIn(world)
  const byRow = (row: number) => isWellKnown(world.list.rows.itemIdOf(row))
  return { shelves, catalogue: world.catalogue, isWellKnown: isCounted ? byRow : undefined }
}

it('a list that is there already is listed as if everything in it were looked at', async () => {
  const world = worldOf(70, 7)
  await fc.assert(
    fc.asyncProperty(arbitraryAsk, async ({ filter, boost, part, hide, counts, shelves, isCounted }) => {
      const used = world.shelves.slice(0, shelves)
      const rules = rulesOf(world, filter, hide, boost)
      const source = inRanking('top-rated', world.list, factsOf(world, used, isCounted), rules)
      const all = expected(world, isCounted ? wellKnownIn(world) : wellKnownOn(used), rules, part)
      // Asked for more it gives the same ones, and then others.
      for (const count of counts) expect(await source.best(count, part)).toEqual(all.slice(0, count))
    }),
    { numRuns: 300 },
  )
})

it('so it is where a filter leaves few of many', async () => {
  const world = worldOf(12_000, 400)
  const asked: string[] = []
  const get: Catalogue['get'] = (itemId) => {
    asked.push(itemId)
    return world.catalogue.get(itemId)
  }
  const catalogue = { ...world.catalogue, get }
  const boosts = [undefined, [{ filter: { field: 'year', gte: 1990 }, factor: 5 }]]
  const parts: Part[] = ['all', 'wellKnown', 'lessKnown']
  for (const [boost, part, isCounted] of boosts.flatMap((boost) =>
    parts.flatMap((part) => [true, false].map((isCounted) => [boost, part, isCounted] as const)),
  )) {
    const rules = rulesOf(world, { field: 'genres', has: 'Rare' }, [], boost)
    const all = expected(world, isCounted ? wellKnownIn(world) : wellKnownOn(world.shelves), rules, part)
    expect(all.length).toBeGreaterThan(2)
    const facts = { ...factsOf(world, world.shelves, isCounted), catalogue }
    const source = inRanking('top-rated', world.list, facts, rules)
    expect(await source.best(1000, part)).toEqual(all)
    expect(await source.best(2, part)).toEqual(all.slice(0, 2))
  }
  // Descriptions are read of those alone that stand on no shelf.
  const isShelved = (itemId: string) => world.shelves.some(({ indexOf }) => indexOf.has(itemId))
  expect(asked.length).toBeGreaterThan(0)
  expect(asked.filter(isShelved)).toEqual([])
})

it('with boosts no more is looked at than may be among the best', async () => {
  const world = worldOf(12_000)
  const [own, newer] = world.shelves as [Shelf, Shelf]
  let asked = 0
  const rescoring = {
    factorOf: () => 1,
    maxFactor: 1.05,
    *on() {
      yield
      return { factorOf: () => (asked++ % 2 ? 1.05 : 1), maxFactor: 1.05 }
    },
  }
  const rules = { filter: undefined, hide: [], known: [], rescoring } as never
  const source = inRanking('top-rated', world.list, { shelves: [own, newer], catalogue: world.catalogue }, rules)
  await source.best(10)
  expect(asked).toBeGreaterThan(0)
  expect(asked).toBeLessThan(2_000)
})
