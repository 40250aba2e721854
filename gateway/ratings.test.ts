import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UnavailableError } from '../infra/errors.ts'
import type { LogRecord } from '../infra/event-log/port.ts'
import { decodeEvent } from '../models/events/codec.ts'
import { decodeToken } from '../models/events/token.ts'
import { faultPathsOf, openTestGateway, type TestGateway, tokenOf } from './gateway.fixture.ts'

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
})
afterEach(() => gateway.stop())

/** Every event on topic ratings. */
async function eventsOnLog() {
  const records: LogRecord[] = []
  const tail = await gateway.log.tail('ratings', (delivered) => records.push(...delivered))
  await tail.caughtUp
  await tail.close()
  return records.map(({ value }) => decodeEvent(value as Uint8Array))
}

const NDJSON = { 'content-type': 'application/x-ndjson' }
const good = { userId: 'u', itemId: 'i', value: 4 }

describe('POST /v1/ratings', () => {
  it('puts one rating on the log and answers a token of its place', async () => {
    const answer = await gateway.send('POST', '/v1/ratings', {
      ...good,
      occurredAt: '2026-01-01T01:00:00+01:00',
      recommendationId: 'r1',
    })
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({ accepted: 1 })
    expect(decodeToken(tokenOf(answer))).toMatchObject({
      logId: gateway.log.identity.id,
      positions: [{ partition: gateway.log.partitionOf('ratings', 'u'), offset: 0 }],
    })
    const [event] = await eventsOnLog()
    expect(event).toMatchObject({ ...good, type: 'rating', occurredAt: Date.UTC(2026, 0, 1), recommendationId: 'r1' })
    expect(event).toHaveProperty('eventId', expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/))
  })

  it('keeps the event id that the client chose', async () => {
    const eventId = '018f4e0e-0000-7000-8000-000000000001'
    await gateway.send('POST', '/v1/ratings', { ...good, eventId })
    expect(await eventsOnLog()).toMatchObject([{ eventId }])
  })

  it('takes an array whole', async () => {
    const ratings = Array.from({ length: 1000 }, (_, i) => ({ ...good, userId: `u${i}` }))
    const answer = await gateway.send('POST', '/v1/ratings', ratings)
    expect(answer.body).toMatchObject({ accepted: 1000 })
    expect(tokenOf(answer).length).toBeLessThanOrEqual(512)
    expect(await eventsOnLog()).toHaveLength(1000)
  })

  it('takes nothing of an array with faults, and names each of them', async () => {
    const answer = await gateway.send('POST', '/v1/ratings', [
      good,
      { ...good, value: 9, extra: 1 },
      { ...good, userId: '', occurredAt: 'yesterday' },
      { itemId: 5, userId: 'u' },
    ])
    expect(answer.status).toBe(400)
    expect(answer.headers.get('content-type')).toContain('application/problem+json')
    expect(answer.body).toMatchObject({ type: '/docs#invalid-request', status: 400 })
    expect(faultPathsOf(answer).sort()).toEqual([
      '[1].extra',
      '[1].value',
      '[2].occurredAt',
      '[2].userId',
      '[3].itemId',
      '[3].value',
    ])
    expect(await eventsOnLog()).toEqual([])
  })

  it('names every fault of a rating, also where one is of type and another of a rule', async () => {
    const inOneHour = Date.now() + 3_600_000
    const answer = await gateway.send('POST', '/v1/ratings', {
      userId: '',
      itemId: 7,
      value: 9,
      occurredAt: inOneHour,
      recommendationId: '',
      stars: 4,
    })
    expect(faultPathsOf(answer).sort()).toEqual([
      'itemId',
      'occurredAt',
      'recommendationId',
      'stars',
      'userId',
      'value',
    ])
  })

  it.each([
    ['an unknown field', { ...good, stars: 4 }, 'stars'],
    ['a user id of a wrong type', { ...good, userId: 7 }, 'userId'],
    ['an empty user id', { ...good, userId: '' }, 'userId'],
    ['an item id too long', { ...good, itemId: 'x'.repeat(129) }, 'itemId'],
    ['an id with a control character', { ...good, itemId: 'a\u0007b' }, 'itemId'],
    ['an item id that is a path of its own', { ...good, itemId: 'popular' }, 'itemId'],
    ['an item id that paths cannot carry', { ...good, itemId: '..' }, 'itemId'],
    ['a value below the scale', { ...good, value: 0 }, 'value'],
    ['a value above the scale', { ...good, value: 5.5 }, 'value'],
    ['a value in words', { ...good, value: '4' }, 'value'],
    ['no value', { userId: 'u', itemId: 'i' }, 'value'],
    ['a time far ahead', { ...good, occurredAt: Date.now() + 3_600_000 }, 'occurredAt'],
    ['a time of no calendar', { ...good, occurredAt: 1e300 }, 'occurredAt'],
    ['a time in seconds', { ...good, occurredAt: 1_767_225_600 }, 'occurredAt'],
    ['a time without a zone', { ...good, occurredAt: '2026-01-01T00:00:00' }, 'occurredAt'],
    ['an event id that is no UUID', { ...good, eventId: 'one' }, 'eventId'],
  ])('refuses %s', async (_, rating, path) => {
    const answer = await gateway.send('POST', '/v1/ratings', rating)
    expect(answer.status).toBe(400)
    expect(faultPathsOf(answer)).toEqual([path])
    expect(await eventsOnLog()).toEqual([])
  })

  it.each([
    ['NaN', '{"userId":"u","itemId":"i","value":NaN}', 400],
    ['a value beyond any double', '{"userId":"u","itemId":"i","value":1e999}', 400],
    ['broken JSON', '{"userId":', 400],
    ['no body', '', 400],
    ['JSON that is no rating', '7', 400],
    ['an empty array', '[]', 400],
    ['1001 ratings', JSON.stringify(new Array(1001).fill(good)), 400],
  ])('refuses %s', async (_, body, status) => {
    const answer = await gateway.send('POST', '/v1/ratings', body)
    expect(answer.status).toBe(status)
    expect(answer.body).toMatchObject({ status })
    expect(await eventsOnLog()).toEqual([])
  })

  it.each([['text/plain'], ['application/x-www-form-urlencoded'], ['application/jsonp']])(
    'refuses content of type %s',
    async (type) => {
      const answer = await gateway.send('POST', '/v1/ratings', good, { 'content-type': type })
      expect(answer.status).toBe(415)
      const detail = `Send a body as application/json or application/x-ndjson, not '${type}', and name it in Content-Type.`
      expect(answer.body).toMatchObject({ type: '/docs#unsupported-media-type', detail })
    },
  )

  it.each(['application/json', 'application/x-ndjson'])('refuses %s that is packed, and says so', async (type) => {
    const packed = gzipSync(JSON.stringify(good))
    const headers = { 'content-type': type, 'content-encoding': 'gzip' }
    const answer = await gateway.app.request('/v1/ratings', { method: 'POST', body: packed, headers })
    expect([answer.status, answer.headers.get('accept-encoding')]).toEqual([415, 'identity'])
    const detail = "Send a body as it is, not as 'gzip': it is not unpacked here."
    expect(await answer.json()).toMatchObject({ type: '/docs#unsupported-media-type', detail })
    const plain = await gateway.send('POST', '/v1/ratings', good, { 'content-encoding': 'identity' })
    expect(plain.status).toBe(202)
  })

  it('refuses a request that says nothing of a body', async () => {
    expect((await gateway.send('POST', '/v1/ratings')).status).toBe(415)
  })

  it('refuses a body over the limit, by its length or as it comes', async () => {
    const large = JSON.stringify([good]).padEnd(8 * 2 ** 20 + 1)
    const declared = await gateway.send('POST', '/v1/ratings', large, { 'content-length': String(large.length) })
    const chunked = await gateway.send('POST', '/v1/ratings', large)
    expect([declared.status, chunked.status]).toEqual([413, 413])
    expect(declared.body).toMatchObject({ type: '/docs#too-large' })
    expect(await eventsOnLog()).toEqual([])
  })
})

describe('what is not UTF-8', () => {
  /** A body whose user id is the one byte ff, which begins no character. */
  const body = (after = '') => Buffer.from(`{"userId":"\xff","itemId":"i","value":4}${after}`, 'latin1')
  const post = async (bytes: Uint8Array<ArrayBuffer>, type: string) =>
    gateway.app.request('/v1/ratings', { method: 'POST', body: bytes, headers: { 'content-type': type } })

  it('is refused as a body', async () => {
    const answer = await post(body(), 'application/json')
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({ type: '/docs#not-utf8' })
    expect(await eventsOnLog()).toEqual([])
  })

  it('is refused as a line, and only that', async () => {
    const answer = await post(body(`\n${JSON.stringify(good)}`), 'application/x-ndjson')
    const rejected = [{ line: 1, errors: [{ path: '', message: 'Not UTF-8' }] }]
    expect(await answer.json()).toMatchObject({ accepted: 1, rejected })
    expect(await eventsOnLog()).toMatchObject([good])
  })

  it.each(['/v1/users/%ff/ratings', '/v1/users/%C3%28/ratings', '/v1/users/100%/ratings', '/v1/items?query=%ff'])(
    'is refused in an address: %s',
    async (path) => {
      expect(await gateway.get(path)).toMatchObject({ status: 400, body: { type: '/docs#not-utf8' } })
    },
  )
})

describe('any JSON', () => {
  it('is a rating, or faults by path that lead into it', async () => {
    const field = fc.option(fc.jsonValue(), { nil: undefined })
    const ratingLike = fc.record({ userId: field, itemId: field, value: field, occurredAt: field, other: field })
    const anything = fc.oneof(fc.jsonValue(), ratingLike, fc.array(ratingLike, { maxLength: 3 }))
    await fc.assert(
      fc.asyncProperty(anything, async (body) => {
        const answer = await gateway.send('POST', '/v1/ratings', JSON.stringify(body) ?? 'null')
        if (answer.status === 202) return
        expect(answer.status).toBe(400)
        expect(faultPathsOf(answer).length).toBeGreaterThan(0)
      }),
      { numRuns: 200 },
    )
  })
})

it('says where a body stops to be JSON', async () => {
  const answer = await gateway.send('POST', '/v1/ratings', '{"userId": "u",\n "itemId": i}', {
    'content-type': 'application/json',
  })
  expect(answer).toMatchObject({
    status: 400,
    body: { type: '/docs#broken-json', detail: expect.stringContaining('"itemId": i') },
  })
})

describe('NDJSON', () => {
  it('takes the lines that fit and reports the others by their number', async () => {
    const lines = [
      JSON.stringify(good),
      '',
      'not json',
      JSON.stringify({ ...good, value: 7, x: 1 }),
      JSON.stringify(good),
    ]
    const answer = await gateway.send('POST', '/v1/ratings', `${lines.join('\r\n')}\n`, NDJSON)
    expect(answer.status).toBe(202)
    expect(answer.body).toMatchObject({
      accepted: 2,
      rejectedCount: 2,
      rejected: [{ line: 3, errors: [{ path: '' }] }, { line: 4 }],
    })
    const [, { errors }] = (answer.body as { rejected: [unknown, { errors: { path: string }[] }] }).rejected
    expect(errors.map(({ path }) => path).sort()).toEqual(['value', 'x'])
    expect(await eventsOnLog()).toHaveLength(2)
  })

  it.each([
    ['none fits', 'not json\n{"userId":7}', ['line 1', 'line 2.userId', 'line 2.itemId', 'line 2.value']],
    ['all are blank', '\n  \n', ['']],
    ['there is none', '', ['']],
  ])('is refused where %s', async (_, body, paths) => {
    const answer = await gateway.send('POST', '/v1/ratings', body, NDJSON)
    expect(answer).toMatchObject({ status: 400, body: { type: '/docs#invalid-request' } })
    expect(faultPathsOf(answer)).toEqual(paths)
    expect(await eventsOnLog()).toHaveLength(0)
  })

  it('counts as lines what is there, not what may come after the last', async () => {
    const answer = await gateway.send('POST', '/v1/ratings', 'not json\n\nnor this\n', NDJSON)
    const detail = expect.stringMatching(/^None of 3 lines was accepted\. line 1: Not JSON/)
    expect(answer.body).toMatchObject({ detail, rejected: [{ line: 1 }, { line: 3 }] })
  })

  it('answers a token that covers every batch', async () => {
    const users = Array.from({ length: 2500 }, (_, i) => `user ${i}`)
    const body = users.map((userId) => JSON.stringify({ ...good, userId })).join('\n')
    const answer = await gateway.send('POST', '/v1/ratings', body, NDJSON)
    expect(answer.body).toMatchObject({ accepted: 2500, rejectedCount: 0 })
    const ends = await gateway.log.ends('ratings')
    const positions = decodeToken(tokenOf(answer))?.positions.toSorted((x, y) => x.partition - y.partition)
    expect(positions).toEqual(ends.map((end, partition) => ({ partition, offset: end - 1 })))
  })

  it('tells so much of what is wrong, and no more', async () => {
    const unknown = (fields: number) => Object.fromEntries(Array.from({ length: fields }, (_, n) => [`x${n}`, 0]))
    const bad = JSON.stringify({ ...good, ...unknown(100) })
    const body = [JSON.stringify({ ...good, ['x'.repeat(100_000)]: 0 }), ...new Array(400).fill(bad)].join('\n')
    const answer = await gateway.send('POST', '/v1/ratings', body, NDJSON)
    expect(answer).toMatchObject({ status: 400, body: { accepted: 0, rejectedCount: 401 } })
    const { rejected } = answer.body as { rejected: { line: number; errors: { path: string }[] }[] }
    expect(rejected[0]?.errors).toEqual([{ path: `${'x'.repeat(256)}…`, message: 'Unknown field' }])
    expect(rejected[1]?.errors).toHaveLength(20)
    expect(rejected.flatMap(({ errors }) => errors)).toHaveLength(5000)
    expect(rejected.at(-1)).toMatchObject({ line: 251, errors: { length: 19 } })
  })

  it('reads lines across chunks, in the middle of a letter too', async () => {
    const line = JSON.stringify({ ...good, userId: 'zoë' })
    const bytes = new TextEncoder().encode(`${line}\n${line}`)
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
        controller.close()
      },
    })
    const request = new Request('http://localhost/v1/ratings', {
      method: 'POST',
      body,
      headers: { ...NDJSON, 'content-length': String(bytes.length) },
      duplex: 'half',
    })
    expect((await gateway.app.request(request)).status).toBe(202)
    expect(await eventsOnLog()).toMatchObject([{ userId: 'zoë' }, { userId: 'zoë' }])
  })
})

describe('a user’s rating under its own path', () => {
  it('is put and withdrawn', async () => {
    const put = await gateway.send('PUT', '/v1/users/a%2Fb/ratings/i%201', { value: 3.5 })
    const withdrawn = await gateway.send('DELETE', '/v1/users/a%2Fb/ratings/i%201')
    expect([put.status, withdrawn.status]).toEqual([202, 202])
    expect(decodeToken(tokenOf(withdrawn))?.positions).toMatchObject([{ offset: 1 }])
    expect(await eventsOnLog()).toMatchObject([
      { userId: 'a/b', itemId: 'i 1', value: 3.5 },
      { userId: 'a/b', itemId: 'i 1', value: null },
    ])
  })

  it.each([
    [{ value: 6 }, 'value'],
    [{ value: null }, 'value'],
    [{ value: 4, occurredAt: 1 }, 'occurredAt'],
  ])('refuses %j', async (body, path) => {
    const answer = await gateway.send('PUT', '/v1/users/u/ratings/i', body)
    expect(answer.status).toBe(400)
    expect(faultPathsOf(answer)).toEqual([path])
  })

  it('refuses ids that are none', async () => {
    const answer = await gateway.send('PUT', `/v1/users/${'x'.repeat(129)}/ratings/popular`, { value: 4 })
    expect(answer.status).toBe(400)
    expect(faultPathsOf(answer)).toEqual(['userId', 'itemId'])
  })
})

describe('DELETE /v1/users/{userId}', () => {
  it('puts the erasure on the log, after what it erases', async () => {
    await gateway.send('POST', '/v1/ratings', good)
    const answer = await gateway.send('DELETE', '/v1/users/u')
    expect(answer.status).toBe(202)
    const [, erasure] = await eventsOnLog()
    expect(erasure).toMatchObject({ type: 'user-erased', userId: 'u' })
    expect(decodeToken(tokenOf(answer))?.positions).toMatchObject([{ offset: 1 }])
  })
})

describe('while the log does not answer', () => {
  let broken: TestGateway
  beforeEach(async () => {
    const { log } = gateway
    let appends = 0
    const append: typeof log.append = (topic, records) => {
      if (appends++ > 0) throw new UnavailableError('Kafka at localhost:9092 did not answer in 5 s. Set EVENT_LOG_URL.')
      return log.append(topic, records)
    }
    broken = await openTestGateway({ log: { ...log, append } })
  })
  afterEach(() => broken.stop())

  it('says so, when to try again, and how far the lines came', async () => {
    const body = Array.from({ length: 1500 }, () => JSON.stringify(good)).join('\n')
    const answer = await broken.send('POST', '/v1/ratings', body, NDJSON)
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('1')
    expect(answer.body).toMatchObject({ type: '/docs#unavailable', accepted: 1000, storedUpTo: 1000 })
    const single = await broken.send('POST', '/v1/ratings', good)
    expect(single.status).toBe(503)
    expect(single.body).toMatchObject({ detail: expect.stringContaining('EVENT_LOG_URL') })
  })
})
