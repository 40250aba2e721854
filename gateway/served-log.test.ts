import type { ServerResponse } from 'node:http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { UnavailableError } from '../infra/errors.ts'
import { readTopic } from '../infra/event-log/read-topic.ts'
import { silent } from '../infra/logging.ts'
import { createMetrics } from '../infra/metrics.ts'
import { decodeEvent } from '../models/events/codec.ts'
import { encodeToken } from '../models/events/token.ts'
import type { Served } from '../models/events/types.ts'
import { eventsOf } from './event-stream.fixture.ts'
import {
  type Answer,
  generationOf,
  itemIdsOf,
  openTestGateway,
  type TestGateway,
  writeUser,
} from './gateway.fixture.ts'
import { createServedLog } from './served-log.ts'
import { serveGateway } from './server.ts'

const generation = generationOf('g1', { r1: [1, 0], r2: [0.9, 0.1], r3: [0.8, 0.1], t1: [0, 1], 'a|b': [0.1, 0.9] })
const idOf = ({ body }: Answer): string => (body as { recommendationId: string }).recommendationId

describe('an answered list', () => {
  let gateway: TestGateway
  let metrics: ReturnType<typeof createMetrics>
  beforeEach(async () => {
    metrics = createMetrics()
    gateway = await openTestGateway({ metrics, settings: { servedSample: 1 } })
    gateway.serve(generation)
    await writeUser(gateway.state, 'u', { r1: 5 }, { vector: [1, 0], generation: 'g1' })
  })
  afterEach(() => gateway.stop())

  async function logged(): Promise<Served[]> {
    const lists: Served[] = []
    await readTopic(gateway.log, 'served', (records) => {
      for (const { key, value } of records) {
        const list = decodeEvent(value as Uint8Array) as Served
        expect(key).toBe(list.userId || list.recommendationId)
        lists.push(list)
      }
    })
    return lists.toSorted((a, b) => a.occurredAt - b.occurredAt)
  }
  const dropped = async () =>
    (await metrics.servedDropped.get()).values.find(({ labels }) => labels.reason === 'left')?.value ?? 0
  const untilLogged = (count: number): Promise<Served[]> =>
    vi.waitFor(async () => {
      const lists = await logged()
      expect(lists).toHaveLength(count)
      return lists
    })

  it('is logged under the id that it was sent with, as often as it is sent', async () => {
    const path = '/v1/users/u/recommendations?limit=3'
    const answers: Answer[] = []
    // The third one is kept since the second.
    for (let n = 0; n < 3; n++) answers.push(await gateway.get(path))
    const etag = answers[0]?.headers.get('etag') as string
    expect((await gateway.send('GET', path, undefined, { 'if-none-match': etag })).status).toBe(304)
    const { nextPage } = (answers[0] as Answer).body as { nextPage: string }
    const page = await gateway.get(`/v1/users/u/recommendations?page=${nextPage}`)
    answers.push(page)
    answers.push(await gateway.get(`${path}&after=${tokenOfNothing(gateway)}`))
    answers.push(await gateway.send('POST', '/v1/recommendations', { userId: 'u', limit: 2 }))
    answers.push(await gateway.send('POST', '/v1/rank', { userId: 'u', items: ['t1', 'a|b'] }))

    const lists = await untilLogged(answers.length)
    const byId = new Map(lists.map((list) => [list.recommendationId, list]))
    expect(byId.size).toBe(answers.length)
    for (const answer of answers)
      expect(byId.get(idOf(answer))).toMatchObject({
        ...{ userId: 'u', itemIds: itemIdsOf(answer), strategy: 'fold-in', generation: 'g1', propensities: null },
        firstPosition: answer === page ? 4 : 1,
      })
  })

  it('is logged with where it begins, where that is further down', async () => {
    const paths = [
      '/v1/users/u/recommendations?limit=1&skip=2',
      '/v1/items/popular?limit=1&skip=1',
      '/v1/items/r1/similar?limit=1&skip=3',
    ]
    // The last one is kept since the second.
    const [list] = paths
    const answers = []
    for (const path of [...paths, list, list]) answers.push(await gateway.get(path as string))
    const { nextPage } = (answers[0] as Answer).body as { nextPage: string }
    answers.push(await gateway.get(`/v1/users/u/recommendations?page=${nextPage}`))
    answers.push(await gateway.send('POST', '/v1/recommendations', { userId: 'u', limit: 2, skip: 1 }))
    const byId = new Map((await untilLogged(answers.length)).map((one) => [one.recommendationId, one.firstPosition]))
    expect(answers.map((answer) => byId.get(idOf(answer)))).toEqual([3, 2, 4, 3, 3, 4, 2])
  })

  it('of a stream is logged whenever it is sent', async () => {
    const events = eventsOf(await gateway.app.request('/v1/users/u/recommendations/stream'))
    const first = await events.nextList()
    await writeUser(gateway.state, 'u', { r1: 5, r2: 5 }, { vector: [1, 0], generation: 'g1', appliedOffset: 1 })
    const second = await events.nextList()
    await events.cancel()
    const lists = await untilLogged(2)
    expect(lists.map(({ recommendationId }) => recommendationId)).toEqual(
      [first, second].map(({ answer }) => answer.recommendationId),
    )
    expect(lists[1]?.itemIds).not.toContain('r2')
  })

  it('of a page that asks for it by itself has the id there that it is logged under', async () => {
    const page = await (await gateway.app.request('/for-you')).text()
    const shown = [...page.matchAll(/class="card[^>]*data-item="([^"]+)"/g)].map(([, itemId]) => itemId)
    expect(shown).not.toHaveLength(0)
    const [list] = await untilLogged(1)
    expect(page).toContain(`id="for-you" data-list="${list?.recommendationId}"`)
    expect(list?.itemIds).toEqual(shown)
  })

  /** A user state that answers once it may. */
  function holdUp() {
    const held = Promise.withResolvers<void>()
    const read = gateway.state.read.bind(gateway.state)
    const reading = vi.spyOn(gateway.state, 'read').mockImplementation(async (...asked) => {
      await held.promise
      return read(...asked)
    })
    return { reading, letGo: held.resolve }
  }

  it('is not logged where whoever asked has left before it was answered', async () => {
    const answers: ServerResponse[] = []
    const fetchNoted = (request: Request, env: { outgoing: ServerResponse }) => {
      answers.push(env.outgoing)
      return gateway.app.fetch(request, env)
    }
    const serving = await serveGateway(
      { fetch: fetchNoted as typeof gateway.app.fetch },
      { host: '127.0.0.1', port: 0, drainMs: 0 },
    )
    try {
      const { reading, letGo } = holdUp()
      const left = []
      const leaving = new AbortController()
      for (const path of ['/films/r1', '/v1/users/u/recommendations', '/v1/users/v/recommendations?limit=3'])
        left.push(fetch(serving.address + path, { signal: leaving.signal }).catch(() => undefined))
      await vi.waitFor(() => {
        for (const userId of [expect.stringMatching(/^guest-/), 'u', 'v'])
          expect(reading).toHaveBeenCalledWith(userId, undefined)
      })
      const stays = fetch(`${serving.address}/v1/users/u/recommendations?limit=2`).then((answer) => answer.json())
      leaving.abort()
      await Promise.all(left)
      await vi.waitFor(() => expect(answers.filter(({ closed }) => closed)).toHaveLength(left.length))
      letGo()
      const { recommendationId } = (await stays) as { recommendationId: string }
      await vi.waitFor(async () => expect(await dropped()).toBe(left.length))
      expect((await untilLogged(1))[0]).toMatchObject({ recommendationId })
    } finally {
      await serving.close()
    }
  })

  it('is not logged where a page of another site asked, which cannot read it', async () => {
    const asked = (headers: Record<string, string>) =>
      gateway.send('GET', '/v1/users/u/recommendations', undefined, headers)
    await asked({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' })
    await asked({ origin: 'https://evil.example' })
    const read = [
      await asked({ 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }),
      await asked({ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }),
    ]
    const lists = await untilLogged(read.length)
    expect(new Set(lists.map(({ recommendationId }) => recommendationId))).toEqual(new Set(read.map(idOf)))
    const { values } = await metrics.servedDropped.get()
    expect(values.find(({ labels }) => labels.reason === 'unread')?.value).toBe(2)
  })

  it('of a stream is not logged where its reader has left while it was made', async () => {
    const events = eventsOf(await gateway.app.request('/v1/users/u/recommendations/stream'))
    const { answer } = await events.nextList()
    await writeUser(gateway.state, 'u', { r1: 5, r2: 5 }, { vector: [1, 0], generation: 'g1', appliedOffset: 1 })
    const { reading, letGo } = holdUp()
    const next = events.nextList().catch(() => undefined)
    await vi.waitFor(() => expect(reading).toHaveBeenCalled())
    await events.cancel()
    letGo()
    await next
    const later = await gateway.get('/v1/users/u/recommendations?limit=1')
    const lists = await untilLogged(2)
    expect(lists.map(({ recommendationId }) => recommendationId)).toEqual([answer.recommendationId, idOf(later)])
  })

  it('that is nobody’s own names nobody; what is no list, or cannot be rated by, is not logged', async () => {
    const answers = [
      await gateway.send('POST', '/v1/recommendations', { ratings: [{ itemId: 'r1', value: 5 }], limit: 2 }),
      await gateway.send('POST', '/v1/recommendations', { userIds: ['u', 'v'], limit: 2 }),
      ...(await Promise.all(
        ['popular', 'trending', 'top-rated', 'r1/similar'].map((one) => gateway.get(`/v1/items/${one}`)),
      )),
      await gateway.send('POST', '/v1/items/similar', { items: ['r1'], limit: 2 }),
    ]
    for (const one of ['estimates?item=r2', 'explanations/r2', 'surprising', 'similar', 'ratings'])
      expect((await gateway.get(`/v1/users/u/${one}`)).status).toBe(200)
    const lists = await untilLogged(answers.length)
    expect(new Set(lists.map(({ recommendationId }) => recommendationId))).toEqual(new Set(answers.map(idOf)))
    expect(new Set(lists.map(({ userId }) => userId))).toEqual(new Set(['']))
  })
})

/** What a token says that asks for nothing. */
function tokenOfNothing({ log }: TestGateway): string {
  return encodeToken(log.identity.id, [])
}

describe('the queue', () => {
  const list = (itemIds = ['a']) => ({ itemIds, before: 0, strategy: 'fold-in', generation: null, isStale: false })
  const figures = async (metrics: ReturnType<typeof createMetrics>) => {
    const values = [...(await metrics.servedLogged.get()).values, ...(await metrics.servedDropped.get()).values]
    return Object.fromEntries(values.map(({ labels, value }) => [labels.reason ?? 'logged', value]))
  }

  it('drops what the log does not take, and what is too much, and counts it', async () => {
    const metrics = createMetrics()
    const outcomes = [Promise.reject(new UnavailableError('no log')), Promise.resolve([])]
    outcomes[0]?.catch(() => {})
    const append = vi.fn(() => outcomes.shift() as Promise<never[]>)
    const served = createServedLog({ log: { append }, sample: 1, logger: silent, metrics })
    for (let n = 0; n < 1_200; n++) served.noteAs(crypto.randomUUID(), list(), {})
    await vi.waitFor(async () => expect(await figures(metrics)).toMatchObject({ full: 200, log: 1_000 }))
    served.noteAs(crypto.randomUUID(), list(), {})
    await served.close()
    expect(await figures(metrics)).toEqual({ full: 200, log: 1_000, logged: 1 })
  })

  it('takes a share of all lists, and of a long one the beginning', async () => {
    const metrics = createMetrics()
    const append = vi.fn(async (_topic: string, _records: readonly { value: Uint8Array | null }[]) => [])
    const served = createServedLog({ log: { append }, sample: 0.25, logger: silent, metrics })
    for (let n = 0; n < 400; n++) served.note({ recommendationId: crypto.randomUUID(), ...long }, {})
    await served.close()
    const records = append.mock.calls.flatMap(([, records]) => records)
    expect(records.length).toBeGreaterThan(50)
    expect(records.length).toBeLessThan(150)
    expect((decodeEvent(records[0]?.value as Uint8Array) as Served).itemIds).toHaveLength(200)
  })
  const long = {
    ...{ items: Array.from({ length: 1_000 }, (_, n) => ({ itemId: `i${n}` })), strategy: 'popular', generation: null },
  }

  it('does not name whom a list was made for of what was last known of them', async () => {
    const append = vi.fn(async (_topic: string, _records: readonly { value: Uint8Array | null }[]) => [])
    const served = createServedLog({ log: { append }, sample: 1, logger: silent, metrics: createMetrics() })
    for (const isStale of [true, false])
      served.note({ recommendationId: crypto.randomUUID(), ...long, isStale }, { userId: 'u' })
    await served.close()
    const lists = append.mock.calls.flatMap(([, records]) =>
      records.map(({ value }) => decodeEvent(value as Uint8Array)),
    )
    expect(lists.map((list) => (list as Served).userId)).toEqual(['', 'u'])
  })

  it('of no share is none', async () => {
    const append = vi.fn(async () => [])
    const served = createServedLog({ log: { append }, sample: 0, logger: silent, metrics: createMetrics() })
    served.noteAs(crypto.randomUUID(), list(), {})
    await served.close()
    expect(append).not.toHaveBeenCalled()
  })
})
