import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestGateway, type TestGateway, writeUser } from './gateway.fixture.ts'
import { randomGeneration } from './random-generation.fixture.ts'

interface Listed {
  readonly itemId: string
  readonly score: number
  readonly reasons?: readonly { readonly itemId: string; readonly contribution: number }[]
  readonly reasonsLeft?: number
}

const generation = randomGeneration('g', 1)
const [first = '', second = '', third = '', ...others] = generation.itemIds

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openTestGateway()
  gateway.serve(generation)
  await writeUser(gateway.state, 'few', { [first]: 5, [second]: 4, [third]: 1 })
  await writeUser(gateway.state, 'one', { [second]: 5 })
  await writeUser(gateway.state, 'many', Object.fromEntries(others.slice(0, 40).map((itemId) => [itemId, 5])))
})
afterAll(() => gateway.stop())

async function list(body: object): Promise<readonly Listed[]> {
  const answer = await gateway.send('POST', '/v1/recommendations', { explain: true, ...body })
  expect(answer.status).toBe(200)
  return (answer.body as { items: Listed[] }).items
}

const sum = ({ reasons = [], reasonsLeft = Number.NaN }: Listed): number =>
  reasons.reduce((sum, { contribution }) => sum + contribution, reasonsLeft)

it.each([
  ['a user of few ratings', { userId: 'few' }],
  ['a user of many ratings', { userId: 'many' }],
  ['a user and some ratings more', { userId: 'one', ratings: [{ itemId: first, value: 5 }] }],
  ['an anonymous taste', { ratings: [first, second].map((itemId) => ({ itemId, value: 5 })) }],
  ['a taste and an item at hand', { userId: 'few', contextItemId: others[50] }],
  ['a taste and an item at hand that was rated', { userId: 'few', contextItemId: first }],
  ['a group', { userIds: ['few', 'many', 'nobody', 'one'] }],
  ['a group by its least pleased', { userIds: ['few', 'many', 'one'], groupMode: 'leastMisery' }],
  [
    'scores that were boosted',
    {
      userId: 'many',
      boost: [
        { filter: { field: 'itemId', in: others.slice(0, 60) }, factor: 7 },
        { filter: { field: 'itemId', in: others.slice(30, 90) }, factor: 0.01 },
      ],
    },
  ],
])('reasons of %s, and what is left, sum to each score', async (_, asked) => {
  const items = await list({ ...asked, limit: 100 })
  expect(items).toHaveLength(100)
  for (const item of items) expect(sum(item), item.itemId).toBeCloseTo(item.score, 6)
})

it('leaves nothing where all reasons are told', async () => {
  for (const item of await list({ userId: 'few' })) expect(item).toMatchObject({ reasons: [{}, {}], reasonsLeft: 0 })
})

it('gives reasons to the first hundred items of a longer list', async () => {
  const items = await list({ userId: 'many', limit: 1000 })
  expect(items.length).toBeGreaterThan(120)
  expect(items.map(({ reasons }) => reasons?.length)).toEqual(items.map((_, n) => (n < 100 ? 5 : undefined)))
})

it('says of a pinned item of which the model knows nothing that there is no reason', async () => {
  await gateway.send('PUT', '/v1/items/described', { title: 'Never rated', genres: [] })
  const [pinned] = await list({ userId: 'few', pin: [{ itemId: 'described', position: 0 }] })
  expect(pinned).toMatchObject({ itemId: 'described', score: 0, reasons: [], reasonsLeft: 0 })
})

it('keeps reasons out of lists that nobody asked them for, and that are nobody’s', async () => {
  for (const item of await list({ userId: 'many', explain: false })) expect(item).not.toHaveProperty('reasons')
  for (const item of await list({ userId: 'nobody' })) expect(item).not.toHaveProperty('reasons')
})

describe('pages of an explained list', () => {
  const LIST = '/v1/users/paging/recommendations'
  interface Page {
    readonly items: readonly Listed[]
    readonly nextPage?: string
  }
  const page = async (query: string) => (await gateway.get(`${LIST}?${query}`)).body as Page
  const rate = (itemIds: readonly string[], appliedOffset: number) =>
    writeUser(gateway.state, 'paging', Object.fromEntries(itemIds.map((itemId) => [itemId, 5])), { appliedOffset })

  async function pages(query: string): Promise<readonly Page[]> {
    const all = [await page(query)]
    for (let next = all[0]?.nextPage; next !== undefined; next = all.at(-1)?.nextPage)
      all.push(await page(`page=${next}`))
    return all
  }

  it.each(['limit=70&explain=true', `limit=70&explain=true&contextItemId=${others[60]}`])(
    'are all explained: %s',
    async (query) => {
      await rate(others.slice(0, 10), 1)
      const all = await pages(query)
      expect(all.length).toBeGreaterThan(2)
      for (const { items } of all) for (const item of items) expect(sum(item), item.itemId).toBeCloseTo(item.score, 6)
      const unexplained = await pages('limit=70')
      for (const item of unexplained.flatMap(({ items }) => items)) expect(item).not.toHaveProperty('reasons')
    },
  )

  it('keep to the list, and tell no reasons that do not make its scores any more', async () => {
    await rate(others.slice(0, 10), 1)
    const second = await page(`page=${(await page('limit=20&explain=true')).nextPage}`)
    await rate(others.slice(0, 11), 2)
    const third = await page(`page=${second.nextPage}`)
    expect(third.items).toHaveLength(20)
    for (const item of third.items) expect(item).not.toHaveProperty('reasons')
    await rate(others.slice(0, 10), 3)
    const again = await page(`page=${second.nextPage}`)
    expect(again.items.map(({ itemId, score }) => [itemId, score])).toEqual(
      third.items.map(({ itemId, score }) => [itemId, score]),
    )
    for (const item of again.items) expect(sum(item), item.itemId).toBeCloseTo(item.score, 6)
  })
})
