import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { answerHeaders } from './answer-headers.ts'
import { compress } from './compression.ts'
import { type Serving, serveGateway } from './server.ts'
import { tell } from './tell.ts'

const LONG = { items: Array.from({ length: 100 }, (_, n) => ({ itemId: `item-${n}` })) }
const SHORT = { items: ['é'] }
const TAG = 'W/"abc"'

const listOf = (length: number) => ({ recommendationId: '', ...LONG, items: LONG.items.slice(0, length) })

const takenApart = vi.fn()
function watched(answer: Response): Response {
  const bytes = answer.arrayBuffer.bind(answer)
  const value = () => {
    takenApart()
    return bytes()
  }
  return Object.defineProperty(answer, 'arrayBuffer', { value })
}

let serving: Serving
beforeAll(async () => {
  const app = new Hono()
    .use(answerHeaders, compress)
    .get('/long', (c) => c.json(LONG, 200, { etag: TAG, 'cache-control': 'private, no-cache' }))
    .get('/short', (c) => c.json(SHORT))
    .get('/failure', () =>
      Response.json(LONG, { status: 404, headers: { 'content-type': 'application/problem+json' } }),
    )
    .get('/unchanged', (c) => c.body(null, 304, { etag: TAG }))
    .get('/events', (c) => c.body(`data: ${JSON.stringify(LONG)}\n\n`, 200, { 'content-type': 'text/event-stream' }))
    .get('/told/:length', (c) => watched(tell(c, listOf(Number(c.req.param('length'))))))
    .use(cors({ origin: ['https://shop.example'] }))
    .get('/abroad', (c) => c.json(LONG))
  serving = await serveGateway(app, { host: '127.0.0.1', port: 0 })
})
afterAll(() => serving.close())

/** As it came: fetch would ask for what it likes, and unpack it. */
function ask(path: string, accepted?: string, method = 'GET') {
  return new Promise<{ status: number; headers: Record<string, unknown>; bytes: Buffer }>((resolve, reject) => {
    const headers = { origin: 'https://shop.example', ...(accepted !== undefined && { 'accept-encoding': accepted }) }
    const asking = request(`${serving.address}${path}`, { method, headers }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, bytes: Buffer.concat(chunks) }),
      )
    })
    asking.on('error', reject)
    asking.end()
  })
}

it.each(['gzip', 'gzip, deflate, br', 'br;q=1, *;q=0.1', 'GZIP;q=0.5'])(
  'is made for who takes %s',
  async (accepted) => {
    const { status, headers, bytes } = await ask('/long', accepted)
    expect(status).toBe(200)
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', etag: TAG, 'content-type': 'application/json' })
    expect(headers['cache-control']).toBe('private, no-cache')
    expect(JSON.parse(gunzipSync(bytes).toString())).toEqual(LONG)
    expect(bytes.length).toBeLessThan(JSON.stringify(LONG).length / 3)
  },
)

it.each([undefined, '', 'identity', 'br', 'gzip;q=0', '*;q=0', 'gzip;q=0, *'])(
  'is not made for who takes %s',
  async (accepted) => {
    const { headers, bytes } = await ask('/long', accepted)
    expect(headers['content-encoding']).toBeUndefined()
    expect(JSON.parse(bytes.toString())).toEqual(LONG)
  },
)

it('is made of failures too, and not of what is short, has no body or is a stream', async () => {
  const failure = await ask('/failure', 'gzip')
  expect([failure.status, failure.headers['content-encoding']]).toEqual([404, 'gzip'])
  const short = await ask('/short', 'gzip')
  expect(short.headers['content-encoding']).toBeUndefined()
  expect(JSON.parse(short.bytes.toString())).toEqual(SHORT)
  const events = await ask('/events', 'gzip')
  expect(events.headers['content-encoding']).toBeUndefined()
  expect(events.bytes.toString()).toContain('data: {')
  const unchanged = await ask('/unchanged', 'gzip')
  expect([unchanged.status, unchanged.headers.etag, unchanged.bytes.length]).toEqual([304, TAG, 0])
  expect((await ask('/long', 'gzip', 'HEAD')).status).toBe(200)
})

it('takes nothing apart that is known to be short', async () => {
  expect((await ask('/told/3', 'gzip')).headers['content-encoding']).toBeUndefined()
  expect(takenApart).not.toHaveBeenCalled()
  expect((await ask('/told/100', 'gzip')).headers['content-encoding']).toBe('gzip')
  expect(takenApart).toHaveBeenCalledTimes(1)
})

it('is told of to caches, beside what else an answer goes by', async () => {
  for (const accepted of ['gzip', undefined]) {
    expect((await ask('/short', accepted)).headers.vary).toBe('accept-encoding')
    expect((await ask('/abroad', accepted)).headers.vary).toBe('Origin, accept-encoding')
  }
})
