import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest'
import { openTestGateway, type TestGateway } from './gateway.fixture.ts'
import { serveGateway } from './server.ts'

const LINE = `${JSON.stringify({ userId: 'u', itemId: 'i', value: 4 })}\n`
const LIMIT = 100_000
const rated = async () => (await gateway.log.ends('ratings')).reduce((sum, end) => sum + end, 0)

let gateway: TestGateway
afterEach(() => gateway.stop())

/** A body that is sent as the test goes, by a client who does not know how long it will be. */
async function post(path: string) {
  gateway = await openTestGateway({ settings: { bodyLimit: LIMIT } })
  const serving = await serveGateway(gateway.app, { host: '127.0.0.1', port: 0, drainMs: 0 })
  onTestFinished(serving.close)
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const headers = { 'content-type': 'application/x-ndjson' }
  const answer = fetch(serving.address + path, { method: 'POST', headers, body: readable, duplex: 'half' })
  return {
    // Refused, it is no longer taken.
    send: (text: string) => void writer.write(Buffer.from(text)).catch(() => {}),
    end: () => writer.close(),
    async answer() {
      const response = await answer
      return { status: response.status, body: await response.json() }
    },
  }
}

describe('lines that come slowly', () => {
  it('are stored before the last has come', async () => {
    const { send, end, answer } = await post('/v1/ratings')
    send(LINE.repeat(1_000))
    await vi.waitFor(async () => expect(await rated()).toBe(1_000))
    send('{"userId":')
    send('7}\n')
    send(LINE.trim())
    await end()
    expect(await answer()).toMatchObject({
      status: 202,
      body: { accepted: 1_001, rejectedCount: 1, rejected: [{ line: 1_001 }] },
    })
  })

  it('are refused once they are too many, and those before are told', async () => {
    const { send, answer } = await post('/v1/ratings')
    send(LINE.repeat(1_000))
    await vi.waitFor(async () => expect(await rated()).toBe(1_000))
    send(`${LINE.repeat(3)}not json\n{"userId":`)
    send('x'.repeat(LIMIT))
    const members = { accepted: 1_003, storedUpTo: 1_004, rejected: [{ line: 1_004 }] }
    expect(await answer()).toMatchObject({ status: 413, body: { type: '/docs#too-large', ...members } })
    expect(await rated()).toBe(1_003)
  })

  it('are refused though they are but one', async () => {
    const { send, answer } = await post('/v1/items')
    for (let sent = 0; sent <= LIMIT; sent += 10_000) send('x'.repeat(10_000))
    expect(await answer()).toMatchObject({
      status: 413,
      body: { accepted: 0, storedUpTo: 0, detail: expect.stringContaining('send it in parts') },
    })
  })
})

it('lines that are said to be too many are not read', async () => {
  gateway = await openTestGateway({ settings: { bodyLimit: LIMIT } })
  const body = LINE.repeat(LIMIT / LINE.length + 1)
  const headers = { 'content-type': 'application/x-ndjson', 'content-length': String(body.length) }
  const refused = await gateway.send('POST', '/v1/ratings', body, headers)
  expect(refused).toMatchObject({ status: 413, body: { type: '/docs#too-large' } })
  expect(await rated()).toBe(0)
})
