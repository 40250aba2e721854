import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { readTopic } from '../infra/event-log/read-topic.ts'
import { decodeEvent } from '../models/events/codec.ts'
import type { Served } from '../models/events/types.ts'
import { eraseUser, generationOf, openTestGateway, type TestGateway, writeUser } from './gateway.fixture.ts'

const NO_KEYS = { current: () => [] }
const cookieIn = (headers: Headers): string => headers.get('set-cookie')?.split(';')[0] ?? ''
const idIn = (cookie: string): string => /=(.+)\./.exec(cookie)?.[1] ?? ''
const SECRET = 'a secret of the tests'

/** Somebody who comes by the pages. */
async function comeBy({ get }: TestGateway) {
  const { headers } = await get('/')
  const cookie = cookieIn(headers)
  return { cookie, userId: idIn(cookie), attributes: headers.get('set-cookie') ?? '' }
}

describe('the cookie of the pages', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await openTestGateway({ settings: { apiKeys: NO_KEYS, cookieSecret: SECRET } })
  })
  afterAll(() => gateway.stop())

  /** An answer may stream for ever: its status is all that is looked at. */
  async function status(method: string, path: string, cookie: string, headers: Record<string, string> = {}) {
    const asking = new AbortController()
    const answer = await gateway.app.request(path, { method, headers: { cookie, ...headers }, signal: asking.signal })
    await answer.body?.cancel()
    asking.abort()
    return answer.status
  }

  it('is read by no script, sent from no other site, and kept as long as it fits', async () => {
    const { cookie, userId, attributes } = await comeBy(gateway)
    expect(attributes).toMatch(/; HttpOnly/)
    expect(attributes).toMatch(/; SameSite=Lax/)
    expect(userId).toMatch(/^guest-/)
    const again = await gateway.send('GET', '/', undefined, { cookie })
    expect(again.headers.get('set-cookie')).toBeNull()
    expect(again.body).toContain(`data-user="${userId}"`)
    const byTls = await gateway.send('GET', '/', undefined, { 'x-forwarded-proto': 'https' })
    expect(byTls.headers.get('set-cookie')).toMatch(/; Secure/)
  })

  it('opens exactly what is one’s own and what is everybody’s, of all that the document lists', async () => {
    const { cookie, userId } = await comeBy(gateway)
    const { body } = await gateway.get('/openapi.json')
    const { paths } = body as { paths: Record<string, Record<string, { security: Record<string, string[]>[] }>> }
    const opened: string[] = []
    for (const [path, methods] of Object.entries(paths))
      for (const [method, { security }] of Object.entries(methods)) {
        if (security.length === 0) continue
        const own = path.replace('{userId}', userId).replaceAll(/\{\w+\}/g, 'some-id')
        const others = path.replaceAll(/\{\w+\}/g, 'some-id')
        const isOpen = (await status(method.toUpperCase(), own, cookie)) !== 401
        expect(isOpen, `${method} ${path}`).toBe(security.some(({ session }) => session !== undefined))
        if (isOpen) opened.push(`${method.toUpperCase()} ${path}`)
        if (path.includes('{userId}')) expect(await status(method.toUpperCase(), others, cookie), others).toBe(401)
      }
    expect(opened.sort()).toEqual([
      'DELETE /v1/users/{userId}',
      'DELETE /v1/users/{userId}/ratings/{itemId}',
      'GET /v1/genres',
      'GET /v1/items',
      'GET /v1/items/popular',
      'GET /v1/items/top-rated',
      'GET /v1/items/trending',
      'GET /v1/items/{itemId}/similar',
      'GET /v1/users/{userId}/explanations/{itemId}',
      'GET /v1/users/{userId}/ratings',
      'GET /v1/users/{userId}/recommendations',
      'GET /v1/users/{userId}/recommendations/stream',
      'PUT /v1/users/{userId}/ratings/{itemId}',
    ])
  })

  it('is worth nothing when it was not signed here, or for somebody else', async () => {
    const { cookie, userId } = await comeBy(gateway)
    const path = `/v1/users/${userId}/ratings`
    expect(await status('GET', path, cookie)).toBe(200)
    const forged = `${cookie.slice(0, -2)}${cookie.endsWith('AA') ? 'BB' : 'AA'}`
    for (const wrong of [forged, cookie.replace('guest-', 'guest-x'), `foldstream=${userId}`, 'foldstream=', ''])
      expect(await status('GET', path, wrong), wrong).toBe(401)
    const elsewhere = await openTestGateway({ settings: { cookieSecret: 'another secret' } })
    const stranger = await comeBy(elsewhere)
    await elsewhere.stop()
    expect(await status('GET', `/v1/users/${stranger.userId}/ratings`, stranger.cookie)).toBe(401)
  })

  it('does not rescue a wrong key, nor a user whose name is written otherwise', async () => {
    const { cookie, userId } = await comeBy(gateway)
    const path = `/v1/users/${userId}/ratings`
    expect(await status('GET', path, cookie, { authorization: 'Bearer wrong' })).toBe(401)
    expect(await status('GET', path.replace('guest-', 'guest%2D'), cookie)).toBe(200)
    for (const other of ['%', `%2e%2e%2f${userId}`, `${userId}%2f..`, `${userId}%00`])
      expect(await status('GET', `/v1/users/${other}/ratings`, cookie), other).toBe(401)
  })

  it('writes nothing that a page of another site sends', async () => {
    const { cookie, userId } = await comeBy(gateway)
    const foreign = { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
    expect(await status('DELETE', `/v1/users/${userId}`, cookie, foreign)).toBe(403)
    expect(await status('POST', '/session', cookie, foreign)).toBe(403)
  })

  it('tells whoever erased themself how far that is, and nobody else', async () => {
    const erase = async () => {
      const { cookie, userId } = await comeBy(gateway)
      const { body, headers } = await gateway.send('DELETE', `/v1/users/${userId}`, undefined, { cookie })
      const set = headers.getSetCookie()
      const kept = set.find((one) => one.startsWith('foldstream-erasure=')) ?? ''
      expect(kept).toMatch(/; Path=\/profile; HttpOnly; SameSite=Lax$/)
      const anew = set.find((one) => one.startsWith('foldstream=')) ?? ''
      expect(idIn(anew)).toMatch(/^guest-/)
      expect(idIn(anew)).not.toBe(userId)
      const { erasureId } = body as { erasureId: string }
      return { cookie, erasureId, anew: anew.split(';')[0], kept: kept.split(';')[0] ?? '' }
    }
    const [one, other] = [await erase(), await erase()]
    const ask = (cookie: string) => gateway.send('GET', '/profile/erasure', undefined, { cookie })
    // They are somebody new by then.
    const told = await ask(`${one.anew}; ${one.kept}`)
    expect([told.status, told.headers.get('cache-control')]).toEqual([200, 'private, no-cache'])
    expect(told.body).toContain(one.erasureId)
    expect(told.body).toContain('data-status="running"')
    expect(told.body).toContain('Ratings, taste and lists: <span>within seconds</span>')
    expect(told.body).toContain('until the next model is trained and takes its place')
    const profile = await gateway.send('GET', '/profile', undefined, { cookie: `${one.anew}; ${one.kept}` })
    expect(profile.body).toContain(one.erasureId)
    expect((await gateway.send('GET', `/v1/erasures/${one.erasureId}`, undefined, { cookie: one.kept })).status).toBe(
      401,
    )
    const signature = one.kept.slice(-43)
    const asUser = `foldstream-erasure=${one.cookie.slice('foldstream='.length)}`
    for (const wrong of ['', one.cookie, asUser, `foldstream-erasure=${other.erasureId}.${signature}`])
      expect((await ask(wrong)).body, wrong).toBe('')
    // Nor does it make anybody a user who is called like an erasure.
    const forged = one.kept.replace('foldstream-erasure', 'foldstream')
    expect(await status('GET', `/v1/users/${one.erasureId}/ratings`, forged)).toBe(401)
  })

  it('looks as nobody else where there are keys', async () => {
    const { cookie } = await comeBy(gateway)
    const form = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
    expect((await gateway.send('POST', '/session', 'userId=42', form)).status).toBe(403)
    const viewing = `${cookie}; foldstream-viewed=42`
    expect(await status('GET', '/v1/users/42/ratings', viewing)).toBe(401)
    expect((await gateway.send('GET', '/', undefined, { cookie: viewing })).body).toContain('data-user="guest-')
  })
})

it('asks no more often than one key, together with all others, pages that make lists included', async () => {
  const settings = { apiKeys: NO_KEYS, cookieSecret: SECRET }
  const open = await openTestGateway({ settings })
  const limited = await openTestGateway({ settings: { ...settings, rateLimit: 0.01 } })
  try {
    const asked = []
    for (let n = 0; n < 3; n++) {
      const { userId, cookie } = await comeBy(open)
      const { status, headers } = await limited.send('GET', `/v1/users/${userId}/ratings`, undefined, { cookie })
      asked.push([status, headers.has('retry-after')])
    }
    expect(asked).toEqual([[200, false], ...[1, 2].map(() => [429, true])])
    const paths = ['/', '/for-you', '/personal', '/films/a', '/films/a/why', '/profile', '/profile/erasure', '/search']
    for (const path of paths) {
      const { status, headers, body } = await limited.get(path)
      expect([status, headers.has('retry-after')], path).toEqual([429, true])
      expect(body).toContain('This page is resting')
    }
    const { status, headers, body } = await limited.send('POST', '/session')
    expect([status, headers.has('retry-after')]).toEqual([429, true])
    expect(body).toContain('This page is resting')
    const [asset = ''] = /\/assets\/[^"]+/.exec(String((await limited.get('/')).body)) ?? []
    for (let n = 0; n < 3; n++) expect((await limited.get(asset)).status).toBe(200)
    // Whoever runs it gets to these however many look at films, and is counted as well.
    const operation = [await limited.get('/dashboard'), await limited.get('/admin'), await limited.get('/dashboard')]
    expect(operation.map(({ status }) => status)).toEqual([200, 429, 429])
  } finally {
    await open.stop()
    await limited.stop()
  }
})

it('counts whoever opens pages without any cookie', async () => {
  const gateway = await openTestGateway({ settings: { apiKeys: NO_KEYS, rateLimit: 0.01 } })
  try {
    expect([(await gateway.get('/')).status, (await gateway.get('/')).status]).toEqual([200, 429])
  } finally {
    await gateway.stop()
  }
})

it('is nobody where there are no pages', async () => {
  const settings = { apiKeys: NO_KEYS, cookieSecret: SECRET }
  const withPages = await openTestGateway({ settings })
  const without = await openTestGateway({ settings: { ...settings, hasPages: false } })
  try {
    const { cookie, userId } = await comeBy(withPages)
    for (const path of ['/', '/profile', `/v1/users/${userId}/ratings`, '/v1/genres'])
      expect((await without.send('GET', path, undefined, { cookie })).status, path).toBe(401)
  } finally {
    await withPages.stop()
    await without.stop()
  }
})

describe('a demonstration', () => {
  let gateway: TestGateway
  beforeAll(async () => {
    gateway = await openTestGateway({ settings: { apiKeys: NO_KEYS, isDemo: true, servedSample: 1 } })
  })
  afterAll(() => gateway.stop())

  it('shows what anybody sees, and lets nobody rate or erase for them', async () => {
    const { cookie } = await comeBy(gateway)
    const form = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
    const nobody = await gateway.send('POST', '/session', 'userId=42', form)
    expect([nobody.status, cookieIn(nobody.headers)]).toEqual([404, ''])
    await writeUser(gateway.state, '42', { i: 5 })
    const looked = await gateway.send('POST', '/session', 'userId=42', form)
    expect([looked.status, looked.headers.get('location')]).toEqual([303, '/'])
    const viewing = `${cookie}; ${cookieIn(looked.headers)}`
    const ask = async (method: string, path: string, body?: unknown) =>
      (await gateway.send(method, path, body, { cookie: viewing })).status
    expect(await ask('GET', '/v1/users/42/ratings')).toBe(200)
    expect(await ask('GET', '/v1/users/43/ratings')).toBe(401)
    expect(await ask('PUT', '/v1/users/42/ratings/i', { value: 5 })).toBe(401)
    expect(await ask('DELETE', '/v1/users/42')).toBe(401)
    const { body } = await gateway.send('GET', '/', undefined, { cookie: viewing })
    expect(body).toContain('data-user="42"')
    expect(body).toContain('data-may-rate="false"')
    expect((await gateway.send('POST', '/session', 'userId=%00', form)).status).toBe(400)
  })

  it('shows no list to whom one looks as', async () => {
    gateway.serve(generationOf('g1', { r1: [1, 0], r2: [0.9, 0.1], r3: [0.8, 0.1], r4: [0.1, 0.9], r5: [0, 1] }))
    await writeUser(gateway.state, 'looked-at', { r1: 5 }, { vector: [1, 0], generation: 'g1' })
    const { cookie, userId } = await comeBy(gateway)
    const ask = (path: string, sent: string) => gateway.send('GET', path, undefined, { cookie: sent })
    const viewing = `${cookie}; foldstream-viewed=looked-at`
    for (const path of ['/', '/for-you', '/v1/users/looked-at/recommendations'])
      expect((await ask(path, viewing)).status, path).toBe(200)
    expect((await ask(`/v1/users/${userId}/recommendations`, cookie)).status).toBe(200)
    const receivers = await vi.waitFor(async () => {
      const receivers: string[] = []
      await readTopic(gateway.log, 'served', (records) => {
        for (const { value } of records) receivers.push((decodeEvent(value as Uint8Array) as Served).userId)
      })
      expect(receivers).toContain(userId)
      expect(receivers.filter((receiver) => receiver === '').length).toBeGreaterThanOrEqual(3)
      return receivers
    })
    expect(receivers).not.toContain('looked-at')
  })

  it('shows nobody what another visitor of the pages sees', async () => {
    const [{ userId: visitor }, { cookie, userId }] = [await comeBy(gateway), await comeBy(gateway)]
    await writeUser(gateway.state, visitor, { i: 5 })
    const form = { cookie, 'content-type': 'application/x-www-form-urlencoded' }
    const looked = await gateway.send('POST', '/session', `userId=${visitor}`, form)
    expect([looked.status, cookieIn(looked.headers)]).toEqual([404, ''])
    expect(looked.body).toContain('has rated here')
    const viewing = `${cookie}; foldstream-viewed=${visitor}`
    expect((await gateway.send('GET', '/', undefined, { cookie: viewing })).body).toContain(`data-user="${userId}"`)
    const path = `/v1/users/${visitor}/ratings`
    expect((await gateway.send('GET', path, undefined, { cookie: viewing })).status).toBe(401)
  })

  it('offers to look as those who have rated, and as no visitor', async () => {
    const userIds = ['erased', 'guest-1', 'never-rated', 'rated']
    const factors = { rows: userIds.length, d: 2, data: new Float32Array(2 * userIds.length) }
    const other = await openTestGateway()
    try {
      other.serve({ ...generationOf('g', { a: [1, 0] }), userSample: { userIds, factors } })
      for (const userId of ['erased', 'guest-1', 'rated']) await writeUser(other.state, userId, { a: 5 })
      await eraseUser(other.state, 'erased')
      const { body } = await other.get('/')
      const offered = [...String(body).matchAll(/<button class="chip" name="userId" value="([^"]+)">/g)]
      expect(offered.map(([, userId]) => userId)).toEqual(['rated'])
    } finally {
      await other.stop()
    }
  })
})
