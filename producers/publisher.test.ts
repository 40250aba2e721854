import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { openTestGateway } from '../gateway/gateway.fixture.ts'
import { serveGateway } from '../gateway/server.ts'
import type { EventLog, LogRecord, Topic } from '../infra/event-log/port.ts'
import { decodeEvent } from '../models/events/codec.ts'
import type { Item, RatingEvent } from '../models/events/types.ts'
import { ratingEventId } from './datasets/event-id.ts'
import { httpPublisher, logPublisher } from './publisher.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const AT = Date.UTC(2024, 0, 1)
const RATINGS = Array.from({ length: 2_500 }, (_, n): RatingEvent => {
  const [userId, itemId] = [`ü${n % 40}`, `i${n}`]
  const eventId = ratingEventId('test', userId, itemId, AT + n)
  return { type: 'rating', eventId, userId, itemId, value: 4, occurredAt: AT + n, recommendationId: null }
})
const ITEMS: Item[] = [
  {
    type: 'item',
    itemId: 'i1',
    title: 'Amélie',
    genres: ['Comedy', 'Romance'],
    year: 2001,
    poster: null,
    available: true,
    attributes: { color: 'red' },
    updatedAt: AT,
  },
  {
    type: 'item',
    itemId: 'i2',
    title: 'Nameless',
    genres: [],
    year: null,
    poster: 'https://example.org/p.jpg',
    available: false,
    attributes: {},
    updatedAt: AT,
  },
]

async function recordsOf(log: EventLog, topic: Topic): Promise<LogRecord[]> {
  const records: LogRecord[] = []
  const tail = await log.tail(topic, (delivered) => records.push(...delivered))
  await tail.caughtUp
  await tail.close()
  return records
}
const eventsOf = async (log: EventLog, topic: Topic) =>
  (await recordsOf(log, topic)).map(({ value }) => decodeEvent(value ?? new Uint8Array()))
const byId = (a: RatingEvent, b: RatingEvent): number => (a.eventId < b.eventId ? -1 : 1)

/** A running system's API, over real embedded stores. */
async function runningSystem(adminToken?: string): Promise<{ log: EventLog; address: string }> {
  const apiKeys = adminToken === undefined ? undefined : { current: () => [] }
  const gateway = await openTestGateway({ settings: { adminToken, apiKeys } })
  cleanups.push(gateway.stop)
  const { address, close } = await serveGateway(gateway.app, { host: '127.0.0.1', port: 0 })
  cleanups.push(close)
  return { log: gateway.log, address }
}

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  cleanups.push(() => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

describe('to a log', () => {
  it('appends events by user and items by item, a user’s in order', async () => {
    const gateway = await openTestGateway()
    cleanups.push(gateway.stop)
    const publisher = logPublisher(gateway.log)
    await publisher.items(ITEMS)
    await publisher.ratings(RATINGS)
    expect(await eventsOf(gateway.log, 'items')).toEqual(ITEMS)
    const records = await recordsOf(gateway.log, 'ratings')
    expect(records).toHaveLength(RATINGS.length)
    const ofOne = records.filter(({ key }) => key === 'ü7').map(({ value }) => decodeEvent(value ?? new Uint8Array()))
    expect(ofOne).toEqual(RATINGS.filter(({ userId }) => userId === 'ü7'))
  })
})

describe('over HTTP', () => {
  it('posts the same events to a running system', async () => {
    const { log, address } = await runningSystem('secret')
    const publisher = httpPublisher(address, 'secret')
    await publisher.items(ITEMS)
    await publisher.ratings(RATINGS)
    expect(((await eventsOf(log, 'ratings')) as RatingEvent[]).sort(byId)).toEqual([...RATINGS].sort(byId))
    const items = (await eventsOf(log, 'items')) as Item[]
    expect(items.map((item) => ({ ...item, updatedAt: AT }))).toEqual(ITEMS)
  })

  it('says what was refused', async () => {
    const { address } = await runningSystem('secret')
    const outside = RATINGS.slice(0, 3).map((event, n) => (n === 1 ? { ...event, value: 9 } : event))
    await expect(httpPublisher(address, 'secret').ratings(outside)).rejects.toThrow(/refused 1 of 3 events.*"value"/)
    await expect(httpPublisher(address, 'wrong').ratings(outside)).rejects.toThrow(/answered 401/)
  })

  it('sends a batch again, with the same ids, when the log was too slow or the connection broke', async () => {
    const bodies: string[] = []
    const address = await serve(async (request, response) => {
      const pieces: Buffer[] = []
      for await (const piece of request) pieces.push(piece)
      bodies.push(Buffer.concat(pieces).toString())
      if (bodies.length === 1) response.writeHead(503, { 'retry-after': '0' }).end('{"detail":"too fast"}')
      else if (bodies.length === 2) response.destroy()
      else response.writeHead(202).end('{"accepted":2500}')
    })
    await httpPublisher(address, undefined).ratings(RATINGS)
    expect(bodies).toHaveLength(3)
    expect(new Set(bodies).size).toBe(1)
    expect(
      bodies[0]
        ?.trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).eventId),
    ).toEqual(RATINGS.map(({ eventId }) => eventId))
  })

  it('gives up when patience is over, and says what stands', async () => {
    const address = await serve((_, response) =>
      response.writeHead(503, { 'retry-after': '1' }).end('{"detail":"disk full"}'),
    )
    const failure = httpPublisher(address, undefined, { patienceMs: 10 }).ratings(RATINGS)
    await expect(failure).rejects.toThrow(/disk full.*What it acknowledged is stored/)
    await expect(failure).rejects.toMatchObject({ name: 'UnavailableError' })
  })
})
