import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UnavailableError } from '../infra/errors.ts'
import { encodeToken } from '../models/events/token.ts'
import { erasureIdOf } from './erasure-id.ts'
import {
  faultPathsOf,
  generationOf,
  itemIdsOf,
  openTestGateway,
  type TestGateway,
  tokenOf,
  writePositives,
  writeUser,
} from './gateway.fixture.ts'

const romances = { r1: [1, 0], r2: [0.9, 0.1], r3: [0.8, 0.1] } as const
const thrillers = { t1: [0, 1], t2: [0.1, 0.9], t3: [0.1, 0.8] } as const
const generation = generationOf('g1', { ...romances, ...thrillers })

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
  gateway.serve(generation)
})
afterEach(() => gateway.stop())

const describeItem = (itemId: string, genres: string[], more: object = {}) =>
  gateway.send('PUT', `/v1/items/${itemId}`, { title: `Title of ${itemId}`, genres, ...more })

describe('GET /v1/users/{userId}/recommendations', () => {
  it('ranks what the user has not rated by their own vector', async () => {
    await writeUser(gateway.state, 'u', { r1: 5, t1: 1 }, { vector: [1, 0], generation: 'g1' })
    await describeItem('r2', ['Romance'], { year: 1999, poster: 'https://example.org/r2.jpg' })
    const answer = await gateway.get('/v1/users/u/recommendations')
    expect(answer.status).toBe(200)
    expect(answer.body).toEqual({
      recommendationId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      strategy: 'fold-in',
      generation: 'g1',
      items: [
        {
          itemId: 'r2',
          score: Math.fround(0.9),
          title: 'Title of r2',
          genres: ['Romance'],
          year: 1999,
          poster: 'https://example.org/r2.jpg',
        },
        { itemId: 'r3', score: Math.fround(0.8) },
        { itemId: 't2', score: Math.fround(0.1) },
        { itemId: 't3', score: Math.fround(0.1) },
      ],
    })
  })

  it('recommends what was rated too when asked to, and what was rated and withdrawn', async () => {
    await writeUser(gateway.state, 'u', { r1: 5, r2: null }, { vector: [1, 0], generation: 'g1' })
    expect(itemIdsOf(await gateway.get('/v1/users/u/recommendations'))[0]).toBe('r2')
    expect(itemIdsOf(await gateway.get('/v1/users/u/recommendations?includeKnown=true'))[0]).toBe('r1')
  })

  it('never multiplies a vector with the factors of another generation', async () => {
    // In g0 the factors meant the opposite; the history says romance.
    await writeUser(gateway.state, 'u', { r1: 5 }, { vector: [0, 1], generation: 'g0' })
    const answer = await gateway.get('/v1/users/u/recommendations')
    expect(itemIdsOf(answer).slice(0, 2)).toEqual(['r2', 'r3'])
    gateway.serve(generationOf('g2', { r1: [0, 1], r2: [0, 1], t1: [1, 0] }))
    await gateway.settled()
    expect(itemIdsOf(await gateway.get('/v1/users/u/recommendations'))).toEqual(['r2', 't1'])
  })

  it('solves a history that was never solved', async () => {
    await writeUser(gateway.state, 'u', { t1: 5 })
    const answer = await gateway.get('/v1/users/u/recommendations?limit=1')
    expect(answer.body).toMatchObject({ strategy: 'fold-in', items: [{ itemId: 't2' }] })
  })

  it('leaves out what is excluded, and keeps to a genre', async () => {
    await writeUser(gateway.state, 'u', { r1: 5 }, { vector: [1, 0], generation: 'g1' })
    await describeItem('t1', ['Thriller', 'Film-Noir'])
    await describeItem('t3', ['Thriller'])
    const excluding = await gateway.get('/v1/users/u/recommendations?exclude=r2&exclude=t2')
    expect(itemIdsOf(excluding)).toEqual(['r3', 't3', 't1'])
    expect(itemIdsOf(await gateway.get('/v1/users/u/recommendations?exclude=r2&limit=1'))).toEqual(['r3'])
    expect(itemIdsOf(await gateway.get('/v1/users/u/recommendations?genre=thriller'))).toEqual(['t3', 't1'])
  })

  it('pages without gaps or repetitions', async () => {
    await writeUser(gateway.state, 'u', { r1: 5 }, { vector: [1, 0], generation: 'g1' })
    const whole = itemIdsOf(await gateway.get('/v1/users/u/recommendations?limit=1000'))
    const pages = [0, 2, 4].map((skip) => gateway.get(`/v1/users/u/recommendations?limit=2&skip=${skip}`))
    expect((await Promise.all(pages)).flatMap(itemIdsOf)).toEqual(whole)
    expect(itemIdsOf(await gateway.get('/v1/users/u/recommendations?skip=10000'))).toEqual([])
  })

  it('never shows what was deleted or hidden, from the next request on', async () => {
    await writeUser(gateway.state, 'u', { r1: 5 }, { vector: [1, 0], generation: 'g1' })
    await gateway.send('DELETE', '/v1/items/r2')
    await describeItem('r3', [], { available: false })
    expect(itemIdsOf(await gateway.get('/v1/users/u/recommendations'))).toEqual(['t2', 't3', 't1'])
    await describeItem('r2', [])
    expect(itemIdsOf(await gateway.get('/v1/users/u/recommendations'))[0]).toBe('r2')
  })

  it('goes by no deleted item that somebody is said to look at', async () => {
    await writeUser(gateway.state, 'u', { r1: 5 }, { vector: [1, 0], generation: 'g1' })
    const without = itemIdsOf(await gateway.get('/v1/users/u/recommendations'))
    const lookingAt = (userId: string) => gateway.get(`/v1/users/${userId}/recommendations?contextItemId=t1`)
    expect(itemIdsOf(await lookingAt('u'))).not.toEqual(without)
    expect(await lookingAt('nobody')).toMatchObject({ body: { strategy: 'similar' } })
    await gateway.send('DELETE', '/v1/items/t1')
    const answer = await lookingAt('u')
    expect(answer).toMatchObject({ body: { ignored: ['t1'] } })
    expect(itemIdsOf(answer)).toEqual(without.filter((itemId) => itemId !== 't1'))
    expect(await lookingAt('nobody')).toMatchObject({ body: { strategy: 'popular', ignored: ['t1'] } })
  })

  it('places no pin that is hidden, and says so; nor takes one that is excluded', async () => {
    await describeItem('r3', ['Drama'], { available: false })
    await describeItem('t1', ['Thriller'])
    const pin = ['r3', 'r2', 'nothing'].map((itemId, position) => ({ itemId, position }))
    const asked = { userId: 'nobody', genre: 'thriller', pin }
    const { body, ...answer } = await gateway.send('POST', '/v1/recommendations', asked)
    expect(body).toMatchObject({ items: [{ itemId: 't1' }, { itemId: 'r2' }], ignored: ['nothing', 'r3'] })
    expect(answer.status).toBe(200)
    const refused = await gateway.send('POST', '/v1/recommendations', { ...asked, exclude: ['r1', 'r2'] })
    expect(refused.status).toBe(400)
    expect(faultPathsOf(refused)).toEqual(['pin[1].itemId'])
  })

  it('of a group name the members of whom nothing is known', async () => {
    await writeUser(gateway.state, 'u', { r1: 5 }, { vector: [1, 0], generation: 'g1' })
    const ask = async (userIds: string[]) => (await gateway.send('POST', '/v1/recommendations', { userIds })).body
    expect(await ask(['who', 'u', 'nobody', 'who'])).toMatchObject({
      strategy: 'fold-in',
      unknownUserIds: ['who', 'nobody'],
    })
    expect(await ask(['u'])).not.toHaveProperty('unknownUserIds')
  })

  it.each([
    ['limit=0', 'limit'],
    ['limit=1001', 'limit'],
    ['limit=ten', 'limit'],
    ['limit=', 'limit'],
    ['limit=1&limit=2', 'limit'],
    ['skip=-1', 'skip'],
    ['skip=10001', 'skip'],
    ['includeKnown=yes', 'includeKnown'],
    ['wait=10001', 'wait'],
    ['after=nonsense', 'after'],
    ['exlude=r1', 'exlude'],
    [`exclude=${'x'.repeat(129)}`, 'exclude[0]'],
  ])('refuses %s', async (query, path) => {
    const answer = await gateway.get(`/v1/users/u/recommendations?${query}`)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ errors: [{ path }] })
  })
})

describe('the popular list', () => {
  beforeEach(async () => {
    await writePositives(gateway.state, 0, { t1: 3, r1: 2, unheard: 1 })
    await writePositives(gateway.state, 5, { r1: 2 })
  })

  it('sums the partitions', async () => {
    const answer = await gateway.get('/v1/items/popular')
    expect(answer.body).toMatchObject({ strategy: 'popular', generation: 'g1' })
    expect(answer.body).toMatchObject({
      items: [
        { itemId: 'r1', score: 4 },
        { itemId: 't1', score: 3 },
        { itemId: 'unheard', score: 1 },
      ],
    })
  })

  it('keeps to a genre, and pages', async () => {
    await describeItem('t1', ['Thriller'])
    expect(itemIdsOf(await gateway.get('/v1/items/popular?genre=Thriller'))).toEqual(['t1'])
    expect(itemIdsOf(await gateway.get('/v1/items/popular?skip=1&limit=1'))).toEqual(['t1'])
  })

  it('is what an unknown user gets', async () => {
    const answer = await gateway.get('/v1/users/nobody/recommendations?limit=2')
    expect(answer.body).toMatchObject({ strategy: 'popular', generation: 'g1' })
    expect(itemIdsOf(answer)).toEqual(['r1', 't1'])
  })

  it.each([
    ['with dislikes only', { r1: 1 }],
    ['whose likes the model does not know', { r1: 1, unheard: 5 }],
  ])('less what they know, is what a user gets %s', async (_, ratings) => {
    await writeUser(gateway.state, 'u', ratings, { vector: [0, 0], generation: 'g1' })
    const answer = await gateway.get('/v1/users/u/recommendations')
    expect(answer.body).toMatchObject({ strategy: 'popular' })
    expect(itemIdsOf(answer)).not.toContain('r1')
    expect(itemIdsOf(answer)[0]).toBe('t1')
  })

  it('is there before the first model', async () => {
    gateway.serve(undefined)
    const answer = await gateway.get('/v1/users/nobody/recommendations')
    expect(answer.body).toMatchObject({ strategy: 'popular', generation: null })
    expect(itemIdsOf(answer)[0]).toBe('r1')
  })
})

describe('POST /v1/items/similar', () => {
  it('counts each item once', async () => {
    const near = (items: string[]) => gateway.send('POST', '/v1/items/similar', { items, explain: true })
    const { items } = (await near(['r3', 't3'])).body as { items: unknown }
    expect((await near(['r3', 'r3', 't3', 'r3'])).body).toMatchObject({ items })
  })
})

describe('GET /v1/items/{itemId}/similar', () => {
  it('lists what points the same way, without the item itself', async () => {
    const answer = await gateway.get('/v1/items/r1/similar?limit=2')
    expect(answer.body).toMatchObject({ strategy: 'similar', generation: 'g1' })
    expect(itemIdsOf(answer).sort()).toEqual(['r2', 'r3'])
    expect(itemIdsOf(await gateway.get('/v1/items/r1/similar'))).toHaveLength(5)
  })

  it('leaves out what it is told to, and names what of that nobody knows', async () => {
    const answer = await gateway.get('/v1/items/r1/similar?limit=2&exclude=r2&exclude=nope')
    expect(itemIdsOf(answer)).toContain('r3')
    expect(itemIdsOf(answer)).not.toContain('r2')
    expect(itemIdsOf(answer)).toHaveLength(2)
    expect(answer.body).toMatchObject({ ignored: ['nope'] })
  })

  it('knows an item by the catalogue or by the model', async () => {
    await describeItem('fresh', [])
    expect((await gateway.get('/v1/items/fresh/similar')).body).toMatchObject({ items: [] })
    expect(await gateway.get('/v1/items/nothing/similar')).toMatchObject({
      status: 404,
      body: { type: '/docs#not-found' },
    })
    await gateway.send('DELETE', '/v1/items/r1')
    expect((await gateway.get('/v1/items/r1/similar')).status).toBe(404)
  })
})

describe('GET /v1/users/{userId}/ratings', () => {
  it('lists what stands, newest first', async () => {
    await writeUser(gateway.state, 'u', { r1: 5, r2: null, t1: 0.5 })
    await describeItem('t1', ['Thriller'])
    const answer = await gateway.get('/v1/users/u/ratings')
    expect(answer.body).toEqual({
      items: [
        {
          itemId: 't1',
          value: 0.5,
          occurredAt: '1970-01-01T00:00:00.002Z',
          title: 'Title of t1',
          genres: ['Thriller'],
        },
        { itemId: 'r1', value: 5, occurredAt: '1970-01-01T00:00:00.000Z' },
      ],
    })
    expect(itemIdsOf(await gateway.get('/v1/users/u/ratings?skip=1'))).toEqual(['r1'])
    expect((await gateway.get('/v1/users/nobody/ratings')).body).toEqual({ items: [] })
  })
})

describe('read your own writes', () => {
  const satisfied = ({ body }: { body: unknown }) =>
    (body as { freshness?: { satisfied: boolean } }).freshness?.satisfied

  // Whoever is not woken looks again only after the 10 s that these reads would wait.
  const wokenInTime = { timeout: 9_000 }

  it('waits until the user’s record has what was written', wokenInTime, async () => {
    const token = tokenOf(await gateway.send('PUT', '/v1/users/u/ratings/r1', { value: 5 }))
    const reading = gateway.get(`/v1/users/u/recommendations?wait=10000&after=${token}`)
    await writeUser(gateway.state, 'u', { r1: 5 }, { vector: [1, 0], generation: 'g1', appliedOffset: 0 })
    const answer = await reading
    expect(satisfied(answer)).toBe(true)
    expect(answer.body).toMatchObject({ strategy: 'fold-in', items: [{ itemId: 'r2' }, {}, {}, {}, {}] })
  })

  it('waits no longer than until the watermark passes, for an event that changed nothing', wokenInTime, async () => {
    const token = tokenOf(await gateway.send('DELETE', '/v1/users/u/ratings/r1'))
    const reading = gateway.get(`/v1/users/u/recommendations?wait=10000&after=${token}`)
    await gateway.state.advance(gateway.log.partitionOf('ratings', 'u'), 0)
    expect(satisfied(await reading)).toBe(true)
  })

  it('answers in time although it is not there yet', async () => {
    const token = tokenOf(await gateway.send('PUT', '/v1/users/u/ratings/r1', { value: 5 }))
    const answer = await gateway.get(`/v1/users/u/recommendations?wait=20&after=${token}`)
    expect(answer.status).toBe(200)
    expect(satisfied(answer)).toBe(false)
  })

  it('does not wait for a partition that the token says nothing of', async () => {
    const other = Array.from({ length: 100 }, (_, i) => `v${i}`).find(
      (userId) => gateway.log.partitionOf('ratings', userId) !== gateway.log.partitionOf('ratings', 'u'),
    )
    const token = tokenOf(await gateway.send('PUT', `/v1/users/${other}/ratings/r1`, { value: 5 }))
    expect(satisfied(await gateway.get(`/v1/users/u/recommendations?wait=10000&after=${token}`))).toBe(true)
  })

  it('says nothing of freshness where nobody asked', async () => {
    expect((await gateway.get('/v1/users/u/recommendations')).body).not.toHaveProperty('freshness')
  })

  it('refuses a token of another log', async () => {
    const foreign = encodeToken('00000000-0000-4000-8000-000000000000', [{ partition: 0, offset: 0 }])
    const answer = await gateway.get(`/v1/users/u/recommendations?after=${foreign}`)
    expect(answer).toMatchObject({ status: 409, body: { type: '/docs#other-log' } })
  })

  it('refuses a token of something that was never written', wokenInTime, async () => {
    const partition = gateway.log.partitionOf('ratings', 'u')
    const forged = encodeToken(gateway.log.identity.id, [{ partition, offset: 0 }])
    const answer = await gateway.get(`/v1/users/u/recommendations?wait=10000&after=${forged}`)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'after' }] } })
  })

  it('stops waiting when the process is about to stop', wokenInTime, async () => {
    const token = tokenOf(await gateway.send('PUT', '/v1/users/u/ratings/r1', { value: 5 }))
    const reading = gateway.get(`/v1/users/u/recommendations?wait=10000&after=${token}`)
    await new Promise((resolve) => setImmediate(resolve))
    gateway.leave()
    expect(satisfied(await reading)).toBe(false)
  })
})

describe('while the user state does not answer', () => {
  let isDown = false
  let other: TestGateway
  beforeEach(async () => {
    isDown = false
    const { state } = gateway
    const orFail =
      <A extends unknown[], R>(method: (...args: A) => Promise<R>) =>
      async (...args: A): Promise<R> => {
        if (isDown) throw new UnavailableError('Redis at localhost:6379 did not answer. Set USER_STATE_URL.')
        return method(...args)
      }
    const { read, offsets, statistics } = state
    const flaky = { ...state, read: orFail(read), offsets: orFail(offsets), statistics: orFail(statistics) }
    other = await openTestGateway({ state: flaky })
    other.serve(generation)
  })
  afterEach(() => other.stop())

  it('goes on with the users it has seen, then with the popular items, and says so', async () => {
    const { state } = gateway
    await writeUser(state, 'seen', { r1: 5 }, { vector: [1, 0], generation: 'g1' })
    const before = await other.get('/v1/users/seen/recommendations')
    expect(before.body).not.toHaveProperty('isStale')
    isDown = true
    const seen = await other.get('/v1/users/seen/recommendations')
    expect(seen.body).toMatchObject({ strategy: 'fold-in', isStale: true, items: [{ itemId: 'r2' }, {}, {}, {}, {}] })
    const unseen = await other.get('/v1/users/unseen/recommendations')
    // Nothing was read of the stream's statistics yet: the order is that of the model's own counts.
    expect(unseen.body).toMatchObject({
      strategy: 'popular',
      isStale: true,
      items: [{ itemId: 'r1' }, {}, {}, {}, {}, {}],
    })
    for (const of of ['ratings', 'explanations/r2', 'surprising', 'similar']) {
      expect((await other.get(`/v1/users/seen/${of}`)).status).not.toBe(503)
      expect((await other.get(`/v1/users/unseen/${of}`)).status).toBe(503)
    }
  })

  it('takes nobody for a stranger any longer than that', async () => {
    await writeUser(gateway.state, 'u', { r1: 5 }, { vector: [1, 0], generation: 'g1' })
    isDown = true
    const path = '/v1/users/u/recommendations?contextItemId=t1'
    for (let n = 0; n < 3; n++) expect((await other.get(path)).body).toMatchObject({ strategy: 'similar' })
    isDown = false
    expect((await other.get(path)).body).toMatchObject({ strategy: 'fold-in' })
  })
})

describe('erasure', () => {
  it('tells which stores have gone through it', async () => {
    const { status, body } = await gateway.send('DELETE', '/v1/users/u')
    expect(status).toBe(202)
    const { erasureId } = body as { erasureId: string }
    const receipt = () => gateway.get(`/v1/erasures/${erasureId}`)
    expect((await receipt()).body).toMatchObject({ status: 'running', stores: { 'user state': 'pending' } })
    await gateway.state.advance(gateway.log.partitionOf('ratings', 'u'), 0)
    expect((await receipt()).body).toEqual({
      erasureId,
      status: 'waiting',
      stores: { 'user state': 'erased', 'model store': 'erased' },
      logBytes: 'until compact',
    })
    // As Kafka holds it.
    const { heldUntil } = gateway.log
    try {
      for (const until of ['rewrite-log', undefined] as const) {
        gateway.log.heldUntil = async () => until
        expect((await receipt()).body).toMatchObject(
          until ? { status: 'waiting', logBytes: 'until rewrite-log' } : { status: 'complete', logBytes: 'removed' },
        )
      }
    } finally {
      gateway.log.heldUntil = heldUntil
    }
  })

  it('is not complete while a model is kept that was trained before it', async () => {
    const { models, log, state } = gateway
    const { body } = await gateway.send('DELETE', '/v1/users/u')
    const { erasureId } = body as { erasureId: string }
    const partition = log.partitionOf('ratings', 'u')
    const { [partition]: end = 0 } = await log.ends('ratings')
    await state.advance(partition, end)
    const publish = (id: string, watermark: number) =>
      models.publish({ ...generationOf(id, { a: [1, 0] }), watermark: new Array(8).fill(watermark) })
    const receipt = async () => (await gateway.get(`/v1/erasures/${erasureId}`)).body
    await publish('before', end - 1)
    await publish('after', end)
    expect(await receipt()).toMatchObject({ status: 'running', stores: { 'model store': 'until newer models' } })
    await models.remove('before')
    expect(await receipt()).toMatchObject({ stores: { 'model store': 'erased' } })
    await models.publish({ ...generationOf('without', {}), watermark: [], sampleLacks: new Array(8).fill(end + 1) })
    expect(await receipt()).toMatchObject({ stores: { 'model store': 'erased' } })
  })

  it('knows no other ids', async () => {
    const ahead = encodeToken(gateway.log.identity.id, [{ partition: 0, offset: 7 }])
    const foreign = encodeToken('00000000-0000-4000-8000-000000000000', [{ partition: 0, offset: 0 }])
    const rating = tokenOf(await gateway.send('PUT', '/v1/users/u/ratings/i', { value: 4 }))
    const none = ['nonsense', 'erasure-nonsense', rating, `erasure-${rating}`, 'erasure-']
    for (const id of [...none, erasureIdOf(ahead), erasureIdOf(foreign)])
      expect((await gateway.get(`/v1/erasures/${id}`)).status, id).toBe(404)
  })
})
