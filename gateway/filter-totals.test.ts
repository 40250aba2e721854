import { afterAll, beforeAll, expect, it } from 'vitest'
import { faultPathsOf, openTestGateway, type TestGateway } from './gateway.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openTestGateway()
})
afterAll(() => gateway.stop())

const some = (count: number) => ({ any: Array(count).fill({ field: 'genres', has: 'Comedy' }) })
const boosts = (...filters: unknown[]) => filters.map((filter) => ({ filter, factor: 2 }))

it.each([
  ['/v1/recommendations', {}],
  ['/v1/items/similar', { items: ['a'] }],
])('%s answers no more conditions than are worth it, in all filters together', async (path, body) => {
  const ask = (more: object) => gateway.send('POST', path, { ...body, ...more })
  expect((await ask({ filter: some(100), boost: boosts(some(50), some(50)) })).status).toBe(200)
  const answer = await ask({ filter: some(100), boost: boosts(some(50), some(51)) })
  expect(answer.status).toBe(400)
  expect(faultPathsOf(answer)).toEqual(['boost[1].filter.any[50]'])
  // Beside another fault there is nothing to count.
  const faulty = await ask({ filter: 7, boost: boosts(some(100), some(100), some(100)) })
  expect(faultPathsOf(faulty)).toEqual(['filter'])
})
