import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import {
  faultPathsOf,
  generationOf,
  itemIdsOf,
  openTestGateway,
  type TestGateway,
  tokenOf,
  writePositives,
  writeUser,
} from './gateway.fixture.ts'

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
  gateway.serve(generationOf('g1', { a: [1, 0], b: [0.9, 0.1], c: [0, 1] }))
  await gateway.send('POST', '/v1/items', [
    { itemId: 'a', title: 'Heat of the Day', genres: ['Crime'], attributes: { price: 3, tags: ['x'] } },
    { itemId: 'b', title: 'Heat', genres: ['crime', 'Drama'], attributes: { price: 4 } },
    { itemId: 'c', title: 'Cold', genres: ['Crime', 'Comédie'], available: false },
    { itemId: 'd', title: 'Day of the Heat and the Cold', genres: ['Comédie'] },
  ])
})
afterEach(() => gateway.stop())

describe('GET /v1/items?itemId=', () => {
  it('looks up many at once, hidden ones too, and tells which nobody knows', async () => {
    const answer = await gateway.get('/v1/items?itemId=c&itemId=nope&itemId=a&itemId=c')
    expect(itemIdsOf(answer)).toEqual(['c', 'a'])
    expect(answer.body).toMatchObject({
      total: 2,
      ignored: ['nope'],
      items: [{ available: false }, { title: 'Heat of the Day' }],
    })
    const one = await gateway.get('/v1/items?itemId=b')
    expect(itemIdsOf(one)).toEqual(['b'])
    expect(one.body).not.toHaveProperty('ignored')
  })

  it('shows what was just written', async () => {
    const token = tokenOf(await gateway.send('DELETE', '/v1/items/a'))
    const answer = await gateway.get(`/v1/items?itemId=a&after=${token}`)
    expect(answer.body).toEqual({ items: [], total: 0, ignored: ['a'], freshness: { satisfied: true } })
  })

  it('is no search, and takes no more than a thousand', async () => {
    expect(faultPathsOf(await gateway.get('/v1/items?itemId=a&query=heat&limit=1'))).toEqual(['query', 'limit'])
    const many = new URLSearchParams([...Array(1001).keys()].map((n) => ['itemId', `${n}`]))
    expect(faultPathsOf(await gateway.get(`/v1/items?${many}`))).toEqual(['itemId'])
    expect(faultPathsOf(await gateway.get('/v1/items?itemId='))).toEqual(['itemId[0]'])
  })
})

it.each([
  ['', 3],
  ['limit=1', 3],
  ['skip=2', 3],
  ['genre=CRIME', 2],
  ['query=heat', 3],
  ['query=heat&limit=1', 3],
  ['query=the&genre=comedie', 1],
  ['query=nothing', 0],
  ['query=day of the heat and the', 1],
  ['query=day of the heat and x', 0],
])('GET /v1/items?%s says how many there are: %i', async (query, total) => {
  const list = () => gateway.get(`/v1/items?${query}`)
  expect((await list()).body).toMatchObject({ total })
  // Ordered anew by now: what had come late has its place.
  await gateway.settled()
  expect((await list()).body).toMatchObject({ total })
})

describe('GET /v1/genres', () => {
  it('counts the available items of each, however it is spelt', async () => {
    expect((await gateway.get('/v1/genres')).body).toEqual({
      genres: [
        { genre: 'Crime', items: 2 },
        { genre: 'Comédie', items: 1 },
        { genre: 'Drama', items: 1 },
      ],
    })
    const token = tokenOf(await gateway.send('PATCH', '/v1/items/c', { available: true }))
    expect((await gateway.get(`/v1/genres?after=${token}`)).body).toMatchObject({
      genres: [{ genre: 'Crime', items: 3 }, { genre: 'Comédie', items: 2 }, {}],
      freshness: { satisfied: true },
    })
  })
})

describe('an item in a list', () => {
  beforeEach(() => writeUser(gateway.state, 'u', { a: 5 }, { vector: [1, 0], generation: 'g1' }))
  const told = ({ body }: { body: unknown }) =>
    (body as { items: { attributes?: object }[] }).items.map(({ attributes }) => attributes)

  it('has no attributes but those that were asked for', async () => {
    const list = '/v1/users/u/recommendations?includeKnown=true&limit=2'
    expect(told(await gateway.get(list))).toEqual([undefined, undefined])
    const both = [{ price: 3, tags: ['x'] }, { price: 4 }]
    expect(told(await gateway.get(`${list}&attributes=price&attributes=tags&attributes=x`))).toEqual(both)
    expect(told(await gateway.get(`${list}&attributes=price`))).toEqual([{ price: 3 }, { price: 4 }])
    const body = { userId: 'u', includeKnown: true, limit: 2, attributes: ['price', 'tags'] }
    expect(told(await gateway.send('POST', '/v1/recommendations', body))).toEqual(both)
    expect(told(await gateway.get('/v1/items/b/similar?limit=1&attributes=tags'))).toEqual([{ tags: ['x'] }])
  })

  it.each(['popular', 'trending', 'top-rated'])(
    'has them among the %s ones, without those that are excluded',
    async (kind) => {
      await writePositives(gateway.state, 0, { a: 3, b: 2 }, Date.now())
      const list = (query: string) => gateway.get(`/v1/items/${kind}?attributes=price${query}`)
      await vi.waitFor(async () => expect(told(await list(''))).toHaveLength(2))
      expect(told(await list(''))).toEqual(expect.arrayContaining([{ price: 3 }, { price: 4 }]))
      expect(itemIdsOf(await list('&exclude=a'))).toEqual(['b'])
    },
  )

  it('has them on every page', async () => {
    let answer = await gateway.get('/v1/users/u/recommendations?includeKnown=true&limit=1&attributes=price')
    const all = told(answer)
    for (;;) {
      const { nextPage } = answer.body as { nextPage?: string }
      if (nextPage === undefined) break
      answer = await gateway.get(`/v1/users/u/recommendations?page=${nextPage}`)
      all.push(...told(answer))
    }
    expect(all.slice(0, 2)).toEqual([{ price: 3 }, { price: 4 }])
    expect(all).toHaveLength(itemIdsOf(await gateway.get('/v1/users/u/recommendations?includeKnown=true')).length)
  })

  it('says why by titles', async () => {
    const answer = await gateway.get('/v1/users/u/recommendations?explain=true&limit=1')
    expect(answer.body).toMatchObject({
      items: [{ itemId: 'b', reasons: [{ itemId: 'a', title: 'Heat of the Day' }] }],
    })
  })

  it('is asked for no more than twenty', async () => {
    const many = new URLSearchParams([...Array(21).keys()].map((n) => ['attributes', `${n}`]))
    expect(faultPathsOf(await gateway.get(`/v1/users/u/recommendations?${many}`))).toEqual(['attributes'])
  })
})
