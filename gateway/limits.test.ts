import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import { type Env, Hono } from 'hono'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { silent } from '../infra/logging.ts'
import { NDJSON } from './lines.ts'
import { answerProblems } from './problems.ts'
import { type ServeOptions, serveGateway } from './server.ts'
import { limitTime } from './time-budget.ts'

/** A server that ends with the test. */
async function serve<E extends Env>(app: Hono<E>, limits: ServeOptions['limits'] = {}): Promise<number> {
  app.onError(answerProblems(silent))
  const serving = await serveGateway(app, { host: '127.0.0.1', port: 0, drainMs: 0, limits })
  onTestFinished(serving.close)
  return Number(new URL(serving.address).port)
}

async function open(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  return socket
}

/** Everything that comes until the connection ends. */
async function untilClosed(socket: Socket): Promise<string> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => chunks.push(chunk))
  await once(socket, 'close')
  return Buffer.concat(chunks).toString()
}

/** Status and document of an answer as it came over the wire. */
function problemIn(wire: string): unknown {
  const [head = '', body = ''] = wire.split('\r\n\r\n')
  expect(head).toContain('application/problem+json')
  return { answered: Number(head.split(' ')[1]), ...JSON.parse(body) }
}

const here = () => new Hono().all('/', async (c) => c.text(`${(await c.req.text()).length} here`))

describe('headers', () => {
  it('that are too large are refused by a problem document', async () => {
    const socket = await open(await serve(here(), { headerBytes: 2048 }))
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nX-Padding: ${'x'.repeat(3000)}\r\n\r\n`)
    expect(problemIn(await untilClosed(socket))).toMatchObject({
      answered: 431,
      status: 431,
      type: '/docs#headers-too-large',
      detail: expect.stringContaining('2048 bytes'),
    })
  })

  it('are refused from 16 KiB on, unless it is said otherwise', async () => {
    const port = await serve(here())
    const status = async (bytes: number) =>
      (await fetch(`http://127.0.0.1:${port}/`, { headers: { 'x-padding': 'x'.repeat(bytes) } })).status
    expect([await status(15 << 10), await status(16 << 10)]).toEqual([200, 431])
  })

  it('that do not come end the connection', async () => {
    const socket = await open(await serve(here(), { headersMs: 50, requestMs: 50, checkMs: 10 }))
    socket.write('GET / HTTP/1.1\r\nHost: loc')
    expect(problemIn(await untilClosed(socket))).toMatchObject({ answered: 408, type: '/docs#too-slow' })
  })
})

describe('what is not HTTP', () => {
  it('is refused by a problem document', async () => {
    const socket = await open(await serve(here()))
    socket.write('EHLO localhost\r\n\r\n')
    expect(problemIn(await untilClosed(socket))).toMatchObject({ answered: 400, type: '/docs#broken-http' })
  })

  it('says what to do with a letter that an address cannot hold', async () => {
    const socket = await open(await serve(here()))
    socket.write('GET /v1/items?query=amélie HTTP/1.1\r\nHost: localhost\r\n\r\n')
    expect(problemIn(await untilClosed(socket))).toMatchObject({
      answered: 400,
      detail: expect.stringContaining('%C3%A9'),
    })
  })

  it('is not answered into the middle of another answer', async () => {
    const app = new Hono().get('/', (c) =>
      c.body(new ReadableStream({ start: (to) => to.enqueue(Buffer.from('begun')) })),
    )
    const socket = await open(await serve(app))
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const [begun] = (await once(socket, 'data')) as [Buffer]
    expect(begun.toString()).toMatch(/^HTTP\/1.1 200/)
    socket.write('EHLO localhost\r\n\r\n')
    expect(await untilClosed(socket)).not.toContain('HTTP/1.1')
  })
})

describe('a body that does not come', () => {
  const head = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n'

  it('ends the connection', async () => {
    const socket = await open(await serve(here(), { headersMs: 50, requestMs: 100, checkMs: 10 }))
    socket.write(`${head}12345`)
    expect(problemIn(await untilClosed(socket))).toMatchObject({ answered: 408, type: '/docs#too-slow' })
  })

  it('is told to who sends it, not taken for our own slowness', async () => {
    const app = new OpenAPIHono()
    app.use(limitTime(app, 50))
    app.post('/', async (c) => c.text(await c.req.text()))
    const socket = await open(await serve(app))
    socket.write(`${head}12345`)
    const [wire] = (await once(socket, 'data')) as [Buffer]
    expect(problemIn(wire.toString())).toMatchObject({ answered: 408, type: '/docs#too-slow' })
  })
})

describe('a connection on which nothing moves', () => {
  it('ends while a body has not come', async () => {
    const socket = await open(await serve(here(), { stalledMs: 100 }))
    socket.write('POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345')
    expect(await untilClosed(socket)).toBe('')
  })

  it('ends while nothing is asked', async () => {
    expect(await untilClosed(await open(await serve(here(), { stalledMs: 100 })))).toBe('')
  })
})

describe('a connection between two requests', () => {
  const REQUEST = 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'

  it('is kept for longer than one that stalls', async () => {
    const stalledMs = 50
    const socket = await open(await serve(here(), { stalledMs, keptMs: 60_000 }))
    for (let n = 0; n < 2; n++) {
      socket.write(REQUEST)
      const [answer] = (await once(socket, 'data')) as [Buffer]
      expect(answer.toString()).toContain('200 OK')
      await sleep(4 * stalledMs)
    }
  })

  it('ends when no other comes', async () => {
    // Node gives a request that is on its way another second.
    const socket = await open(await serve(here(), { keptMs: 1 }))
    socket.write(REQUEST)
    expect(await untilClosed(socket)).toContain('200 OK')
  })
})

describe('an answer that is not read', () => {
  const CHUNK = new Uint8Array(1 << 20)

  /** Answers without end, as fast as they are read. */
  function endless(begin = async () => {}) {
    const cancelled = vi.fn()
    const app = new Hono().get('/', async (c) => {
      await begin()
      return c.body(new ReadableStream({ pull: (to) => to.enqueue(CHUNK), cancel: cancelled }))
    })
    return { app, cancelled }
  }

  it('is given up, and its connection with it', async () => {
    const { app, cancelled } = endless()
    const socket = await open(await serve(app, { stalledMs: 100 }))
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'readable')
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalled())
    await untilClosed(socket.resume())
  })

  it('is so only once it has begun, however late', async () => {
    const stalledMs = 100
    const { app, cancelled } = endless(() => sleep(5 * stalledMs))
    const socket = await open(await serve(app, { stalledMs }))
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await once(socket, 'readable')
    expect(String(socket.read())).toMatch(/^HTTP\/1.1 200/)
    await vi.waitFor(() => expect(cancelled).toHaveBeenCalled())
    await untilClosed(socket.resume())
  })

  it('goes on as long as it is read at all', async () => {
    const { app, cancelled } = endless()
    const stalledMs = 500
    const socket = await open(await serve(app, { stalledMs }))
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    const until = Date.now() + 3 * stalledMs
    while (Date.now() < until) {
      socket.resume()
      await once(socket, 'data')
      socket.pause()
      await sleep(stalledMs / 20)
    }
    expect(cancelled).not.toHaveBeenCalled()
    expect(socket.closed).toBe(false)
  })
})

describe('the time budget of a request', () => {
  const BUDGET_MS = 50
  const limited = () => {
    const app = new OpenAPIHono()
    app.use(limitTime(app, BUDGET_MS))
    return app
  }

  it('ends one that is not answered, and says when to ask again', async () => {
    const port = await serve(limited().get('/', () => new Promise<Response>(() => {})))
    const answer = await fetch(`http://127.0.0.1:${port}/`)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(await answer.json()).toMatchObject({ type: '/docs#out-of-time', detail: expect.stringContaining('0.05 s') })
  })

  it('is left alone by what comes of it later', async () => {
    const late = Promise.withResolvers<Response>()
    const port = await serve(limited().get('/', () => late.promise))
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(503)
    late.reject(new Error('too late to tell'))
    await sleep(5)
    expect((await fetch(`http://127.0.0.1:${port}/nowhere`)).status).toBe(404)
  })

  it('does not end an answer that streams', async () => {
    const app = limited().get('/', (c) =>
      c.body(
        new ReadableStream({
          async start(to) {
            to.enqueue(Buffer.from('first '))
            await sleep(3 * BUDGET_MS)
            to.enqueue(Buffer.from('last'))
            to.close()
          },
        }),
      ),
    )
    const answer = await fetch(`http://127.0.0.1:${await serve(app)}/`)
    expect([answer.status, await answer.text()]).toEqual([200, 'first last'])
  })

  /** A body that takes longer than the budget. */
  const slowLines = () => ({
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson; charset=utf-8' },
    duplex: 'half',
    body: new ReadableStream({
      async start(to) {
        to.enqueue(Buffer.from('{}\n'))
        await sleep(3 * BUDGET_MS)
        to.close()
      },
    }),
  })
  const posting = async (path: string, init: object): Promise<Response> => {
    const app = limited()
    const content = { [NDJSON]: { schema: z.unknown() } }
    const readsLines = createRoute({
      method: 'post',
      path: '/lines/{id}',
      request: { body: { content } },
      responses: { 200: { description: 'What was sent' } },
    })
    app.openapi(readsLines, async (c) => c.text(await c.req.text()))
    app.post('/text', async (c) => c.text(await c.req.text()))
    app.get('/never', () => new Promise<Response>(() => {}))
    return fetch(`http://127.0.0.1:${await serve(app)}${path}`, init as RequestInit)
  }

  it('does not end lines that come over a longer time', async () => {
    const answer = await posting('/lines/7', slowLines())
    expect([answer.status, await answer.text()]).toEqual([200, '{}\n'])
  })

  it('ends what calls itself lines where none are read', async () => {
    expect((await posting('/text', slowLines())).status).toBe(408)
    const { headers } = slowLines()
    expect((await posting('/never', { headers })).status).toBe(503)
  })
})
