import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { decodeEvent } from '../models/events/codec.ts'
import { AnswerError, createClient } from './client.ts'
import { openTestGateway, type TestGateway } from './gateway.fixture.ts'
import { sendSurely } from './sure-ratings.ts'

type Attempt = (send: () => Promise<Response>) => Promise<Response>

let gateway: TestGateway
beforeEach(async () => {
  gateway = await openTestGateway()
})
afterEach(() => gateway.stop())

/** A client whose first attempts go as they are told to. */
function clientWith(...attempts: Attempt[]) {
  const asked = vi.fn()
  const fetch = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    asked()
    const send = async () => gateway.app.request(input as string, init)
    return (attempts.shift() ?? ((send) => send()))(send)
  }
  return { client: createClient('http://localhost', { fetch }), asked }
}

const unavailable: Attempt = async () => new Response('{}', { status: 503, headers: { 'retry-after': '0' } })
const stillborn: Attempt = async () => {
  throw new TypeError('fetch failed')
}
/** The ratings are stored, and nobody hears of it. */
const unheard: Attempt = async (send) => {
  await send()
  throw new TypeError('other side closed')
}

async function eventIds(): Promise<(string | undefined)[]> {
  const found: (string | undefined)[] = []
  const tail = await gateway.log.tail('ratings', (records) => {
    for (const { value } of records) found.push((decodeEvent(value as Uint8Array) as { eventId?: string }).eventId)
  })
  await tail.caughtUp
  await tail.close()
  return found
}

const RATINGS = [
  { userId: 'ann', itemId: 'a', value: 5 },
  { userId: 'ann', itemId: 'b', value: 4 },
]

it('sends again, with the same ids, what the log did not take or nobody heard of', async () => {
  const { client, asked } = clientWith(unavailable, unheard, stillborn)
  expect(await sendSurely(client, RATINGS)).toMatchObject({ accepted: 2, token: expect.any(String) })
  expect(asked).toHaveBeenCalledTimes(4)
  const ids = await eventIds()
  expect(ids).toHaveLength(4)
  expect(new Set(ids).size).toBe(2)
})

it('keeps the ids that ratings have', async () => {
  const eventId = crypto.randomUUID()
  const { client } = clientWith(stillborn)
  await sendSurely(client, [{ ...RATINGS[0], eventId } as never])
  expect(await eventIds()).toEqual([eventId])
})

it('gives an id to a rating whose id is undefined', async () => {
  const { client } = clientWith(unheard)
  await sendSurely(client, [{ userId: 'ann', itemId: 'a', value: 5, eventId: undefined, occurredAt: undefined }])
  const ids = await eventIds()
  expect(ids).toHaveLength(2)
  expect(new Set(ids).size).toBe(1)
})

it.each([502, 504])('sends again what a proxy answers with %s', async (status) => {
  const { client, asked } = clientWith(async () => new Response('<html>', { status }))
  expect(await sendSurely(client, RATINGS)).toMatchObject({ accepted: 2 })
  expect(asked).toHaveBeenCalledTimes(2)
})

it('does not come back before the time that a Retry-After names', async () => {
  const later = new Date(Date.now() + 3_600_000).toUTCString()
  const closed: Attempt = async () => new Response('{}', { status: 503, headers: { 'retry-after': later } })
  const { client, asked } = clientWith(...Array.from({ length: 5 }, () => closed))
  await expect(sendSurely(client, RATINGS)).rejects.toMatchObject({ status: 503 })
  expect(asked).toHaveBeenCalledTimes(1)
})

it('does not send again what is refused', async () => {
  const { client, asked } = clientWith()
  await expect(sendSurely(client, [{ userId: 'ann', itemId: 'a', value: 50 }])).rejects.toThrow(AnswerError)
  expect(asked).toHaveBeenCalledTimes(1)
})

it('gives up when its patience is over, or nobody wants it any more', async () => {
  const failing = () => Array.from({ length: 100 }, () => stillborn)
  await expect(sendSurely(clientWith(...failing()).client, RATINGS, { patienceMs: 1 })).rejects.toThrow('fetch failed')
  const stop = new AbortController()
  const sending = sendSurely(clientWith(...failing()).client, RATINGS, { signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(sending).rejects.toThrow()
  expect(await eventIds()).toEqual([])
})
