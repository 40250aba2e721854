import { describe, expect, it, vi } from 'vitest'
import { idsOf } from '../infra/system.fixture.ts'
import { answerOf } from './client.ts'
import { expectNear, expectSameList, type List, likesOf, scoresOf, systemWithDataset } from './dataset.fixture.ts'

const asked = systemWithDataset()
const DAY_MS = 86_400_000

const topRated = (query: { genre?: string; limit?: number } = {}) =>
  answerOf(asked().v1.items['top-rated'].$get({ query }))
const trending = (window: '1d' | '7d' | '30d', limit = 10) =>
  answerOf(asked().v1.items.trending.$get({ query: { window, limit } }))
const isOf = (itemId: string, genre: string) => asked().data.items.get(itemId)?.genres.includes(genre) ?? false
const best = (scores: Iterable<[string, number]>) => [...scores].sort(([, x], [, y]) => y - x).map(([, score]) => score)

describe('GET /v1/items/popular', () => {
  it('counts the likes of each item', async () => {
    const { data, popular } = asked()
    const likes = likesOf(data)
    const all = await popular({ limit: 1000 })
    expect(scoresOf(all)).toEqual(best(likes).slice(0, 1000))
    for (const { itemId, score } of all.items) expect(score).toBe(likes.get(itemId))
    expect((await popular({ limit: 100, skip: 50 })).items).toEqual(all.items.slice(50, 150))
  })

  it('keeps to a genre', async () => {
    const { data, popular } = asked()
    const comedies = await popular({ genre: 'comedy', limit: 100 })
    const likes = [...likesOf(data)].filter(([itemId]) => isOf(itemId, 'Comedy'))
    expect(scoresOf(comedies)).toEqual(best(likes).slice(0, 100))
    for (const { genres } of comedies.items) expect(genres).toContain('Comedy')
  })
})

describe('GET /v1/items/top-rated', () => {
  it('goes by the weighted average of the ratings', async () => {
    const { data } = asked()
    const ofItem = new Map<string, number[]>()
    for (const theirs of data.ratings.values())
      for (const [itemId, value] of theirs) ofItem.set(itemId, [...(ofItem.get(itemId) ?? []), value])
    const all = [...ofItem.values()].flat()
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length
    const m = all.length / ofItem.size
    const averages = [...ofItem].map(([itemId, values]): [string, number] => [
      itemId,
      (values.reduce((sum, value) => sum + value, 0) + m * mean) / (values.length + m),
    ])
    const list = await topRated({ limit: 500 })
    best(averages)
      .slice(0, 500)
      .forEach((score, n) => void expectNear(list.items[n]?.score as number, score))
    const average = new Map(averages)
    for (const { itemId, score } of list.items) expectNear(score, average.get(itemId) as number, itemId)
    const dramas = await topRated({ genre: 'Drama', limit: 50 })
    expect(idsOf(dramas)).toEqual(
      idsOf({ items: (await topRated({ limit: 1000 })).items.filter(({ itemId }) => isOf(itemId, 'Drama')) }).slice(
        0,
        50,
      ),
    )
  })
})

describe('GET /v1/items/trending', () => {
  it('is of the last trend while there is none, and says so', async () => {
    const { asOf, items } = await trending('7d')
    expect(items).toHaveLength(10)
    expect(Date.parse(asOf)).toBeLessThanOrEqual(asked().data.newest)
    expect(Date.parse(asOf)).toBeGreaterThan(asked().data.newest - 7 * DAY_MS)
  })

  it('follows a burst of likes, and forgets it', async () => {
    const { data, rate } = asked()
    const [burst, later] = [...data.items.keys()].slice(-2) as [string, string]
    const like = (itemId: string, count: number, occurredAt: number) =>
      rate(Array.from({ length: count }, (_, n) => ({ userId: `of ${itemId}, ${n}`, itemId, value: 5, occurredAt })))
    const longAgo = Date.now() - 20 * DAY_MS
    await like(burst, 40, longAgo)
    await vi.waitFor(async () => {
      const list = await trending('7d')
      expect(list.items[0]).toMatchObject({ itemId: burst, score: expect.closeTo(40 * 2 ** (-20 / 7), 1) })
      expect(Date.parse(list.asOf)).toBeGreaterThan(Date.now() - 2 * 60_000)
    })

    // In a day's view nothing is a trend now: that was the last one.
    const last = await trending('1d')
    expect(last.items[0]).toMatchObject({ itemId: burst, score: expect.closeTo(40, 3) })
    expect(Date.parse(last.asOf)).toBe(longAgo)

    await like(later, 12, Date.now())
    // They are counted one by one.
    const week = await vi.waitFor(async () => {
      const list = await trending('7d')
      expect(list.items[0]).toMatchObject({ itemId: later, score: expect.closeTo(12, 1) })
      return list
    })
    expect(Date.parse(week.asOf)).toBeGreaterThan(Date.now() - 2 * 60_000)
    expect(week.items[1]).toMatchObject({ itemId: burst, score: expect.closeTo(40 * 2 ** (-20 / 7), 1) })
    // A month does not forget as fast.
    expect(idsOf(await trending('30d')).slice(0, 2)).toEqual([burst, later])
    await vi.waitFor(async () => expect(idsOf(await trending('1d'))).toEqual([later]))

    // A stranger is told what is trending in a genre once there is a list of it.
    const genre = 'Documentary'
    const lately = [...data.items.keys()].filter((itemId) => isOf(itemId, genre)).slice(0, 10)
    const inGenre = () => asked().recommendations('nobody', { limit: 10, genre })
    expect((await inGenre()).strategy).toBe('popular')
    for (const [n, itemId] of lately.entries()) await like(itemId, 3 + n, Date.now())
    await vi.waitFor(async () => expect(idsOf(await inGenre())).toEqual(lately.toReversed()))
    expect((await inGenre()).strategy).toBe('trending')
  })
})

describe('GET /v1/items/{itemId}/similar', () => {
  it('answers the items of most similar factors, and says the same of both', async () => {
    const { data, popular, similar, v1 } = asked()
    const likes = likesOf(data)
    for (const itemId of idsOf(await popular({ limit: 5 }))) {
      const list = await similar(itemId, { limit: 1000 })
      expect(list.strategy).toBe('similar')
      expect(idsOf(list)).not.toContain(itemId)
      expect(scoresOf(list)).toEqual(scoresOf(list).toSorted((x, y) => y - x))
      expect(scoresOf(list)[0]).toBeLessThan(1.0001)
      expect((await similar(itemId, { limit: 20, skip: 10 })).items).toEqual(list.items.slice(10, 30))
      // What nobody likes is like nothing, though it is recommended for its genres.
      expect(idsOf(list).filter((near) => !likes.has(near))).toEqual([])
      const dramas = await similar(itemId, { limit: 5, genre: 'Drama' })
      expect(dramas.items).toEqual(list.items.filter(({ genres }) => genres?.includes('Drama')).slice(0, 5))
      const [nearest] = list.items
      const back = (await similar(nearest?.itemId as string, { limit: 1000 })).items.find(
        (item) => item.itemId === itemId,
      )
      expectNear(back?.score as number, nearest?.score as number)
    }
    expect((await v1.items[':itemId'].similar.$get({ param: { itemId: 'unheard of' } })).status).toBe(404)
  })
})

describe('POST /v1/items/similar', () => {
  it('answers what is near all of some items, by the mean of the cosines, which explain it', async () => {
    const { popular, similar, v1 } = asked()
    const items = idsOf(await popular({ limit: 9 })).filter((_, n) => n % 3 === 0)
    const json = { items: [...items, 'unheard of'], limit: 30, explain: true }
    const together = await answerOf(v1.items.similar.$post({ json }))
    expect(together.ignored).toEqual(['unheard of'])
    const toEach = await Promise.all(
      items.map(
        async (itemId) =>
          new Map((await similar(itemId, { limit: 1000 })).items.map((item) => [item.itemId, item.score])),
      ),
    )
    for (const { itemId, score, reasons = [] } of together.items) {
      expect(items).not.toContain(itemId)
      expectNear(
        reasons.reduce((sum, { contribution }) => sum + contribution, 0),
        score,
        itemId,
      )
      for (const reason of reasons)
        expectNear(
          items.length * reason.contribution,
          toEach[items.indexOf(reason.itemId)]?.get(itemId) as number,
          itemId,
        )
    }
    const [one = ''] = items
    const alone = await answerOf(v1.items.similar.$post({ json: { items: [one], limit: 30 } }))
    expectSameList(alone, await similar(one, { limit: 30 }))
    const nothing: List = await answerOf(v1.items.similar.$post({ json: { items: ['unheard of'] } }))
    expect(nothing.items).toEqual([])
  })
})
