import { afterAll, beforeAll, expect, it } from 'vitest'
import {
  eraseUser,
  generationOf,
  openTestGateway,
  type TestGateway,
  UNSEEN_FROM,
  writeUser,
} from './gateway.fixture.ts'

const SAMPLED = 120

let gateway: TestGateway
beforeAll(async () => {
  gateway = await openTestGateway()
  const angles = Array.from({ length: SAMPLED }, (_, n) => (n / SAMPLED) * (Math.PI / 2))
  const userSample = {
    userIds: angles.map((_, n) => `s${String(n).padStart(3, '0')}`),
    factors: {
      rows: SAMPLED,
      d: 2,
      data: Float32Array.from(angles.flatMap((angle) => [Math.cos(angle), Math.sin(angle)])),
    },
  }
  gateway.serve({ ...generationOf('g1', { a: [1, 0], b: [0, 1] }), userSample })
  await writeUser(gateway.state, 'u', { a: 5 }, { vector: [1, 0], generation: 'g1' })
  // Of three in four nothing is left; of some of these, a rating that was withdrawn.
  for (const [n, userId] of userSample.userIds.entries()) {
    if (n % 4 === 0) await writeUser(gateway.state, userId, { a: 5 })
    else if (n % 4 === 1) await writeUser(gateway.state, userId, { a: null })
  }
})
afterAll(() => gateway.stop())

async function similar(query: string): Promise<string[]> {
  const { status, body } = await gateway.get(`/v1/users/u/similar?${query}`)
  expect(status).toBe(200)
  return (body as { users: { userId: string }[] }).users.map(({ userId }) => userId)
}

it('fills its pages with users who stand, however many were erased, in the order of likeness', async () => {
  const all = Array.from({ length: SAMPLED / 4 }, (_, n) => `s${String(4 * n).padStart(3, '0')}`)
  expect(await similar('limit=1000')).toEqual(all)
  expect(await similar('')).toEqual(all.slice(0, 10))
  for (let skip = 0; skip < all.length; skip += 7)
    expect(await similar(`skip=${skip}&limit=7`)).toEqual(all.slice(skip, skip + 7))
})

it('ends with the sample', async () => {
  expect(await similar('skip=30')).toEqual([])
  expect(await similar(`skip=${Number.MAX_SAFE_INTEGER}`)).toEqual([])
})

it('shows nothing of who was erased to resemble who has the id now', async () => {
  expect(await similar('limit=2')).toEqual(['s000', 's004'])
  await eraseUser(gateway.state, 's000')
  await writeUser(gateway.state, 's000', { b: 5 }, { firstOffset: UNSEEN_FROM })
  expect(await similar('limit=2')).toEqual(['s004', 's008'])
})
