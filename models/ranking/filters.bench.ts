import type { Item } from '../events/types.ts'
import { normal, type Random, seededRandom } from '../linalg/random.ts'
import { medianMs, rounded } from '../linalg/timing.fixture.ts'
import type { Filter } from './filter.ts'
import { createItemIndex } from './item-index.ts'
import { finish } from './layout.ts'
import { createScorer } from './scorer.ts'

const ROWS = 61_000
const FACTORS = 64
const K = 10
const USERS = 32
/** Natural logarithm of a length: between those that training gives on MovieLens (wider) and on Gowalla (narrower). */
const LENGTH_SPREAD = 0.5

/** One item in a hundred by chance, those that come one after the other, or those of about one length. */
const FILTERS: Record<string, Filter> = {
  none: { all: [] },
  '50 %': { field: 'year', gte: 1950 },
  '1 %, random': { field: 'genres', has: 'rare' },
  '1 %, three conditions': {
    all: [
      { field: 'genres', has: 'often' },
      { field: 'year', gte: 1990 },
      { not: [{ field: 'attributes.side', has: 'b' }] },
    ],
  },
  '1 %, of one length': { field: 'attributes.length', lte: 0.01 },
}

/**
 * Times the top 10 of 61,000 items with filters, from the filter to the list: when it is asked for again (`µs`), and how long the
 * first time took beyond that (`firstMs`). Lengths are all alike, or differ as those of trained items do, where the scan without
 * a filter ends early.
 */
export async function bench(report: (row: Record<string, string | number>) => void): Promise<void> {
  for (const lengths of ['alike', 'as trained']) {
    const random = seededRandom(ROWS)
    const lengthOf = Float64Array.from({ length: ROWS }, () =>
      lengths === 'alike' ? 1 : Math.exp(LENGTH_SPREAD * normal(random)),
    )
    const data = Float32Array.from(
      { length: ROWS * FACTORS },
      (_, n) => (lengthOf[Math.floor(n / FACTORS)] as number) * normal(random),
    )
    const scorer = createScorer({ rows: ROWS, d: FACTORS, data }, { layout: 'int8' })
    const items = describedItems(lengthOf, random)
    const itemIds = Array.from({ length: ROWS }, (_, n) => `item ${n}`)
    const indexOf = new Map(itemIds.map((itemId, index) => [itemId, index]))
    const index = createItemIndex({ itemIds, indexOf, get: (itemId) => items.get(itemId), empty: scorer.bitmap })
    const readMs = Math.min(...[1, 2, 3].map(() => once(() => finish(index.refresh()))))
    const users = Array.from({ length: USERS }, () => Float32Array.from({ length: FACTORS }, () => normal(random)))
    let turn = 0
    const search = (filter: Filter) => () => {
      const hidden = finish(index.hiddenBy(filter))
      scorer.topK(users[turn++ % USERS] as Float32Array, K, hidden)
    }
    medianMs(search({ all: [] }))
    for (const [name, filter] of Object.entries(FILTERS)) {
      const first = once(search(filter))
      const again = medianMs(search(filter))
      const hidden = finish(index.hiddenBy(filter))
      const left = itemIds.filter((_, n) => !hidden.isHidden(n)).length
      report({
        items: ROWS,
        lengths,
        filter: name,
        left,
        µs: rounded(1000 * again),
        firstMs: rounded(first - again),
        'index, ms': rounded(readMs),
      })
    }
  }
}

function once(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

/** `attributes.length` is an item's place among the lengths, or, where these are all alike, among the items: from 0 to 1. */
function describedItems(lengthOf: Float64Array, random: Random): Map<string, Item> {
  const byLength = [...lengthOf.keys()].sort((x, y) => (lengthOf[x] as number) - (lengthOf[y] as number))
  const entries = byLength.map((n, place): [string, Item] => {
    const itemId = `item ${n}`
    const item: Item = {
      type: 'item',
      itemId,
      title: `Item number ${n}`,
      genres: [random() < 0.2 ? 'often' : 'seldom', random() < 0.01 ? 'rare' : 'common', 'always'],
      year: 1900 + Math.floor(100 * random()),
      poster: null,
      available: true,
      attributes: { side: random() < 0.5 ? 'a' : 'b', length: place / ROWS },
      updatedAt: n,
    }
    return [itemId, item]
  })
  return new Map(entries)
}
