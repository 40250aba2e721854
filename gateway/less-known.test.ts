import { afterEach, beforeEach, expect, it } from 'vitest'
import {
  generationOf,
  itemIdsOf,
  openTestGateway,
  type TestGateway,
  writePositives,
  writeUser,
} from './gateway.fixture.ts'

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
})
afterEach(() => gateway.stop())

/** Most liked first. */
const numbered = (count: number) => Array.from({ length: count }, (_, n) => `i${n}`)
const like = (itemIds: readonly string[], at = 0) =>
  writePositives(gateway.state, 0, Object.fromEntries(itemIds.map((itemId, n) => [itemId, itemIds.length - n])), at)

async function list(body: object): Promise<{ strategy: string; itemIds: string[] }> {
  const answer = await gateway.send('POST', '/v1/recommendations', body)
  return { strategy: (answer.body as { strategy: string }).strategy, itemIds: itemIdsOf(answer) }
}

it('takes its share from outside the most liked fifth before there is a model', async () => {
  const items = numbered(600)
  await like(items)
  const { strategy, itemIds } = await list({ limit: 100, lessKnown: 0.5 })
  expect(strategy).toBe('popular')
  expect(itemIds.filter((_, n) => n % 2 === 0)).toEqual(items.slice(0, 50))
  expect(itemIds.filter((_, n) => n % 2 === 1)).toEqual(items.slice(120, 170))
})

it('does so in what is trending, too: by what is liked, and not by what was lately', async () => {
  const items = numbered(11)
  await like(items, Date.now())
  for (const itemId of items) await gateway.send('PUT', `/v1/items/${itemId}`, { title: itemId, genres: ['All'] })
  // Liked once, and all the more lately.
  const trending = { count: 1, sum: 5, positives: 1, decayed: [99, 99, 99], decayedAt: Date.now() }
  const { counted } = await gateway.state.offsets(1)
  await gateway.state.count(1, counted, counted + 1, new Map([['i9', trending]]))
  const { strategy, itemIds } = await list({ genre: 'all', limit: 4, lessKnown: 0.5 })
  expect(strategy).toBe('trending')
  expect(itemIds).toEqual(['i0', 'i9', 'i1', 'i2'])
})

it('goes by what is liked by now in lists of what is liked, and by what the model saw in its own', async () => {
  const trained = numbered(10)
  // Popular in the order of their ids.
  gateway.serve(generationOf('g1', Object.fromEntries(trained.map((itemId, n) => [itemId, [1, 1 - n / 10]]))))
  await like(['risen', 'i9', ...numbered(8)])
  const popular = await list({ limit: 10, lessKnown: 1 })
  expect(popular).toEqual({ strategy: 'popular', itemIds: [...numbered(8), 'risen', 'i9'] })

  await writeUser(gateway.state, 'u', { i5: 5 }, { vector: [0, 1], generation: 'g1' })
  const own = await list({ userId: 'u', limit: 10, lessKnown: 1 })
  expect(own.strategy).toBe('fold-in')
  expect(own.itemIds).toEqual(['i2', 'i3', 'i4', 'i6', 'i7', 'i8', 'i9', 'i0', 'i1'])
})

it('goes by what the model saw as long as nothing is counted', async () => {
  gateway.serve(generationOf('g1', Object.fromEntries(numbered(10).map((itemId) => [itemId, [1, 0]]))))
  const { strategy, itemIds } = await list({ limit: 10, lessKnown: 1 })
  expect(strategy).toBe('popular')
  expect(itemIds).toEqual([...numbered(10).slice(2), 'i0', 'i1'])
})
