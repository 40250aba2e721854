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

it('ranks for a group, by what is at hand, and says why', async () => {
  await writeUser(gateway.state, 'v', { opposite: 5 }, { vector: [-0.5, 0], generation: 'g1' })
  const rank = async (asked: object) => {
    const { status, body } = await gateway.send('POST', '/v1/rank', { items: ['opposite', 'near'], ...asked })
    return { status, ...(body as { strategy: string; items: { itemId: string; score: number }[] }) }
  }
  const group = await rank({ userIds: ['u', 'v', 'who'], explain: true })
  expect(group).toMatchObject({ strategy: 'fold-in', unknownUserIds: ['who'] })
  expect(group.items[0]).toMatchObject({ itemId: 'near', reasons: expect.any(Array) })
  expect(group.items[0]?.score).toBeCloseTo(0.9 * 0.25)
  const least = await rank({ userIds: ['u', 'v'], groupMode: 'leastMisery' })
  expect(least.items.map(({ score }) => score)).toEqual([-0.45, -1].map((score) => expect.closeTo(score)))
  expect(await rank({ contextItemId: 'opposite' })).toMatchObject({ strategy: 'similar' })
  for (const faulty of [{ userIds: ['u'], userId: 'v' }, { groupMode: 'average' }])
    expect((await rank(faulty)).status).toBe(400)
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
