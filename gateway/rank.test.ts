import { afterAll, beforeAll, expect, it } from 'vitest'
import { generationOf, openTestGateway, type TestGateway, writeUser } from './gateway.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openTestGateway()
  gateway.serve(generationOf('g1', { liked: [1, 0], near: [0.9, 0.1], opposite: [-1, 0], deleted: [1, 0] }))
  await writeUser(gateway.state, 'u', { liked: 5 }, { vector: [1, 0], generation: 'g1' })
  await gateway.send('PUT', '/v1/items/described', { title: 'Described and never rated', genres: [] })
  await gateway.send('PUT', '/v1/items/hidden', { title: 'Out of stock', genres: [], available: false })
  await gateway.send('DELETE', '/v1/items/deleted')
})
afterAll(() => gateway.stop())

it('ranks what nobody can score last, and ignores what nobody knows or what was deleted', async () => {
  const items = ['described', 'deleted', 'opposite', 'near', 'nope', 'hidden', 'near']
  expect((await gateway.send('POST', '/v1/rank', { userId: 'u', items })).body).toMatchObject({
    items: [
      { itemId: 'near', score: Math.fround(0.9) },
      { itemId: 'opposite', score: -1 },
      { itemId: 'described', score: 0, title: 'Described and never rated' },
      { itemId: 'hidden', score: 0 },
    ],
    ignored: ['deleted', 'nope'],
  })
})

it('estimates the same in the order asked', async () => {
  const query = ['described', 'nope', 'opposite', 'deleted', 'near'].map((itemId) => `item=${itemId}`).join('&')
  expect((await gateway.get(`/v1/users/u/estimates?${query}`)).body).toMatchObject({
    items: [
      { itemId: 'described', score: 0 },
      { itemId: 'opposite', score: -1 },
      { itemId: 'near', score: Math.fround(0.9) },
    ],
    ignored: ['nope', 'deleted'],
  })
})
