import { beforeAll, describe, expect, it } from 'vitest'
import { idsOf } from '../infra/system.fixture.ts'
import type { Item } from '../models/events/types.ts'
import { expectSameList, type List, type ListRequest, scoresOf, systemWithDataset } from './dataset.fixture.ts'

const asked = systemWithDataset()

const DESCRIBED = 300
const ALL = 10_000

let userId: string
/** Everything that may be recommended to the user, best first, without rules. */
let whole: List['items']
let items: Map<string, Item>

beforeAll(async () => {
  const { data, describe, list, inPages } = asked()
  userId = data.users[50] as string
  items = new Map(data.items)
  const first = await list({ userId, limit: DESCRIBED })
  await Promise.all(
    first.items.map(async ({ itemId }, n) => {
      const { title, genres, year, ...item } = items.get(itemId) as Item
      const attributes = {
        minutes: 80 + n,
        isRestored: n % 3 === 0,
        countries: n % 2 === 0 ? ['Fräncé', 'Italy'] : ['Japan'],
      }
      await describe(itemId, { title, genres: [...genres], attributes, ...(year !== null && { year }) })
      items.set(itemId, { ...item, title, genres, year, attributes })
    }),
  )
  whole = await inPages({ userId }, 1000, ALL)
})

const has = (field: 'genres' | 'countries', wanted: string) => (item: Item) =>
  ((field === 'genres' ? item.genres : item.attributes[field]) as readonly string[] | undefined)?.includes(wanted) ??
  false

describe('a filter', () => {
  const minutes = ({ attributes }: Item) => Number(attributes.minutes ?? Number.NaN)
  const year = (item: Item) => item.year ?? Number.NaN
  it.each<[string, ListRequest['filter'] & object, (item: Item) => boolean]>([
    ['has', { field: 'genres', has: 'drama' }, has('genres', 'Drama')],
    [
      'in',
      { field: 'genres', in: ['War', 'WESTERN'] },
      (item) => has('genres', 'War')(item) || has('genres', 'Western')(item),
    ],
    ['gte', { field: 'year', gte: 2000 }, (item) => year(item) >= 2000],
    ['gte and lte', { field: 'year', gte: 1970, lte: 1979 }, (item) => year(item) >= 1970 && year(item) <= 1979],
    ['has of an attribute', { field: 'attributes.countries', has: 'france' }, has('countries', 'Fräncé')],
    ['a flag', { field: 'attributes.isRestored', has: true }, (item) => item.attributes.isRestored === true],
    [
      'a range of an attribute',
      { field: 'attributes.minutes', gte: 100, lte: 120 },
      (item) => minutes(item) >= 100 && minutes(item) <= 120,
    ],
    [
      'itemId',
      { field: 'itemId', in: ['1', '2', '50', '318', '527'] },
      ({ itemId }) => ['1', '2', '50', '318', '527'].includes(itemId),
    ],
    [
      'all, any and not',
      {
        all: [
          {
            any: [
              { field: 'genres', has: 'Comedy' },
              { field: 'genres', has: 'Crime' },
            ],
          },
          {
            not: [
              { field: 'genres', has: 'Drama' },
              { field: 'year', lte: 1990 },
            ],
          },
        ],
      },
      (item) =>
        (has('genres', 'Comedy')(item) || has('genres', 'Crime')(item)) &&
        !has('genres', 'Drama')(item) &&
        !(year(item) <= 1990),
    ],
    ['nothing', { any: [] }, () => false],
    ['everything', { all: [] }, () => true],
  ])('by %s leaves exactly what it lets through, in the order of the whole', async (_, filter, matches) => {
    const expected = whole.filter(({ itemId }) => matches(items.get(itemId) as Item)).slice(0, 200)
    const { items: found } = await asked().list({ userId, filter, limit: 200 })
    expect(idsOf({ items: found })).toEqual(idsOf({ items: expected }))
    expect(scoresOf({ items: found })).toEqual(scoresOf({ items: expected }))
  })

  it('that names what no item has is refused, with the path of the fault', async () => {
    const filter = { all: [{ field: 'colour', has: 'red' }] }
    await expect(asked().list({ userId, filter, limit: 5 })).rejects.toMatchObject({
      status: 400,
      problem: { errors: [{ path: 'filter.all[0].field' }] },
    })
  })
})

describe('scores', () => {
  /** What the model has not seen may come, and get other factors, while a test runs. */
  const seen = (list: readonly List['items'][number][]) => list.filter(({ isNew }) => !isNew)
  const rescored = (factorOf: (item: Item) => number) =>
    seen(whole)
      .map(({ itemId, score }) => {
        const factor = factorOf(items.get(itemId) as Item)
        return { itemId, score: score < 0 ? score / factor : score * factor }
      })
      .sort((x, y) => y.score - x.score)

  it.each([1.5, 20, 0.1])('are multiplied by a boost of %d', async (factor) => {
    const boost = [
      { filter: { field: 'genres', has: 'Horror' }, factor },
      { filter: { field: 'year', gte: 2010 }, factor: 1.2 },
    ]
    const expected = rescored(
      (item) => (has('genres', 'Horror')(item) ? factor : 1) * ((item.year ?? 0) >= 2010 ? 1.2 : 1),
    )
    const found = seen((await asked().list({ userId, boost, limit: 300 })).items)
    expect(found).not.toEqual([])
    expectSameList({ items: found }, { items: expected.slice(0, found.length) })
  })

  it('halve with age', async () => {
    const halfLifeDays = 3650
    const decay = { field: 'year', halfLifeDays }
    const found = seen((await asked().list({ userId, decay, limit: 300 })).items)
    const dayMs = 86_400_000
    const expected = rescored(({ year }) =>
      year === null ? 2 ** -60 : 2 ** (-Math.max(0, Date.now() - Date.UTC(year, 0)) / (halfLifeDays * dayMs)),
    )
    expect(found).not.toEqual([])
    expectSameList({ items: found }, { items: expected.slice(0, found.length) })
  })
})
