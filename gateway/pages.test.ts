import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import {
  type Answer,
  eraseUser,
  faultPathsOf,
  generationOf,
  itemIdsOf,
  openTestGateway,
  type TestGateway,
  tokenOf,
  writeUser,
} from './gateway.fixture.ts'

const factors = (lengths: readonly number[]) =>
  Object.fromEntries(lengths.map((length, n) => [`i${n}`, [length, 0.1] as const]))
const falling = [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3]
const rising = falling.toReversed()

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
  gateway.serve(generationOf('falling', factors(falling)))
  await writeUser(gateway.state, 'u', { i0: 5 })
})
afterEach(() => gateway.stop())

const LIST = '/v1/users/u/recommendations'
const nextOf = ({ body }: Answer) => (body as { nextPage?: string }).nextPage
const turn = (answer: Answer, path = LIST) => gateway.get(`${path}?page=${nextOf(answer)}`)

it('leads through the whole list, and ends', async () => {
  const first = await gateway.get(`${LIST}?limit=2`)
  const second = await turn(first)
  const third = await turn(second)
  expect([first, second, third].map(itemIdsOf)).toEqual([
    ['i1', 'i2'],
    ['i3', 'i4'],
    ['i5', 'i6'],
  ])
  expect(nextOf(third)).toBeUndefined()
})

it('repeats nothing although the model and the ratings change between any two pages', async () => {
  const first = await gateway.get(`${LIST}?limit=2`)
  gateway.serve(generationOf('rising', factors(rising)))
  await gateway.settled()
  await writeUser(gateway.state, 'u', { i0: null, i6: 5 }, { appliedOffset: 1 })
  const second = await turn(first)
  gateway.serve(generationOf('falling again', factors(falling)))
  await gateway.settled()
  const third = await turn(second)
  const shown = [first, second, third].flatMap(itemIdsOf)
  expect(new Set(shown).size).toBe(shown.length)
  // The rest of the list is that of the moment when it was first asked for.
  expect(second.body).toMatchObject({ generation: 'rising' })
  expect(third.body).toMatchObject({ generation: 'rising' })
})

it('goes on telling what was new to the model that the list was made of', async () => {
  const describe = (itemId: string) => gateway.send('PUT', `/v1/items/${itemId}`, { title: itemId, genres: ['Noir'] })
  for (const itemId of ['i1', 'i2']) await describe(itemId)
  // What a genre is like is learnt when a model comes.
  gateway.serve(generationOf('knows the genre', factors(falling)))
  await gateway.settled()
  await describe('new')
  const isListed = async () => expect(itemIdsOf(await gateway.get(LIST))).toContain('new')
  await vi.waitFor(isListed)
  const pages = [await gateway.get(`${LIST}?limit=1`)]
  pages.push(await turn(pages[0] as Answer))
  gateway.serve(generationOf('knows it', { ...factors(falling), new: [1, 0] }))
  await gateway.settled()
  for (let page = pages[1]; page && nextOf(page) !== undefined; page = pages.at(-1)) pages.push(await turn(page))
  const listed = pages.flatMap(({ body }) => (body as { items: { itemId: string; isNew?: true }[] }).items)
  expect(listed.filter(({ isNew }) => isNew).map(({ itemId }) => itemId)).toEqual(['new'])
})

it('passes over what was hidden meanwhile', async () => {
  const second = await turn(await gateway.get(`${LIST}?limit=2`))
  await gateway.send('DELETE', '/v1/items/i5')
  expect(itemIdsOf(await turn(second))).toEqual(['i6'])
})

it('passes over what was rated meanwhile, unless what is known was asked for', async () => {
  const lists = [`${LIST}?limit=2`, `${LIST}?limit=2&includeKnown=true`]
  const seconds = await Promise.all(lists.map(async (list) => turn(await gateway.get(list))))
  await writeUser(gateway.state, 'u', { i0: 5, i4: 1, i5: 5 }, { appliedOffset: 1 })
  const isKnown = async () =>
    expect((await gateway.get(`${LIST}?limit=9`)).body).toMatchObject({ items: { length: 4 } })
  await vi.waitFor(isKnown)
  const [unknown, all] = (await Promise.all(seconds.map((page) => turn(page)))).map(itemIdsOf)
  expect(unknown).toEqual(['i6'])
  expect(all).toEqual(['i4', 'i5'])
})

it('goes by what was asked first', async () => {
  await gateway.send('PUT', '/v1/items/i1', { title: 'One', genres: ['Odd'] })
  await gateway.send('PUT', '/v1/items/i3', { title: 'Three', genres: ['Odd'] })
  await gateway.send('PUT', '/v1/items/i5', { title: 'Five', genres: ['Odd'] })
  const first = await gateway.get(`${LIST}?limit=1&genre=odd&exclude=i3`)
  expect(itemIdsOf(first)).toEqual(['i1'])
  expect(itemIdsOf(await turn(first))).toEqual(['i5'])
})

it('is nobody else’s, and nothing that a client could make up', async () => {
  const first = await gateway.get(`${LIST}?limit=2`)
  const madeUp = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url')
  for (const page of [
    'nonsense',
    madeUp(['first', Date.now(), 'u', 'limit=1000000', '']),
    madeUp(['first', Date.now(), 'u', 'filter=all', '']),
    madeUp(['first', Date.now(), 'u', null, '']),
    madeUp(['held', 'x', -1, 2]),
    madeUp(['held', 7, 0, 2]),
    madeUp({}),
  ]) {
    const refused = await gateway.get(`${LIST}?page=${page}`)
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'page' }] } })
  }
  expect((await turn(first, '/v1/users/other/recommendations')).status).toBe(400)
  const second = await turn(first)
  expect((await turn(second, '/v1/users/other/recommendations')).status).toBe(410)
})

it('is the same list however often its page is followed', async () => {
  const first = await gateway.get(`${LIST}?limit=2`)
  const second = await turn(first)
  gateway.serve(generationOf('rising', factors(rising)))
  await gateway.settled()
  const again = await turn(first)
  expect(again.body).toMatchObject({ generation: 'falling', nextPage: nextOf(second) })
  expect((again.body as { items: unknown }).items).toEqual((second.body as { items: unknown }).items)
})

it('repeats nothing for two who follow it at once, while the model changes', async () => {
  for (let n = 0; n < 20; n++) {
    const first = await gateway.get(`${LIST}?limit=2&exclude=${n}`)
    const followed = [turn(first)]
    // The first one's list is made by now, and is being held.
    await new Promise(setImmediate)
    gateway.serve(generationOf(`g${n}`, factors(n % 2 ? falling : rising)))
    await gateway.settled()
    followed.push(turn(first))
    for (const second of await Promise.all(followed)) {
      const third = await turn(second)
      const shown = [first, second, third].flatMap(itemIdsOf)
      expect(new Set(shown).size).toBe(shown.length)
      expect(third.body).toMatchObject({ generation: (second.body as { generation: string }).generation })
    }
  }
})

it('is nothing for who has the id of an erased user', async () => {
  const first = await gateway.get(`${LIST}?limit=2`)
  const second = await turn(first)
  await eraseUser(gateway.state, 'u')
  expect((await turn(second)).status).toBe(410)
  await writeUser(gateway.state, 'u', { i0: 5 })
  expect((await turn(second)).status).toBe(410)
  await eraseUser(gateway.state, 'u')
  // What was asked for can be asked for again.
  expect((await turn(first)).body).toMatchObject({ strategy: 'popular' })
})

it('is sent again where it leads into another list, though it shows the same', async () => {
  const first = await gateway.get(`${LIST}?limit=2`)
  const page = `${LIST}?page=${nextOf(first)}`
  const second = await gateway.get(page)
  const ifNoneMatch = { 'if-none-match': second.headers.get('etag') as string }
  expect((await gateway.send('GET', page, undefined, ifNoneMatch)).status).toBe(304)
  // What was held is gone, and the list is made once more.
  await eraseUser(gateway.state, 'u')
  await writeUser(gateway.state, 'u', { i0: 5 })
  const again = await gateway.send('GET', page, undefined, ifNoneMatch)
  expect(again.status).toBe(200)
  expect(itemIdsOf(again)).toEqual(itemIdsOf(second))
  expect((await turn(second)).status).toBe(410)
  expect((await turn(again)).status).toBe(200)
})

it('is refused where it is of no item, as no answer names it', async () => {
  const second = await turn(await gateway.get(`${LIST}?limit=2`))
  const [held, listId] = JSON.parse(Buffer.from(nextOf(second) ?? '', 'base64url').toString())
  const endless = Buffer.from(JSON.stringify([held, listId, 2, 0])).toString('base64url')
  expect(faultPathsOf(await gateway.get(`${LIST}?page=${endless}`))).toEqual(['page'])
})

it('cannot be made to show a write', async () => {
  const first = await gateway.get(`${LIST}?limit=2`)
  const token = tokenOf(await gateway.send('PUT', '/v1/users/u/ratings/i1', { value: 5 }))
  const refused = await gateway.get(`${LIST}?page=${nextOf(first)}&after=${token}`)
  expect(refused).toMatchObject({ status: 400, body: { errors: [{ path: 'after' }] } })
})

it('is asked for alone: nothing beside it would count', async () => {
  const page = nextOf(await gateway.get(`${LIST}?limit=2`))
  for (const beside of ['limit=3', 'genre=noir', 'limit=2&exclude=i9&exclude=i8'])
    expect(faultPathsOf(await gateway.get(`${LIST}?${beside}&page=${page}`))).toEqual([
      ...new Set(new URLSearchParams(beside).keys()),
    ])
  expect(itemIdsOf(await gateway.get(`${LIST}?page=${page}`))).toHaveLength(2)
})

it('is good for as long as nobody follows it, and then for as long as its list is held', async () => {
  const first = await gateway.get(`${LIST}?limit=2`)
  const [, , ...rest] = JSON.parse(Buffer.from(nextOf(first) ?? '', 'base64url').toString())
  const old = Buffer.from(JSON.stringify(['first', Date.now() - 1e10, ...rest])).toString('base64url')
  expect(itemIdsOf(await gateway.get(`${LIST}?page=${old}`))).toEqual(itemIdsOf(await turn(first)))
  const unheld = Buffer.from(JSON.stringify(['held', crypto.randomUUID(), 0, 2])).toString('base64url')
  expect(await gateway.get(`${LIST}?page=${unheld}`)).toMatchObject({ status: 410, body: { type: '/docs#gone' } })
})
