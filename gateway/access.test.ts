import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type ApiKey, readApiKeys, sha256 } from './api-keys.ts'
import { type Answer, openTestGateway, type TestGateway } from './gateway.fixture.ts'
import { SCOPES } from './schemas/answers.ts'

const entry = (name: string, scopes: string, rate = '') => `${name}:${scopes}:${sha256(name).toString('hex')}${rate}`
const keysOf = (...entries: string[]) => {
  const keys: readonly ApiKey[] = readApiKeys(entries.join())
  return { current: () => keys }
}
/** Each key is its own name, and has the scope of that name. */
const oneEach = keysOf(...SCOPES.map((scope) => entry(scope, scope)))
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

describe('scopes', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await openTestGateway({ settings: { apiKeys: oneEach, adminToken: 'folder-token' } })
  })
  afterAll(() => gateway.stop())

  interface Operation {
    readonly method: string
    readonly path: string
    /** none: open */
    readonly scopes: readonly string[]
  }

  /** Every operation of the served document, its path filled with ids. */
  async function operations(): Promise<Operation[]> {
    const { body } = await gateway.get('/openapi.json')
    const { paths } = body as { paths: Record<string, Record<string, { security?: { key?: string[] }[] }>> }
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { security }]) => {
        if (security === undefined) throw new Error(`${method} ${path} does not say who may ask`)
        const scopes = security.flatMap(({ key = [] }) => key)
        return { method: method.toUpperCase(), path: path.replaceAll(/\{\w+\}/g, 'some-id'), scopes }
      }),
    )
  }

  /** An answer may stream for ever: its status is all that is looked at. */
  async function status(
    { method, path }: Pick<Operation, 'method' | 'path'>,
    headers: Record<string, string>,
  ): Promise<number> {
    const asking = new AbortController()
    const { status, body } = await gateway.app.request(path, { method, headers, signal: asking.signal })
    await body?.cancel()
    asking.abort()
    return status
  }

  it('are asked for by every route that the document lists, and nothing else opens it', async () => {
    const all = await operations()
    expect(all.length).toBeGreaterThan(20)
    for (const operation of all) {
      const { method, path, scopes } = operation
      const isOpen = scopes.length === 0
      const named = `${method} ${path}`
      for (const headers of [{}, bearer('wrong'), { authorization: 'Basic cmVhZDpyZWFk' }])
        expect(await status(operation, headers), named).satisfies((found: number) => (found === 401) !== isOpen)
      for (const scope of SCOPES) {
        const isRefused = [401, 403].includes(await status(operation, bearer(scope)))
        expect(isRefused, `${named} with ${scope}`).toBe(!isOpen && !scopes.includes(scope))
      }
      expect([401, 403], named).not.toContain(await status(operation, bearer('folder-token')))
    }
  })

  it('divide the routes as the field would: what writes, what reads, what administers', async () => {
    const listed = (await operations()).map(
      ({ method, path, scopes }) => `${scopes.join() || 'open'} ${method} ${path}`,
    )
    for (const line of listed.filter((line) => line.includes('/v1/admin'))) expect(line).toMatch(/^admin /)
    const erasure = 'erase,admin DELETE /v1/users/some-id'
    for (const line of listed.filter((line) => /(PUT|DELETE) /.test(line)))
      expect(line).toMatch(line === erasure ? erasure : /^ingest /)
    expect(listed).toContain(erasure)
    for (const line of listed.filter((line) => /GET \/v1\/(?!admin|erasures)/.test(line)))
      expect(line).toMatch(/^read /)
    // Who erased somebody may ask how far it is.
    expect(listed).toContain('erase,admin,read GET /v1/erasures/some-id')
    expect(listed).toContain('ingest POST /v1/ratings')
    expect(listed).toContain('read GET /metrics')
    expect(listed.filter((line) => line.startsWith('open'))).toEqual(['open GET /livez', 'open GET /readyz'])
  })

  it('that are missing are named', async () => {
    const refused = await gateway.send('GET', '/v1/items', undefined, bearer('ingest'))
    expect(refused).toMatchObject({ status: 403, body: { type: '/docs#forbidden' } })
    expect((refused.body as { detail: string }).detail).toContain("'read'")
  })

  it('are asked for by HEAD as by GET', async () => {
    const head = (key: string) => status({ method: 'HEAD', path: '/v1/items' }, bearer(key))
    expect([await head('read'), await head('ingest'), await head('none')]).toEqual([200, 403, 401])
    expect(await status({ method: 'HEAD', path: '/livez' }, {})).toBe(200)
  })

  it('do not matter where there is nothing, but a key does', async () => {
    const strange = await gateway.get('/v1/nothing')
    expect(strange).toMatchObject({ status: 401, body: { type: '/docs#unauthorized' } })
    expect(strange.headers.get('www-authenticate')).toContain('Bearer')
    for (const key of SCOPES) {
      expect((await gateway.send('GET', '/v1/nothing', undefined, bearer(key))).status).toBe(404)
      expect((await gateway.send('PATCH', '/v1/items', undefined, bearer(key))).status).toBe(405)
    }
    for (const path of ['/openapi.json', '/docs']) expect((await gateway.get(path)).status).toBe(200)
  })
})

describe('the rate of a key', () => {
  let gateway: TestGateway
  afterEach(() => gateway.stop())

  const ask = (key: string, path = '/v1/items') => gateway.send('GET', path, undefined, bearer(key))
  /** Answers to so many requests, as fast as they go. */
  const many = async (count: number, key: string): Promise<Answer[]> =>
    Promise.all(Array.from({ length: count }, () => ask(key)))
  const refusedOf = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 429)

  it('is held, and the answer says when to come again', async () => {
    const apiKeys = keysOf(entry('slow', 'read'), entry('own', 'read', ':0.001'), entry('free', 'read', ':off'))
    gateway = await openTestGateway({ settings: { apiKeys, rateLimit: 0.25, adminToken: 'folder' } })
    const [refused, ...others] = refusedOf(await many(3, 'slow'))
    expect(others).toHaveLength(1)
    expect(refused).toMatchObject({ status: 429, body: { type: '/docs#too-many-requests' } })
    expect(refused?.headers.get('retry-after')).toBe('4')
    const [first, second] = await many(2, 'own')
    expect(first?.status).toBe(200)
    expect(second?.headers.get('retry-after')).toBe('1000')
    expect(refusedOf(await many(20, 'free'))).toEqual([])
    expect(refusedOf(await many(20, 'folder'))).toEqual([])
  })

  it('is spent by what is refused, too, but not by what anybody may ask', async () => {
    gateway = await openTestGateway({ settings: { apiKeys: keysOf(entry('web', 'ingest')), rateLimit: 0.01 } })
    for (let i = 0; i < 3; i++) expect((await ask('web', '/livez')).status).toBe(200)
    expect((await ask('web')).status).toBe(403)
    expect((await ask('web')).status).toBe(429)
    // Who has no key is no key's business.
    expect((await ask('wrong')).status).toBe(401)
  })

  it('holds for a key that was changed while it runs', async () => {
    let keys = readApiKeys(entry('web', 'read', ':0.001'))
    gateway = await openTestGateway({ settings: { apiKeys: { current: () => keys } } })
    expect(refusedOf(await many(3, 'web'))).toHaveLength(2)
    keys = readApiKeys(`${entry('web', 'read', ':off')},${entry('new', 'read')}`)
    expect(refusedOf([...(await many(3, 'web')), ...(await many(3, 'new'))])).toEqual([])
    keys = readApiKeys(entry('new', 'read'))
    expect((await ask('web')).status).toBe(401)
  })
})

describe('a page of a listed origin', () => {
  const origin = 'https://app.example'
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await openTestGateway({ settings: { apiKeys: oneEach, corsOrigins: [origin] } })
  })
  afterAll(() => gateway.stop())

  it('may ask before it asks, without a key', async () => {
    const preflight = await gateway.send('OPTIONS', '/v1/users/u/recommendations', undefined, {
      origin,
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'authorization,content-type,if-none-match',
    })
    expect(preflight.status).toBe(204)
    const allowed = preflight.headers.get('access-control-allow-headers')?.toLowerCase().split(',')
    expect(allowed).toEqual(expect.arrayContaining(['authorization', 'content-type', 'if-none-match']))
    const methods = preflight.headers.get('access-control-allow-methods')?.split(',')
    expect(methods).toEqual(expect.arrayContaining(['GET', 'POST', 'PUT', 'DELETE']))
    expect(preflight.headers.get('access-control-allow-origin')).toBe(origin)
  })

  it.each([
    ['read', 200],
    ['ingest', 403],
    ['wrong', 401],
  ])('reads what is answered to the key %s: %d', async (key, status) => {
    const answer = await gateway.send('GET', '/v1/items', undefined, { origin, ...bearer(key) })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin)
    expect(answer.headers.get('vary')).toContain('Origin')
    const exposed = answer.headers.get('access-control-expose-headers')?.toLowerCase().split(',')
    expect(exposed).toEqual(expect.arrayContaining(['etag', 'retry-after']))
  })
})

describe('a write from a page', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await openTestGateway({ settings: { corsOrigins: ['https://app.example'] } })
  })
  afterAll(() => gateway.stop())

  const LET_THROUGH = 202
  it.each([
    ['of another site', { origin: 'https://evil.example' }, 403],
    ['of another port', { origin: 'http://localhost:8080' }, 403],
    ['that hides where it is from', { origin: 'null' }, 403],
    ['of a listed site', { origin: 'https://app.example' }, LET_THROUGH],
    ['of our own', { origin: 'http://localhost:3000' }, LET_THROUGH],
    ['of our own behind TLS', { origin: 'https://localhost', host: 'localhost:443' }, LET_THROUGH],
    ['of our own behind another name', { origin: 'https://own.example', 'sec-fetch-site': 'same-origin' }, LET_THROUGH],
    ['of another site on a port of ours', { origin: 'http://localhost:3000', 'sec-fetch-site': 'cross-site' }, 403],
    ['of none, but a program', {}, LET_THROUGH],
  ])('%s', async (_, headers: Record<string, string>, status) => {
    const rating = { userId: 'u', itemId: 'i', value: 5 }
    const written = await gateway.send('POST', '/v1/ratings', rating, { host: 'localhost:3000', ...headers })
    expect(written.status).toBe(status)
    expect((await gateway.send('GET', '/v1/items', undefined, { host: 'localhost:3000', ...headers })).status).toBe(200)
  })
})
