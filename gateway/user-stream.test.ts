import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { UnavailableError } from '../infra/errors.ts'
import { silent } from '../infra/logging.ts'
import { readApiKeys, sha256 } from './api-keys.ts'
import type { StreamSettings } from './context.ts'
import { type Events, eventsOf } from './event-stream.fixture.ts'
import { generationOf, openTestGateway, type TestGateway, writePositives, writeUser } from './gateway.fixture.ts'
import { randomGeneration } from './random-generation.fixture.ts'
import { type ServeOptions, serveGateway } from './server.ts'

const PATH = '/v1/users/u/recommendations'
const HEARTBEAT = ': nothing new'
const QUICK: StreamSettings = { heartbeatMs: 50, minIntervalMs: 1, look: { modelMs: 5, streamMs: 20 } }
const generation = generationOf('g1', { r1: [1, 0], r2: [0.9, 0.1], r3: [0.8, 0.1], t1: [0, 1], t2: [0.1, 0.9] })

let gateway: TestGateway
/** Offset of the last event of the user. */
let applied: number

async function open(settings: Parameters<typeof openTestGateway>[0] = {}): Promise<void> {
  gateway = await openTestGateway({ settings: { streams: QUICK }, ...settings })
  gateway.serve(generation)
  applied = 0
  await rate({ r1: 5 })
}
const rate = (ratings: Record<string, number>) => writeUser(gateway.state, 'u', ratings, { appliedOffset: applied++ })

/** A socket of its own, so that tests say when it is read. */
async function ask(address: string, path = `${PATH}/stream`, method = 'GET'): Promise<Socket> {
  const socket = connect(Number(new URL(address).port), '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  socket.write(`${method} ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
  await once(socket, 'readable')
  return socket
}

async function serve(options: Partial<ServeOptions> = {}): Promise<string> {
  const serving = await serveGateway(gateway.app, { host: '127.0.0.1', port: 0, ...options })
  onTestFinished(serving.close)
  return serving.address
}

async function figure(name: string): Promise<number> {
  const { body } = await gateway.get('/metrics')
  const [, value] = new RegExp(`^foldstream_${name}(?:{.*})? (\\d+)$`, 'm').exec(String(body)) ?? []
  return Number(value ?? 0)
}
const openStreams = () => figure('open_streams')
const listsMade = () => figure('recommendations_total')
const untilOpen = (count: number) => vi.waitFor(async () => expect(await openStreams()).toBe(count))

const idsOf = ({ answer }: Awaited<ReturnType<Events['nextList']>>) => answer.items.map(({ itemId }) => itemId)

describe.each([
  [
    'in this process',
    async () => 'http://localhost',
    (url: string, init?: RequestInit) => gateway.app.request(url, init),
  ],
  ['over a socket', () => serve(), (url: string, init?: RequestInit) => fetch(url, init)],
])('the stream of a list, %s', (_, serveHere, fetchHere) => {
  let address: string
  beforeEach(async () => {
    await open()
    address = await serveHere()
  })
  afterEach(() => gateway.stop())

  async function stream(query = '', headers: Record<string, string> = {}): Promise<Events> {
    const asking = new AbortController()
    const answer = await fetchHere(`${address}${PATH}/stream${query}`, { headers, signal: asking.signal })
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/event-stream'])
    const events = eventsOf(answer)
    onTestFinished(() => events.cancel().then(() => asking.abort()))
    return events
  }

  it('begins with the list as it is answered otherwise, which has its id in its ETag', async () => {
    const answered = await gateway.get(`${PATH}?limit=2&explain=true`)
    const events = await stream('?limit=2&explain=true')
    expect(await events.next()).toBe('retry: 2000')
    const { id, answer } = await events.nextList()
    const etag = answered.headers.get('etag') as string
    expect(id).toBe(etag)
    const recommendationId = expect.any(String)
    expect({ ...answer, nextPage: expect.any(String) }).toEqual({ ...(answered.body as object), recommendationId })
    const known = await stream('?limit=2&explain=true', { 'last-event-id': etag })
    expect([await known.next(), await known.next()]).toEqual(['retry: 2000', HEARTBEAT])
  })

  it('tells the list again when the user, the model or what may be shown has changed', async () => {
    const events = await stream()
    expect(idsOf(await events.nextList())).toEqual(['r2', 'r3', 't2', 't1'])
    await rate({ t1: 5 })
    expect(idsOf(await events.nextList())[0]).toBe('t2')
    gateway.serve(generationOf('g2', { t1: [1, 0], t3: [0.9, 0] }))
    const { answer } = await events.nextList()
    expect(answer).toMatchObject({ generation: 'g2', items: [{ itemId: 't3' }] })
    await gateway.send('DELETE', '/v1/items/t3')
    const { id, answer: last } = await events.nextList()
    expect(last.items).toEqual([])
    expect(id).toBe((await gateway.get(PATH)).headers.get('etag'))
  })

  it('tells no list for a stranger to who has one of their own while the user state does not answer', async () => {
    const { state } = gateway
    let isDown = false
    const read: typeof state.read = async (...asked) => {
      if (isDown) throw new UnavailableError('Redis did not answer')
      return state.read(...asked)
    }
    const other = await openTestGateway({ state: { ...state, read }, settings: { streams: QUICK } })
    onTestFinished(() => other.stop())
    other.serve(generation)
    const stream = async () => {
      const events = eventsOf(await other.app.request(`${PATH}/stream?contextItemId=t2`))
      onTestFinished(() => events.cancel())
      return events
    }
    const own = await stream()
    const { answer } = await own.nextList()
    expect(answer.strategy).toBe('fold-in')
    isDown = true
    await rate({ r1: 5, t1: 5 })
    const late = await stream()
    expect((await late.nextList()).answer).toMatchObject({ strategy: 'similar', isStale: true })
    for (let n = 0; n < 3; n++) expect([await own.next(), await late.next()]).toEqual([HEARTBEAT, HEARTBEAT])
    isDown = false
    for (const events of [own, late])
      expect((await events.nextList()).answer.items.map(({ itemId }) => itemId)).not.toContain('t1')
  })

  it('says nothing of what changes nothing', async () => {
    const events = await stream('?limit=2')
    const { id } = await events.nextList()
    await rate({ r1: 5 })
    await rate({ r1: 4.5 })
    await writeUser(gateway.state, 'somebody else', { t1: 5 })
    await gateway.send('DELETE', '/v1/items/t1')
    await gateway.send('PUT', '/v1/items/other', { title: 'Not in this list', genres: [] })
    for (let n = 0; n < 4; n++) expect(await events.next()).toBe(HEARTBEAT)
    await rate({ r1: 5, r2: 5 })
    const next = await events.nextList()
    expect(next.id).not.toBe(id)
    expect(idsOf(next)[0]).toBe('r3')
  })

  it('is heard of at intervals although much goes on that changes nothing', async () => {
    const events = await stream()
    await events.nextList()
    const busy = setInterval(() => void rate({ r1: 5 }), 5)
    onTestFinished(() => clearInterval(busy))
    for (let n = 0; n < 4; n++) expect(await events.next()).toBe(HEARTBEAT)
    clearInterval(busy)
    await rate({ r1: 5 })
  })

  it('tells a list once to who comes back', async () => {
    const { id } = await (await stream()).nextList()
    const again = await stream('', { 'last-event-id': id })
    expect(await again.next()).toBe('retry: 2000')
    for (let n = 0; n < 2; n++) expect(await again.next()).toBe(HEARTBEAT)
    await rate({ t1: 5 })
    const { id: now } = await again.nextList()
    const late = await stream('', { 'last-event-id': id })
    expect((await late.nextList()).id).toBe(now)
  })

  it('follows what is popular for who is unknown', async () => {
    await writePositives(gateway.state, 0, { t1: 3, t2: 1 })
    const address = PATH.replace('/u/', '/stranger/')
    await vi.waitFor(async () => expect((await gateway.get(address)).body).toMatchObject({ items: [{ score: 3 }, {}] }))
    const answer = await fetchHere(`${await serveHere()}${address}/stream`)
    const events = eventsOf(answer)
    onTestFinished(() => events.cancel())
    expect(idsOf(await events.nextList())).toEqual(['t1', 't2'])
    await writePositives(gateway.state, 1, { t2: 4 })
    expect(idsOf(await events.nextList())).toEqual(['t2', 't1'])
  })

  it('follows the stream while there is nothing to list', async () => {
    const events = await stream('?genre=odd')
    expect((await events.nextList()).answer).toMatchObject({ strategy: 'fold-in', items: [] })
    await gateway.send('PUT', '/v1/items/odd', { title: 'Odd', genres: ['Odd'] })
    expect((await events.nextList()).answer).toMatchObject({ items: [{ itemId: 'odd', score: 0 }] })
    await writePositives(gateway.state, 0, { odd: 1 })
    expect((await events.nextList()).answer).toMatchObject({ items: [{ itemId: 'odd', score: 1 }] })
  })

  it('ends when the process is to stop, and leaves nothing behind', async () => {
    const events = await Promise.all([stream(), stream(), stream('?limit=1')])
    await Promise.all(events.map((one) => one.nextList()))
    expect(await openStreams()).toBe(3)
    gateway.leave()
    const late = await stream()
    for (const one of [...events, late]) while ((await one.next()) !== undefined);
    await untilOpen(0)
  })

  it('frees everything when its reader goes', async () => {
    const [gone, stays] = await Promise.all([stream(), stream()])
    await Promise.all([gone.nextList(), stays.nextList()])
    await gone.cancel()
    await untilOpen(1)
    await rate({ t1: 5 })
    expect(idsOf(await stays.nextList())[0]).toBe('t2')
  })
})

describe('a stream that is not read', () => {
  afterEach(() => gateway.stop())

  /** A list of all items is a megabyte. */
  async function serveLongLists(): Promise<void> {
    const items = Array.from({ length: 1_000 }, (_, n) => ({ itemId: `i${n}`, title: 'x'.repeat(1_000), genres: [] }))
    await gateway.send('POST', '/v1/items', items)
    gateway.serve(generationOf('g2', Object.fromEntries(items.map(({ itemId }, n) => [itemId, [n, 1000 - n]]))))
  }

  it('makes lists only when there is room for them, and then the newest', async () => {
    await open()
    const events = eventsOf(await gateway.app.request(`${PATH}/stream`))
    await events.nextList()
    const before = await listsMade()
    for (let n = 0; n < 1_000; n++) await rate({ r1: 5, [n % 2 ? 'r2' : 'r3']: 5 })
    await rate({ t1: 5 })
    expect((await listsMade()) - before).toBe(0)
    expect(idsOf(await events.nextList())[0]).toBe('t2')
    await events.cancel()
  })

  it('fills the buffers of its connection, and nothing else', async () => {
    await open()
    await serveLongLists()
    await rate({ i1: 5 })
    const socket = await ask(await serve(), `${PATH}/stream?limit=1000`)
    const before = await listsMade()
    for (let n = 0; n < 1_000; n++) await rate({ [`i${n}`]: 5 })
    // The system holds some of them for the reader, at most 10 MB.
    expect((await listsMade()) - before).toBeLessThan(20)
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk
    })
    const { headers } = await gateway.get(`${PATH}?limit=1000`)
    await vi.waitFor(() => expect(text).toContain(`id: ${headers.get('etag')}\n`))
  })

  it('is cut off in the end', async () => {
    await open()
    await serveLongLists()
    await ask(await serve({ limits: { stalledMs: 200 } }), `${PATH}/stream?limit=1000`)
    expect(await openStreams()).toBe(1)
    for (let n = 0; (await openStreams()) > 0; n++) await rate({ [`i${n % 1_000}`]: 5 })
  })

  it('does not hold up a process that stops', async () => {
    await open()
    await serveLongLists()
    const serving = await serveGateway(gateway.app, { host: '127.0.0.1', port: 0, drainMs: 3_600_000 })
    await ask(serving.address, `${PATH}/stream?limit=1000`)
    for (let n = 0; n < 100; n++) await rate({ [`i${n}`]: 5 })
    gateway.leave()
    await serving.close()
    expect(await openStreams()).toBe(0)
  })
})

describe('streams', () => {
  afterEach(() => gateway.stop())

  it('all begin, though more come at once than can be searched for', async () => {
    const complaints = vi.fn()
    const logger = Object.assign(Object.create(silent), { error: complaints, warn: complaints })
    await open({ logger })
    const large = randomGeneration('large', 1, true)
    gateway.serve(large)
    await gateway.settled()
    await rate({ [large.itemIds[0] as string]: 5 })
    // So long a list is searched for on another thread, for which a thousand may wait.
    const ask = async () => eventsOf(await gateway.app.request(`${PATH}/stream?limit=1000`))
    const all = await Promise.all(Array.from({ length: 1_100 }, ask))
    const begun = all.map(async (events) => {
      const { answer } = await events.nextList()
      await events.cancel()
      return answer.items.length
    })
    expect(new Set(await Promise.all(begun))).toEqual(new Set([1_000]))
    expect(complaints.mock.calls).toEqual([])
  })

  it('stay open between heartbeats, though connections on which nothing moves are ended', async () => {
    await open()
    const socket = await ask(await serve({ limits: { stalledMs: 1_000 } }))
    let text = ''
    socket.setEncoding('latin1').on('data', (chunk) => {
      text += chunk
    })
    await vi.waitFor(() => expect(text.split(HEARTBEAT).length).toBeGreaterThan(30))
    expect(socket.closed).toBe(false)
  })

  it('are let go of when their client vanishes', async () => {
    await open()
    const address = await serve()
    const sockets = await Promise.all(Array.from({ length: 20 }, () => ask(address)))
    await untilOpen(20)
    for (const socket of sockets.slice(0, 10)) socket.destroy()
    for (const socket of sockets.slice(10)) socket.resetAndDestroy()
    await untilOpen(0)
  })

  it('begin only for who will read them', async () => {
    await open()
    const address = await serve()
    for (let n = 0; n < 5; n++) await ask(address, `${PATH}/stream`, 'HEAD')
    await gateway.app.request(`${PATH}/stream`)
    await rate({ t1: 5 })
    expect(await openStreams()).toBe(0)
  })

  it('are so many and no more', async () => {
    await open({ settings: { streams: { ...QUICK, max: 2 } } })
    const [first, second] = [0, 1].map(async () => eventsOf(await gateway.app.request(`${PATH}/stream`)))
    await (await first)?.next()
    await (await second)?.next()
    const refused = await gateway.get(`${PATH}/stream`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1'])
    expect(refused.body).toMatchObject({ detail: expect.stringContaining('2 streams') })
    await (await first)?.cancel()
    const third = eventsOf(await gateway.app.request(`${PATH}/stream`))
    expect(idsOf(await third.nextList())).toHaveLength(4)
    await third.cancel()
  })

  it('are for keys that may read', async () => {
    const keys = readApiKeys(
      ['ingest', 'read'].map((scope) => `${scope}:${scope}:${sha256(scope).toString('hex')}`).join(),
    )
    await open({ settings: { streams: QUICK, apiKeys: { current: () => keys } } })
    const address = await serve()
    const asked = (key: string) =>
      fetch(`${address}${PATH}/stream`, { headers: key === '' ? {} : { authorization: `Bearer ${key}` } })
    expect((await asked('')).status).toBe(401)
    expect((await asked('wrong')).status).toBe(401)
    expect((await asked('ingest')).status).toBe(403)
    const events = eventsOf(await asked('read'))
    expect(idsOf(await events.nextList())).toHaveLength(4)
    await events.cancel()
  })

  it('end when the key is taken back that opened them', async () => {
    let keys = readApiKeys(['one', 'other'].map((name) => `${name}:read:${sha256(name).toString('hex')}`).join())
    await open({ settings: { streams: QUICK, apiKeys: { current: () => keys } } })
    const follow = async (key: string) =>
      eventsOf(await gateway.app.request(`${PATH}/stream`, { headers: { authorization: `Bearer ${key}` } }))
    const [one, other] = [await follow('one'), await follow('other')]
    onTestFinished(() => other.cancel())
    for (const events of [one, other]) await events.nextList()
    keys = keys.filter(({ name }) => name === 'other')
    await rate({ r1: 5, r2: 5 })
    expect(idsOf(await other.nextList())[0]).toBe('r3')
    await expect(one.nextList()).rejects.toThrow('the stream ended')
  })

  it('refuse what lists refuse', async () => {
    await open()
    const answer = await gateway.get(`${PATH}/stream?limit=0&page=x`)
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: 'page' }] } })
  })
})
