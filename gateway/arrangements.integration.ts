import { beforeAll, describe, expect, it } from 'vitest'
import { idsOf } from '../infra/system.fixture.ts'
import { expectNear, type List, type ListRequest, systemWithDataset, wellKnownOf } from './dataset.fixture.ts'

const asked = systemWithDataset()

let userId: string
/** What may be recommended to the user, best first, without rules. */
let whole: List['items']
beforeAll(async () => {
  userId = asked().data.users[50] as string
  whole = await asked().inPages({ userId }, 1000, 10_000)
})

describe('an arrangement', () => {
  it('has at most three items of each genre, the best that leave room', async () => {
    const counts = new Map<string, number>()
    const expected = whole.filter(({ genres = [] }) => {
      if (genres.some((genre) => (counts.get(genre) ?? 0) >= 3)) return false
      for (const genre of genres) counts.set(genre, (counts.get(genre) ?? 0) + 1)
      return true
    })
    const found = await asked().list({ userId, caps: [{ field: 'genres', max: 3 }], limit: 15 })
    expect(found.items).toEqual(expected.slice(0, 15))
  })

  it('puts pins where they belong, and excludes what is excluded', async () => {
    const ids = idsOf({ items: whole })
    const [far, near, excluded] = [ids[500] as string, ids[1] as string, ids[0] as string]
    const pin = [
      { itemId: far, position: 0 },
      { itemId: near, position: 4 },
    ]
    const found = await asked().list({ userId, pin, exclude: [excluded], limit: 8 })
    expect(idsOf(found)).toEqual([far, ...ids.slice(2, 5), near, ...ids.slice(5, 8)])
    for (const { itemId, score } of found.items)
      expectNear(score, whole.find((item) => item.itemId === itemId)?.score as number)
  })

  it('is less alike with diversity, and begins with the best all the same', async () => {
    const ids = idsOf({ items: whole })
    const [plain, some, much] = await Promise.all(
      [0, 0.3, 0.9].map((diversity) => asked().list({ userId, diversity, limit: 20 })),
    )
    expect(idsOf(plain as List)).toEqual(ids.slice(0, 20))
    for (const list of [some, much] as List[]) {
      expect(idsOf(list)[0]).toBe(ids[0])
      expect(idsOf(list)).not.toEqual(ids.slice(0, 20))
    }
    expect(await alike(much as List)).toBeLessThan(await alike(plain as List))
  })

  /** Of how many other items of the list an item is among the hundred nearest. */
  async function alike(list: List): Promise<number> {
    const others = await Promise.all(idsOf(list).map((itemId) => asked().similar(itemId, { limit: 100 })))
    return others.flatMap(idsOf).filter((itemId) => idsOf(list).includes(itemId)).length
  }

  it('takes its share from outside the most popular fifth, the best of both', async () => {
    const wellKnown = wellKnownOf(asked().data)
    const isWellKnown = ({ itemId }: { itemId: string }) => wellKnown.has(itemId)
    for (const [lessKnown, count] of [
      [0, 0],
      [0.25, 5],
      [0.5, 10],
      [1, 20],
    ] as const) {
      const found = await asked().list({ userId, lessKnown, limit: 20 })
      const [known, others] = [found.items.filter(isWellKnown), found.items.filter((item) => !isWellKnown(item))]
      expect(known).toEqual(whole.filter(isWellKnown).slice(0, 20 - count))
      expect(others).toEqual(whole.filter((item) => !isWellKnown(item)).slice(0, count))
    }
  })

  it.each<[string, ListRequest]>([
    ['no rules', {}],
    ['a boost', { boost: [{ filter: { field: 'genres', has: 'Horror' }, factor: 3 }] }],
    ['diversity', { diversity: 0.5 }],
    ['caps', { caps: [{ field: 'genres', max: 8 }] }],
    ['less known', { lessKnown: 0.3 }],
    [
      'all of them',
      {
        filter: { field: 'genres', has: 'Drama' },
        caps: [{ field: 'year', max: 2 }],
        diversity: 0.4,
        lessKnown: 0.5,
        boost: [{ filter: { field: 'genres', has: 'Crime' }, factor: 2 }],
        pin: [{ itemId: '318', position: 9 }],
      },
    ],
  ])('is the same in pages and whole, with %s', async (_, rules) => {
    const { list, inPages } = asked()
    const [together, pages] = [await list({ userId, ...rules, limit: 60 }), await inPages({ userId, ...rules }, 7, 60)]
    expect(pages).toEqual(together.items)
    expect(new Set(idsOf(together)).size).toBe(together.items.length)
  })
})
