import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { encodeToken } from '../models/events/token.ts'
import {
  type Answer,
  faultPathsOf,
  generationOf,
  itemIdsOf,
  openTestGateway,
  type TestGateway,
  tokenOf,
  writeUser,
} from './gateway.fixture.ts'

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
  gateway.serve(generationOf('g1', { a: [1, 0], b: [0.9, 0.1], c: [0, 1], d: [0.1, 0.9] }))
})
afterEach(() => gateway.stop())

const satisfied = ({ body }: Answer) => (body as { freshness?: { satisfied: boolean } }).freshness?.satisfied
const etagOf = ({ headers }: Answer): string | null => headers.get('etag')

type Read = [method: 'GET' | 'POST', path: string, body?: unknown]
const ask = ([method, path, body]: Read, query: string, headers = {}) =>
  gateway.send(method, `${path}${path.includes('?') ? '&' : '?'}${query}`, body, headers)

const GETS: Read[] = [
  ['GET', '/v1/users/u/recommendations'],
  ['GET', '/v1/users/u/ratings'],
  ['GET', '/v1/users/u/estimates?item=b'],
  ['GET', '/v1/users/u/explanations/b'],
  ['GET', '/v1/users/u/surprising'],
  ['GET', '/v1/users/u/similar'],
]
const OF_USER: Read[] = [
  ...GETS,
  ['POST', '/v1/recommendations', { userId: 'u' }],
  ['POST', '/v1/recommendations', { userId: 'u', filter: { field: 'year', gte: 1990 } }],
  ['POST', '/v1/recommendations', { userIds: ['other', 'u'] }],
  ['POST', '/v1/rank', { userId: 'u', items: ['a', 'b'] }],
]

describe.each(OF_USER)('a read that tells of a user: %s %s %j', (...read) => {
  it('waits for what `after` asks for, and says whether it is there', { timeout: 9_000 }, async () => {
    expect(satisfied(await ask(read, ''))).toBeUndefined()
    const token = tokenOf(await gateway.send('PUT', '/v1/users/u/ratings/a', { value: 5 }))
    const early = await ask(read, `after=${token}&wait=0`)
    expect([early.status, satisfied(early)]).toEqual([200, false])
    // Whoever is not woken answers only after 10 s.
    const reading = ask(read, `after=${token}&wait=10000`)
    await writeUser(gateway.state, 'u', { a: 5 }, { appliedOffset: 0 })
    expect(satisfied(await reading)).toBe(true)
  })

  it('refuses a token of another log, and what is none', async () => {
    const foreign = encodeToken(crypto.randomUUID(), [{ partition: 0, offset: 0 }])
    expect((await ask(read, `after=${foreign}`)).status).toBe(409)
    expect(faultPathsOf(await ask(read, 'after=nonsense'))).toEqual(['after'])
    expect(faultPathsOf(await ask(read, 'wait=10001'))).toEqual(['wait'])
  })
})

it('is told of a group only once all members are there', async () => {
  const users = [...Array(100).keys()].map((n) => `v${n}`)
  const partitionOf = (userId: string) => gateway.log.partitionOf('ratings', userId)
  const other = users.find((userId) => partitionOf(userId) !== partitionOf('u')) as string
  const rated = [other, 'u'].map((userId) => ({ userId, itemId: 'a', value: 5 }))
  const token = tokenOf(await gateway.send('POST', '/v1/ratings', rated))
  const group: Read = ['POST', '/v1/recommendations', { userIds: [other, 'u'] }]
  await writeUser(gateway.state, 'u', { a: 5 }, { appliedOffset: 0 })
  expect(satisfied(await ask(group, `after=${token}&wait=0`))).toBe(false)
  await writeUser(gateway.state, other, { a: 5 }, { appliedOffset: 0 })
  expect(satisfied(await ask(group, `after=${token}&wait=0`))).toBe(true)
})

it('is told of nobody only once all is counted that the token stands for', async () => {
  await writeUser(gateway.state, 'u', { a: 5 }, { appliedOffset: 0 })
  const token = tokenOf(await gateway.send('PUT', '/v1/users/u/ratings/a', { value: 5 }))
  for (const read of [
    ['POST', '/v1/recommendations', { ratings: [{ itemId: 'a', value: 5 }] }],
    ['GET', '/v1/items/a/similar'],
    ['GET', '/v1/genres'],
  ] as Read[]) {
    expect(satisfied(await ask(read, `after=${token}&wait=0`)), read[1]).toBe(false)
  }
  const reading = gateway.get(`/v1/items/a/similar?after=${token}&wait=10000`)
  await gateway.state.advance(gateway.log.partitionOf('ratings', 'u'), 0)
  expect(satisfied(await reading)).toBe(true)
})

describe.each(GETS)('an answer about a user has a tag: %s %s', (...read) => {
  it('and is not sent again while it is the same', async () => {
    await writeUser(gateway.state, 'u', { a: 5, c: 4 }, { appliedOffset: 1 })
    const etag = etagOf(await ask(read, '')) as string
    expect(etag).toMatch(/^W\/".+"$/)
    expect(await ask(read, '', { 'if-none-match': etag })).toMatchObject({ status: 304, body: '' })
    expect((await ask(read, '', { 'if-none-match': 'W/"another"' })).status).toBe(200)
  })

  it('but is sent where it does not show what was asked for', async () => {
    const token = tokenOf(await gateway.send('PUT', '/v1/users/u/ratings/a', { value: 5 }))
    const etag = etagOf(await ask(read, '')) as string
    const early = await ask(read, `after=${token}&wait=0`, { 'if-none-match': etag })
    expect([early.status, satisfied(early)]).toEqual([200, false])
    await gateway.state.advance(gateway.log.partitionOf('ratings', 'u'), 0)
    expect((await ask(read, `after=${token}`, { 'if-none-match': etag })).status).toBe(304)
  })
})

it('has another tag when the user rates', async () => {
  await writeUser(gateway.state, 'u', { a: 5 }, { appliedOffset: 0 })
  const tags = () => Promise.all(GETS.slice(0, 5).map(async (read) => etagOf(await ask(read, ''))))
  const before = await tags()
  await writeUser(gateway.state, 'u', { a: 5, c: 5 }, { appliedOffset: 1 })
  const after = await tags()
  for (const [n, tag] of before.entries()) expect(after[n], GETS[n]?.[1]).not.toBe(tag)
})

describe('the receipt of an item', () => {
  const described = { title: 'New', genres: ['noir'] }
  beforeEach(async () => {
    for (const itemId of ['a', 'b', 'c', 'd']) await gateway.send('PUT', `/v1/items/${itemId}`, described)
  })

  it('has a token, however it is written', async () => {
    const ndjson = { 'content-type': 'application/x-ndjson' }
    const written = [
      await gateway.send('PUT', '/v1/items/x', described),
      await gateway.send('POST', '/v1/items', { itemId: 'y', ...described }),
      await gateway.send('POST', '/v1/items', JSON.stringify({ itemId: 'z', ...described }), ndjson),
      await gateway.send('DELETE', '/v1/items/x'),
    ]
    for (const answer of written) {
      expect(answer).toMatchObject({ status: 202, body: { accepted: 1 } })
      expect(satisfied(await gateway.get(`/v1/items/y?after=${tokenOf(answer)}`))).toBe(true)
    }
  })

  it('shows a new item in every list, and one that is gone in none', async () => {
    const lists: Read[] = [
      ['GET', '/v1/users/u/recommendations'],
      ['POST', '/v1/recommendations', { userId: 'u', filter: { field: 'genres', has: 'noir' } }],
      ['GET', '/v1/items'],
    ]
    await writeUser(gateway.state, 'u', { a: 5 }, { appliedOffset: 0 })
    // What borrows does so from what the model knows of genres: that is found out first.
    await gateway.get('/v1/users/u/recommendations')
    for (let round = 0; round < 3; round++) {
      const itemId = `new${round}`
      const written = tokenOf(await gateway.send('PUT', `/v1/items/${itemId}`, described))
      for (const read of lists) {
        const answer = await ask(read, `after=${written}&wait=10000`)
        expect(satisfied(answer)).toBe(true)
        expect(itemIdsOf(answer), read[1]).toContain(itemId)
      }
      const deleted = tokenOf(await gateway.send('DELETE', `/v1/items/${itemId}`))
      for (const read of lists) {
        const answer = await ask(read, `after=${deleted}&wait=10000`)
        expect(satisfied(answer)).toBe(true)
        expect(itemIdsOf(answer), read[1]).not.toContain(itemId)
      }
    }
  })

  it('makes another process wait until it has heard of the item', async () => {
    const { log, state } = gateway
    const other = await openTestGateway({ log, state })
    try {
      const token = tokenOf(await gateway.send('PUT', '/v1/items/x', described))
      // Its catalogue follows another log than the one it answers for, and hears of nothing.
      const answer = await other.get(`/v1/items/x?after=${token}&wait=0`)
      expect(answer.status).toBe(404)
      const late = await other.get(`/v1/items?after=${token}&wait=0`)
      expect([late.status, satisfied(late)]).toEqual([200, false])
    } finally {
      await other.close()
    }
  })

  it('is none when nothing of it stands on the log', async () => {
    const forged = encodeToken(gateway.log.identity.id, [], [{ partition: 0, offset: 1_000 }])
    for (const path of ['/v1/items', '/v1/items/a', '/v1/items/a/similar', '/v1/users/u/recommendations'])
      expect(faultPathsOf(await gateway.get(`${path}?after=${forged}`)), path).toEqual(['after'])
  })

  it('is not waited for when the process is about to stop', { timeout: 9_000 }, async () => {
    const { log, state } = gateway
    const other = await openTestGateway({ log, state })
    try {
      const token = tokenOf(await gateway.send('PUT', '/v1/items/x', described))
      const reading = other.get(`/v1/items?after=${token}&wait=10000`)
      await new Promise((resolve) => setImmediate(resolve))
      other.leave()
      expect(satisfied(await reading)).toBe(false)
    } finally {
      await other.close()
    }
  })
})
