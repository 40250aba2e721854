import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  type Answer,
  generationOf,
  itemIdsOf,
  openTestGateway,
  type TestGateway,
  writePositives,
  writeUser,
} from '../gateway.fixture.ts'

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
  gateway.serve(generationOf('g1', { r1: [1, 0], r2: [0.9, 0.1], t1: [0, 1], t2: [0.1, 0.9] }))
  await writeUser(gateway.state, 'u', { r1: 5 }, { vector: [1, 0], generation: 'g1' })
  // Of this genre the model knows nothing.
  for (const itemId of ['n1', 'n2', 'n3'])
    await gateway.send('PUT', `/v1/items/${itemId}`, { title: itemId, genres: ['New'] })
  await gateway.send('PUT', '/v1/items/unrated', { title: 'unrated', genres: ['Unrated'] })
  await writePositives(gateway.state, 0, { r1: 9, n1: 3, n2: 2, n3: 1 })
})
afterEach(() => gateway.stop())

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
  expect(told(inGenre)).toEqual({ strategy: 'trending', itemIds: ['n1', 'n2', 'n3'] })
})

it('is what is trending where a known taste finds nothing under a genre or a filter', async () => {
  expect(told(await list('u', ''))).toMatchObject({ strategy: 'fold-in' })
  expect(told(await list('u', 'genre=new'))).toEqual({ strategy: 'trending', itemIds: ['n1', 'n2', 'n3'] })
  const filter = { field: 'title', in: ['n2', 'n3'] }
  const both = await ask({ userId: 'u', filter, lessKnown: 0.5, caps: [{ field: 'title', max: 1 }], diversity: 0.5 })
  expect(told(both)).toMatchObject({ strategy: 'trending' })
  expect(itemIdsOf(both).sort()).toEqual(['n2', 'n3'])
})

it('is what is popular where nothing is trending either', async () => {
  const disliked = { count: 1, sum: 1, positives: 0, decayed: [0, 0, 0], decayedAt: 0 }
  const { counted } = await gateway.state.offsets(1)
  await gateway.state.count(1, counted, counted + 1, new Map([['unrated', disliked]]))
  for (const asked of [list('u', 'genre=unrated'), list('nobody', 'contextItemId=r1&genre=unrated')])
    expect(told(await asked)).toEqual({ strategy: 'popular', itemIds: ['unrated'] })
})

it('is nothing, by what was tried first, where no way has anything', async () => {
  for (const [userId, query, strategy] of [
    ['u', 'genre=unrated', 'fold-in'],
    ['u', 'genre=unrated&contextItemId=t1', 'fold-in'],
    ['nobody', 'genre=unrated&contextItemId=r1', 'similar'],
    ['nobody', 'genre=unrated', 'trending'],
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
    expect(told(await list(userId, `${query}&skip=3`)), query).toEqual({ strategy, itemIds: [] })
  }
})

it('is not answered by pins alone', async () => {
  const pin = [{ itemId: 'r2', position: 0 }]
  const filter = { field: 'genres', has: 'New' }
  expect(told(await ask({ contextItemId: 'r1', filter, pin }))).toEqual({
    strategy: 'trending',
    itemIds: ['r2', 'n1', 'n2', 'n3'],
  })
  const nothing = await ask({ userId: 'u', filter: { field: 'genres', has: 'Unrated' }, pin })
  expect(told(nothing)).toEqual({ strategy: 'fold-in', itemIds: ['r2'] })
})

it('keeps its strategy from page to page, and gives the reasons of no other', async () => {
  let page = await list('u', 'genre=new&limit=1&explain=true')
  const pages = [page]
  for (let next = nextOf(page); next !== undefined; next = nextOf(page)) {
    page = await list('u', `page=${next}`)
    pages.push(page)
  }
  expect(pages.flatMap(itemIdsOf)).toEqual(['n1', 'n2', 'n3'])
  for (const { body } of pages) {
    expect(body).toMatchObject({ strategy: 'trending' })
    expect((body as { items: object[] }).items[0]).not.toHaveProperty('reasons')
  }
})

it('scores what is given by what is tried first', async () => {
  const { body } = await gateway.get('/v1/users/u/estimates?item=n1&item=r2')
  expect(body).toMatchObject({ strategy: 'fold-in', items: [{ itemId: 'n1', score: 0 }, { itemId: 'r2' }] })
})
