import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { UnavailableError } from '../infra/errors.ts'
import { TUNING, WORSE } from '../infra/model-store/generation.fixture.ts'
import { processName } from '../infra/process-name.ts'
import type { Comparison } from '../models/als/types.ts'
import { readApiKeys, sha256 } from './api-keys.ts'
import { type Answer, generationOf, openTestGateway, type TestGateway, writeUser } from './gateway.fixture.ts'
import { randomGeneration } from './random-generation.fixture.ts'

let gateway: TestGateway
afterEach(() => gateway.stop())

const keyed = (key: string) => {
  const keys = readApiKeys(`web:read+ingest:${sha256(key).toString('hex')}`)
  return { current: () => keys }
}

describe('browsers', () => {
  it('may not write on behalf of another site, unless it is listed', async () => {
    gateway = await openTestGateway({ settings: { corsOrigins: ['https://app.example'] } })
    const rebuildFrom = (origin: string) =>
      gateway.send('POST', '/v1/admin/rebuilds', undefined, { origin, 'sec-fetch-site': 'cross-site' })
    expect(await rebuildFrom('https://evil.example')).toMatchObject({ status: 403, body: { type: '/docs#cross-site' } })
    expect((await rebuildFrom('https://app.example')).status).toBe(202)
    const preflight = (origin: string) =>
      gateway.send('OPTIONS', '/v1/ratings', undefined, { origin, 'access-control-request-method': 'POST' })
    expect((await preflight('https://app.example')).headers.get('access-control-allow-origin')).toBe(
      'https://app.example',
    )
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull()
  })

  it('are told to run and frame nothing', async () => {
    gateway = await openTestGateway()
    const { headers } = await gateway.get('/v1/items')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-request-id')).toMatch(/./)
  })
})

describe('a gateway without keys', () => {
  const statusFor = async (host: string) => (await gateway.send('GET', '/v1/items', undefined, { host })).status

  it('is reached by the names of this machine', async () => {
    gateway = await openTestGateway()
    for (const host of ['localhost', 'LOCALHOST:3000', '127.0.0.1:3000', '127.8.8.8', '[::1]', '[::1]:3000'])
      expect(await statusFor(host), host).toBe(200)
  })

  it('is not by a name that somebody else lets lead here', async () => {
    gateway = await openTestGateway()
    for (const host of [
      'evil.example',
      'localhost.evil.example:3000',
      '127.0.0.1.evil.example',
      'localhost@evil.example',
      '192.168.0.1',
      '',
    ])
      expect(await statusFor(host), host).toBe(421)
    const answer = await gateway.send('GET', '/readyz', undefined, { host: 'evil.example' })
    expect(answer.body).toMatchObject({ type: '/docs#other-host', detail: expect.stringContaining('set API_KEYS') })
  })

  it.each([
    ['x-forwarded-for', '203.0.113.9', 421],
    ['x-forwarded-for', '127.0.0.1, 203.0.113.9:52000', 421],
    ['x-forwarded-for', '2001:db8::1', 421],
    ['x-real-ip', '203.0.113.9', 421],
    ['forwarded', 'proto=https;for="[2001:db8::1]:4711";by=127.0.0.1', 421],
    ['forwarded', 'For=unknown', 421],
    ['x-forwarded-for', '::ffff:127.0.0.1', 200],
    ['x-forwarded-for', '127.0.0.1:52000, ::1', 200],
    ['forwarded', 'for="[::1]:4711";host=shop.example, for=127.0.0.1', 200],
  ])('goes by whom a proxy on it passes on (%s: %s)', async (name, told, status) => {
    gateway = await openTestGateway()
    const answer = await gateway.send('GET', '/readyz', undefined, { [name]: told })
    expect(answer.status).toBe(status === 200 ? await statusFor('localhost') : status)
    if (status !== 200) expect(answer.body).toMatchObject({ detail: expect.stringContaining('Set API_KEYS') })
  })

  it('goes by any name, and through any proxy, once it has keys', async () => {
    gateway = await openTestGateway({ settings: { apiKeys: keyed('secret') } })
    const headers = { host: 'shop.example', 'x-forwarded-for': '203.0.113.9', authorization: 'Bearer secret' }
    expect((await gateway.send('GET', '/v1/items', undefined, headers)).status).toBe(200)
  })
})

describe('paths', () => {
  it('that are none are told from methods that are not answered', async () => {
    gateway = await openTestGateway()
    expect(await gateway.get('/v2')).toMatchObject({ status: 404, body: { type: '/docs#not-found', status: 404 } })
    const answer = await gateway.send('POST', '/v1/items/1', {})
    expect(answer).toMatchObject({ status: 405, body: { type: '/docs#method-not-allowed' } })
    expect(answer.headers.get('allow')).toBe('GET, PUT, DELETE, PATCH')
    const popular = await gateway.send('PUT', '/v1/items/popular', {})
    expect(popular).toMatchObject({ status: 405, body: { type: '/docs#method-not-allowed' } })
    expect(popular.headers.get('allow')).toBe('GET')
    expect((await gateway.app.request('/v1/items/popular', { method: 'HEAD' })).status).toBe(200)
  })
})

describe('a body', () => {
  it('is asked for, and its type, also where it needs no field', async () => {
    gateway = await openTestGateway()
    const refused = { status: 415, body: { type: '/docs#unsupported-media-type' } }
    expect(await gateway.send('POST', '/v1/recommendations')).toMatchObject(refused)
    expect(await gateway.send('POST', '/v1/ratings')).toMatchObject(refused)
    const ofNoType = { 'content-type': '' }
    for (const path of ['/v1/ratings', '/v1/items', '/v1/recommendations'])
      expect(await gateway.send('POST', path, {}, ofNoType), path).toMatchObject(refused)
    expect(await gateway.send('POST', '/v1/ratings', undefined, ofNoType)).toMatchObject(refused)
    expect((await gateway.send('POST', '/v1/recommendations', {})).status).toBe(200)
  })
})

describe('failures nobody foresaw', () => {
  it('say nothing of the inside', async () => {
    gateway = await openTestGateway({
      models: {
        list: () => {
          throw new Error('the secret inside')
        },
      } as never,
    })
    const answer = await gateway.get('/v1/admin/generations')
    expect(answer).toMatchObject({ status: 500, body: { type: '/docs#internal', status: 500 } })
    expect(JSON.stringify(answer.body)).not.toContain('secret')
    // By which the log of the server says more.
    expect(answer.headers.get('x-request-id')).toMatch(/./)
    expect((await gateway.get('/v2')).headers.get('x-request-id')).toMatch(/./)
  })
})

it('counts requests by the route that answered, of several that match', async () => {
  gateway = await openTestGateway()
  await gateway.get('/v1/items/popular')
  await gateway.get('/v1/items/some-film')
  const { body } = await gateway.get('/metrics')
  expect(String(body)).toMatch(/request_seconds_count\{method="GET",route="\/v1\/items\/popular",status="200"\} 1/)
  expect(String(body)).toMatch(/request_seconds_count\{method="GET",route="\/v1\/items\/:itemId",status="404"\} 1/)
})

describe('/readyz', () => {
  const model = ({ status, body }: Answer) => [status, (body as { model: string }).model]

  it('is ready without a model only while there are no ratings', async () => {
    gateway = await openTestGateway()
    expect(model(await gateway.get('/readyz'))).toEqual([200, 'none'])
    await gateway.send('PUT', '/v1/users/u/ratings/i', { value: 4 })
    expect(model(await gateway.get('/readyz'))).toEqual([503, 'training'])
    gateway.serve(generationOf('g1', { i: [1, 0] }))
    expect(model(await gateway.get('/readyz'))).toEqual([200, 'loaded'])
    expect((await gateway.get('/livez')).body).toEqual({ status: 'live' })
  })

  it('is ready while there is no positive rating to make a model from', async () => {
    gateway = await openTestGateway()
    await gateway.send('PUT', '/v1/users/u/ratings/i', { value: 1 })
    expect(model(await gateway.get('/readyz'))).toEqual([503, 'training'])
    const { id } = (await gateway.send('POST', '/v1/admin/rebuilds')).body as { id: string }
    const skipped = {
      id,
      requestedAt: 1,
      reason: 'first-model',
      status: 'skipped',
      progress: '',
      generation: undefined,
      updatedAt: 1,
    } as const
    await gateway.models.writeRebuild(skipped)
    expect(model(await gateway.get('/readyz'))).toEqual([200, 'none'])
  })

  it('names what does not answer, and since when; so does the status', async () => {
    let fault: Error | undefined = new Error('Redis at localhost:6379 did not answer')
    const checks = {
      'user state': async () => {
        if (fault) throw fault
      },
    }
    gateway = await openTestGateway({ checks })
    const missing = [{ part: 'user state', since: expect.any(String), message: fault.message }]
    const first = await gateway.get('/readyz')
    expect(first).toMatchObject({ status: 503, body: { status: 'not ready', missing } })
    expect((await gateway.get('/readyz')).body).toEqual(first.body)
    expect((await gateway.get('/v1/admin/status')).body).toMatchObject({ degraded: missing })
    fault = undefined
    expect(await gateway.get('/readyz')).toMatchObject({ status: 200, body: { missing: [] } })
  })

  it('is over once the process is about to stop', async () => {
    gateway = await openTestGateway()
    gateway.leave()
    expect(await gateway.get('/readyz')).toMatchObject({ status: 503, body: { missing: [{ part: 'process' }] } })
  })
})

describe('/metrics', () => {
  it('counts by route, not by path', async () => {
    gateway = await openTestGateway()
    await writeUser(gateway.state, 'u', {})
    await gateway.get('/v1/users/someone/recommendations')
    await gateway.get('/v1/nowhere')
    const text = (await gateway.get('/metrics')).body
    expect(text).toContain(
      'foldstream_http_request_seconds_count{method="GET",route="/v1/users/:userId/recommendations",status="200"} 1',
    )
    expect(text).toContain('foldstream_recommendations_total{strategy="popular"} 1')
    expect(text).not.toContain('someone')
    expect(text).not.toContain('nowhere')
  })
})

describe('the lag at /metrics', () => {
  it('is that of the moment, and none while the log does not answer', async () => {
    let behind: number | undefined = 3
    gateway = await openTestGateway({
      lag: async () => {
        if (behind === undefined) throw new UnavailableError('the log does not answer')
        return [{ group: 'updater', topic: 'ratings', partitions: [{ partition: 0, lag: behind }] }]
      },
    })
    const figure = async () => /foldstream_lag_records{[^}]*} (\d+)/.exec(String((await gateway.get('/metrics')).body))
    expect((await figure())?.[0]).toBe('foldstream_lag_records{group="updater",topic="ratings",partition="0"} 3')
    behind = 0
    expect((await figure())?.[1]).toBe('0')
    behind = undefined
    expect(await figure()).toBeNull()
  })
})

describe('administration', () => {
  it('shows generations, rolls back and lets go', async () => {
    gateway = await openTestGateway()
    await gateway.models.publish(generationOf('g1', { i: [1, 0] }))
    await gateway.models.publish({ ...generationOf('g2', { i: [1, 0] }), tuning: TUNING })
    await gateway.models.activate('g2', false)
    expect((await gateway.get('/v1/admin/generations')).body).toMatchObject({ tuning: null })
    await gateway.models.writeTuning({
      tuning: TUNING,
      hyperParameters: generationOf('g', {}).hyperParameters,
      ratings: 1,
    })
    const listed = await gateway.get('/v1/admin/generations')
    expect(listed.body).toMatchObject({ active: 'g2', pinned: false, tuning: TUNING })
    const { generations } = listed.body as { generations: { id: string; isActive: boolean }[] }
    expect(generations.find(({ id }) => id === 'g2')).toMatchObject({
      isActive: true,
      createdAt: '2026-01-01T00:00:00.000Z',
      metrics: { 'ndcg@10': 0.25 },
      trainSeconds: 0.1,
      hyperParameters: { factors: 2 },
      tuning: TUNING,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    })
    expect((await gateway.send('POST', '/v1/admin/generations/g1/activate')).body).toEqual({
      active: 'g1',
      pinned: true,
    })
    expect(await gateway.models.pointer()).toEqual({ active: 'g1', pinned: true })
    expect((await gateway.send('POST', '/v1/admin/generations/unpin')).body).toEqual({ active: 'g1', pinned: false })
    expect(await gateway.send('POST', '/v1/admin/generations/g9/activate')).toMatchObject({ status: 404 })
  })

  it('activates no generation that is damaged', async () => {
    gateway = await openTestGateway()
    for (const id of ['g1', 'g2']) await gateway.models.publish(generationOf(id, { i: [1, 0] }))
    await gateway.models.activate('g1', false)
    const artifact = join(gateway.modelFolder, 'g2.generation')
    const bytes = await readFile(artifact)
    bytes.writeUInt8(bytes.readUInt8(bytes.length >> 1) ^ 1, bytes.length >> 1)
    await writeFile(artifact, bytes)
    const refused = await gateway.send('POST', '/v1/admin/generations/g2/activate')
    expect(refused).toMatchObject({
      status: 409,
      body: { type: '/docs#damaged', detail: expect.stringContaining('g2') },
    })
    expect(await gateway.models.pointer()).toEqual({ active: 'g1', pinned: false })
  })

  it('says of each generation why it is not served', async () => {
    gateway = await openTestGateway()
    const at = Date.parse('2026-01-01T00:00:00Z')
    const publish = (id: string, age: number, comparison?: Comparison) =>
      gateway.models.publish({ ...generationOf(id, { i: [1, 0] }), createdAt: at + age, comparison })
    await publish('former', 0)
    await publish('live', 1)
    await gateway.models.activate('live', false)
    const reasons = async () => {
      const { generations } = (await gateway.get('/v1/admin/generations')).body as {
        generations: { notServed?: string }[]
      }
      return generations.map(({ notServed }) => notServed)
    }
    expect(await reasons()).toEqual([undefined, undefined])
    await publish('worse', 2, WORSE)
    const heldBack =
      'held back, not served: ndcg@100 0.231 instead of 0.252 of generation g1, on 512 held-out pairs of 301 users: 4.2 standard errors worse, 3 tolerated'
    expect(await reasons()).toEqual([heldBack, undefined, undefined])
    expect((await gateway.get('/v1/admin/generations')).body).toMatchObject({
      generations: [{ comparison: WORSE }, {}, {}],
    })
    await publish('orphan', 3)
    expect((await reasons())[0]).toBe('not served: an older one is live')
    await gateway.models.activate('live', true)
    const pinned = 'pinned, not served: generation live was activated by hand and stays until it is unpinned'
    expect(await reasons()).toEqual([pinned, `${heldBack}; ${pinned}`, undefined, undefined])
    expect((await gateway.send('POST', '/v1/admin/generations/worse/activate')).status).toBe(200)
    expect((await reasons())[1]).toBeUndefined()
  })

  it('shows under degraded that the active generation cannot be served, and is ready all the same', async () => {
    const trouble = {
      since: Date.parse('2026-01-02T00:00:00Z'),
      message: 'Generation g2 is to be served',
      isDamaged: true,
    }
    const generation = generationOf('g1', { i: [1, 0] })
    gateway = await openTestGateway({ generations: { current: () => generation, trouble: () => trouble } })
    const degraded = [
      { part: 'generation', since: '2026-01-02T00:00:00.000Z', message: 'Generation g2 is to be served' },
    ]
    expect((await gateway.get('/v1/admin/status')).body).toMatchObject({ generation: 'g1', degraded })
    expect(await gateway.get('/readyz')).toMatchObject({ status: 200, body: { model: 'loaded' } })
  })

  it('asks for a rebuild that is forced', async () => {
    gateway = await openTestGateway()
    expect((await gateway.send('POST', '/v1/admin/rebuilds?force=false')).body).not.toHaveProperty('force')
    expect((await gateway.send('POST', '/v1/admin/rebuilds?force=true')).body).toMatchObject({ force: true })
    expect(await gateway.models.rebuild()).toMatchObject({ force: true, status: 'requested' })
    expect((await gateway.send('POST', '/v1/admin/rebuilds?force=perhaps')).status).toBe(400)
  })

  it('asks for one rebuild at a time', async () => {
    gateway = await openTestGateway()
    const first = await gateway.send('POST', '/v1/admin/rebuilds')
    expect(first).toMatchObject({ status: 202, body: { reason: 'demand', status: 'requested' } })
    expect((await gateway.send('POST', '/v1/admin/rebuilds')).body).toEqual(first.body)
    expect((await gateway.get('/v1/admin/status')).body).toMatchObject({ rebuild: first.body })
  })

  it('shows roles and lag, as far as they are known', async () => {
    const partitions = [{ partition: 0, lag: 3 }]
    gateway = await openTestGateway({ lag: async () => [{ group: 'updater', topic: 'ratings', partitions }] })
    await gateway.state.beat({ role: 'updater', process: 'p1', at: Date.now(), details: { trouble: null } })
    gateway.serve(generationOf('g1', { i: [1, 0] }))
    expect((await gateway.get('/v1/admin/status')).body).toMatchObject({
      log: { id: gateway.log.identity.id, partitions: 8 },
      generation: 'g1',
      rebuild: null,
      roles: [{ role: 'updater', process: 'p1', details: { trouble: null } }],
      lag: [{ group: 'updater', topic: 'ratings', partitions }],
      degraded: [],
    })
  })

  it('shows what is wrong with roles: of this process, of others as they told last, and that none has a role any more', async () => {
    const own = { part: 'sink', since: 5_000, message: 'own' }
    gateway = await openTestGateway({ troubles: () => [own] })
    const beat = (role: string, process: string, ageMs: number, trouble: object | null = null) =>
      gateway.state.beat({ role, process, at: Date.now() - ageMs, details: { trouble } })
    const ours = processName()
    // What it told last of itself may be over.
    for (const role of ['sink', 'gateway']) await beat(role, ours, 0, { since: own.since, message: own.message })
    await beat('updater', 'p1', 0)
    await beat('updater', 'p2', 1_000, { since: 7_000, message: 'told' })
    await beat('updater', 'dead', 60_000, { since: 1, message: 'long ago' })
    await beat('rebuilder', 'gone', 60_000)
    const { body } = await gateway.get('/v1/admin/status')
    const { degraded, roles } = body as { degraded: { part: string; since: string }[]; roles: { process: string }[] }
    expect(degraded).toEqual([
      { ...own, since: new Date(5_000).toISOString() },
      { part: 'updater', since: new Date(7_000).toISOString(), message: 'told' },
      { part: 'rebuilder', since: expect.any(String), message: expect.stringContaining('gone') },
    ])
    expect(Date.parse(degraded[2]?.since as string)).toBeLessThan(Date.now() - 59_000)
    expect(roles.map(({ process }) => process).sort()).toEqual([ours, ours, 'p1', 'p2'].sort())
  })

  it('shows the model that is served, not one that is still laid out', async () => {
    gateway = await openTestGateway()
    const generationIn = async (path: string) => ((await gateway.get(path)).body as { generation: string }).generation
    const told = () => generationIn('/v1/admin/status')
    const served = () => generationIn('/v1/users/u/recommendations')
    gateway.serve(generationOf('g1', { i: [1, 0] }))
    expect(await told()).toBe('g1')
    gateway.serve(randomGeneration('large', 1, true))
    for (let last = 'g1'; last !== 'large'; ) {
      const before = await served()
      last = await told()
      expect([before, await served()]).toContain(last)
    }
  })
})
