import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  faultPathsOf,
  generationOf,
  itemIdsOf,
  openTestGateway,
  type TestGateway,
  writeUser,
} from '../gateway.fixture.ts'

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openTestGateway()
  gateway.serve(generationOf('g1', { r1: [1, 0], r2: [0.9, 0.1], t1: [0, 1], t2: [0.1, 0.9] }))
  await writeUser(gateway.state, 'u', { r1: 5 }, { vector: [1, 0], generation: 'g1' })
  await writeUser(gateway.state, 'v', { t1: 5 }, { vector: [0, 1], generation: 'g1' })
})
afterAll(() => gateway.stop())

const ask = (body: object) => gateway.send('POST', '/v1/recommendations', body)

describe('a group', () => {
  it('may be one user', async () => {
    const alone = await ask({ userId: 'u' })
    for (const groupMode of [undefined, 'average', 'leastMisery'])
      expect(itemIdsOf(await ask({ userIds: ['u'], groupMode }))).toEqual(itemIdsOf(alone))
  })

  it('counts each member once', async () => {
    const { items } = (await ask({ userIds: ['u', 'v'], explain: true })).body as { items: unknown }
    expect((await ask({ userIds: ['u', 'v', 'u'], explain: true })).body).toMatchObject({ items })
  })

  it.each([
    ['of nobody', { userIds: [] }, 'userIds'],
    ['beside somebody', { userIds: ['u'], userId: 'v' }, 'userIds'],
    ['of ratings', { userIds: ['u'], ratings: [{ itemId: 'r1', value: 5 }] }, 'userIds'],
    ['that is not there, suited in some way', { groupMode: 'average' }, 'groupMode'],
    ['that is one user by another name', { userId: 'u', groupMode: 'leastMisery' }, 'groupMode'],
  ])('%s is refused', async (_, body, path) => {
    const answer = await ask(body)
    expect([answer.status, faultPathsOf(answer)]).toEqual([400, [path]])
  })
})
