import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import {
  type Answer,
  generationOf,
  itemIdsOf,
  openTestGateway,
  type TestGateway,
  writePositives,
  writeUser,
} from '../gateway.fixture.ts'
import { TRENDS_OF_A_LIST } from './fallback.ts'

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
  gateway.serve(generationOf('g1', { r1: [1, 0], r2: [0.9, 0.1], t1: [0, 1], t2: [0.1, 0.9] }))
  await writeUser(gateway.state, 'u', { r1: 5 }, { vector: [1, 0], generation: 'g1' })
  // Of these genres the model knows nothing. One is a trend, the other, which is liked as much, was one long ago.
  const [news, olds] = [numbered('n'), numbered('o')]
  const described = [
    ...news.map((itemId) => ({ itemId, genres: ['New'] })),
    ...olds.map((itemId) => ({ itemId, genres: ['Old'] })),
  ]
  await gateway.send('POST', '/v1/items', [
    ...described.map((item) => ({ ...item, title: item.itemId })),
    { itemId: 'unrated', title: 'unrated', genres: ['Unrated'] },
  ])
  await writePositives(gateway.state, 0, { r1: 9, ...likes(news) }, Date.now())
  await writePositives(gateway.state, 0, likes(olds), Date.now() - 1000 * 24 * 3_600_000)
})
afterEach(() => gateway.stop())

/** As many as make a list of trends. */
const numbered = (letter: string) => Array.from({ length: TRENDS_OF_A_LIST }, (_, n) => `${letter}${n}`)
/** The first one most, the last one by two people. */
const likes = (itemIds: readonly string[]) =>
  Object.fromEntries(itemIds.map((itemId, n) => [itemId, itemIds.length + 1 - n]))
const nextOf = ({ body }: Answer) => (body as { nextPage?: string }).nextPage
const list = (userId: string, query: string) => gateway.get(`/v1/users/${userId}/recommendations?${query}`)
const ask = (body: object) => gateway.send('POST', '/v1/recommendations', body)
const told = (answer: Answer) => {
  const { strategy } = answer.body as { strategy: string }
  return { strategy, itemIds: itemIdsOf(answer) }
}

it('is what is trending where the model has nothing like the item at hand under a genre', async () => {
  expect(told(await list('nobody', 'contextItemId=r1'))).toEqual({ strategy: 'similar', itemIds: ['r2', 't2', 't1'] })
  const inGenre = await list('nobody', 'contextItemId=r1&genre=new')
  expect(told(inGenre)).toEqual({ strategy: 'trending', itemIds: numbered('n') })
})

it('is what is trending where a known taste finds nothing under a genre or a filter', async () => {
  expect(told(await list('u', ''))).toMatchObject({ strategy: 'fold-in' })
  expect(told(await list('u', 'genre=new'))).toEqual({ strategy: 'trending', itemIds: numbered('n') })
  const filter = { field: 'title', in: [...numbered('n'), 'o0', 'o1'] }
  const all = await ask({ userId: 'u', filter, lessKnown: 0.5, caps: [{ field: 'title', max: 1 }], diversity: 0.5 })
  expect(told(all)).toMatchObject({ strategy: 'trending' })
  expect(itemIdsOf(all).sort()).toEqual(numbered('n'))
})

it('is what is popular where too little is trending now, whatever was once, and whatever is boosted', async () => {
  expect(told(await list('u', 'genre=old'))).toEqual({ strategy: 'popular', itemIds: numbered('o') })
  const boost = [{ filter: { field: 'genres', has: 'New' }, factor: 9 }]
  const nine = numbered('n').slice(1)
  for (const body of [{ boost, exclude: ['n0'] }, { exclude: ['n0'] }]) {
    const answer = told(await ask({ userId: 'u', filter: { field: 'genres', has: 'New' }, ...body }))
    expect(answer).toEqual({ strategy: 'popular', itemIds: nine })
  }
})

it('is what is popular where nobody likes anything', async () => {
  const disliked = { count: 1, sum: 1, positives: 0, decayed: [0, 0, 0], decayedAt: 0 }
  const { counted } = await gateway.state.offsets(1)
  await gateway.state.count(1, counted, counted + 1, new Map([['unrated', disliked]]))
  for (const asked of [list('u', 'genre=unrated'), list('nobody', 'contextItemId=r1&genre=unrated')])
    expect(told(await asked)).toEqual({ strategy: 'popular', itemIds: ['unrated'] })
})

it('ends with what was described and nobody rated, the latest first', async () => {
  await gateway.send('PUT', '/v1/items/later', { title: 'later', genres: ['Unrated', 'Old'] })
  const unrated = async () => expect(told(await list('u', 'genre=unrated')).itemIds).toEqual(['later', 'unrated'])
  await vi.waitFor(unrated)
  expect(told(await list('nobody', 'genre=unrated'))).toMatchObject({ strategy: 'popular' })
  expect(told(await list('nobody', 'genre=old&limit=50')).itemIds).toEqual([...numbered('o'), 'later'])
  expect(told(await list('nobody', 'genre=old&limit=1&skip=10')).itemIds).toEqual(['later'])
  const half = await ask({ filter: { field: 'genres', has: 'Unrated' }, lessKnown: 0.5 })
  expect(itemIdsOf(half)).toEqual(['later', 'unrated'])
  // Of what is liked it is none.
  expect(itemIdsOf(await gateway.get('/v1/items/popular?genre=unrated'))).toEqual([])
})

it('is nothing, by what was tried first, where no way has anything', async () => {
  for (const [userId, query, strategy] of [
    ['u', 'genre=none', 'fold-in'],
    ['u', 'genre=none&contextItemId=t1', 'fold-in'],
    ['nobody', 'genre=none&contextItemId=r1', 'similar'],
    ['nobody', 'genre=none', 'popular'],
  ] as const)
    expect(told(await list(userId, query)), query).toEqual({ strategy, itemIds: [] })
})

it('stays the same past the end of a list', async () => {
  for (const [userId, query, strategy] of [
    ['u', '', 'fold-in'],
    ['nobody', 'contextItemId=r1', 'similar'],
    ['u', 'genre=new', 'trending'],
    ['nobody', 'contextItemId=r1&genre=new', 'trending'],
  ] as const) {
    const whole = await list(userId, query)
    expect(told(whole)).toMatchObject({ strategy })
    expect(told(await list(userId, `${query}&skip=1&limit=1`)).itemIds).toEqual(itemIdsOf(whole).slice(1, 2))
    expect(told(await list(userId, `${query}&skip=10`)), query).toEqual({ strategy, itemIds: [] })
  }
})

it('is not answered by pins alone', async () => {
  const pin = [{ itemId: 'r2', position: 0 }]
  const filter = { field: 'genres', has: 'New' }
  expect(told(await ask({ contextItemId: 'r1', filter, pin }))).toEqual({
    strategy: 'trending',
    itemIds: ['r2', ...numbered('n')].slice(0, 10),
  })
  const nothing = await ask({ userId: 'u', filter: { field: 'genres', has: 'None' }, pin })
  expect(told(nothing)).toEqual({ strategy: 'fold-in', itemIds: ['r2'] })
})

it('keeps its strategy from page to page, and gives the reasons of no other', async () => {
  let page = await list('u', 'genre=new&limit=4&explain=true')
  const pages = [page]
  for (let next = nextOf(page); next !== undefined; next = nextOf(page)) {
    page = await list('u', `page=${next}`)
    pages.push(page)
  }
  expect(pages.flatMap(itemIdsOf)).toEqual(numbered('n'))
  for (const { body } of pages) {
    expect(body).toMatchObject({ strategy: 'trending' })
    expect((body as { items: object[] }).items[0]).not.toHaveProperty('reasons')
  }
})

it('scores what is given by what is tried first', async () => {
  const { body } = await gateway.get('/v1/users/u/estimates?item=n1&item=r2')
  expect(body).toMatchObject({ strategy: 'fold-in', items: [{ itemId: 'n1', score: 0 }, { itemId: 'r2' }] })
})
