import { afterAll, beforeAll, expect, it } from 'vitest'
import { openTestGateway, type TestGateway, writeUser } from './gateway.fixture.ts'
import { randomGeneration } from './random-generation.fixture.ts'

const generation = randomGeneration('g', 2)
const [item = '', ...rated] = generation.itemIds.slice(0, 101)

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openTestGateway()
  gateway.serve(generation)
  // One in four is disliked.
  await writeUser(gateway.state, 'u', Object.fromEntries(rated.map((itemId, n) => [itemId, n % 4 === 0 ? 1 : 5])))
})
afterAll(() => gateway.stop())

interface Explained {
  readonly recommendationId: string
  readonly score: number
  readonly items: readonly { readonly itemId: string; readonly contribution: number }[]
  readonly total: number
  readonly dislikes: number
}

async function explanation(query: string): Promise<Explained> {
  const { status, body } = await gateway.get(`/v1/users/u/explanations/${item}?${query}`)
  expect(status).toBe(200)
  return body as Explained
}

it('tells all likes, strongest first, which sum to the score in a list', async () => {
  const { score, items, total, dislikes } = await explanation('')
  expect([items.length, total, dislikes]).toEqual([75, 75, 25])
  const strengths = items.map(({ contribution }) => Math.abs(contribution))
  expect(strengths).toEqual(strengths.toSorted((x, y) => y - x))
  expect(items.reduce((sum, { contribution }) => sum + contribution, 0)).toBeCloseTo(score, 9)
  const { body } = await gateway.send('POST', '/v1/rank', { userId: 'u', items: [item] })
  expect(score).toBeCloseTo((body as { items: { score: number }[] }).items[0]?.score as number, 6)
})

it('tells a part, with the score and the number of all', async () => {
  const whole = await explanation('')
  const recommendationId = expect.any(String)
  for (const skip of [0, 10, 70]) {
    const part = await explanation(`skip=${skip}&limit=10`)
    expect(part).toEqual({ ...whole, recommendationId, items: whole.items.slice(skip, skip + 10) })
  }
  expect(await explanation('skip=75')).toEqual({ ...whole, recommendationId, items: [] })
})

it('tells what was liked and not expected, in parts that agree', async () => {
  const surprising = async (query: string) => {
    const { body } = await gateway.get(`/v1/users/u/surprising?${query}`)
    return (body as { items: { itemId: string; score: number; value: number }[] }).items
  }
  const all = await surprising('limit=1000')
  expect(all.map(({ itemId }) => itemId).sort()).toEqual(rated.filter((_, n) => n % 4 !== 0))
  expect(all.map(({ score }) => score)).toEqual(all.map(({ score }) => score).sort((x, y) => x - y))
  expect(all.every(({ value }) => value === 5)).toBe(true)
  expect(await surprising('skip=20&limit=20')).toEqual(all.slice(20, 40))
})

it.each([
  `/v1/users/u/explanations/${item}`,
  `/v1/users/nobody/explanations/${item}`,
  '/v1/users/u/surprising',
  '/v1/users/nobody/surprising',
  '/v1/users/u/similar',
])('%s answers under an id of its own, by which a rating can name it', async (path) => {
  const idOf = async () => ((await gateway.get(path)).body as { recommendationId: string }).recommendationId
  const recommendationId = await idOf()
  const rating = await gateway.send('PUT', `/v1/users/u/ratings/${item}`, { value: 5, recommendationId })
  expect(rating.status).toBe(202)
  expect(await idOf()).not.toBe(recommendationId)
})
