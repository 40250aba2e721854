import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHttpAnalytics } from '../infra/analytics/clickhouse.ts'
import { type AnalysedRatingStore, openEmbeddedRatingStore } from '../infra/rating-store/clickhouse.ts'
import { faultPathsOf, openTestGateway, type TestGateway } from './gateway.fixture.ts'

const DAY = '2024-02-29'
const AT = Date.parse(`${DAY}T12:00:00Z`)
const EARLIER = Date.parse('2020-02-29T12:00:00Z')

describe('charts', () => {
  let folder: string
  let store: AnalysedRatingStore
  let gateway: TestGateway
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foldstream-charts-'))
    store = await openEmbeddedRatingStore(folder)
    const scale = { min: 0.5, max: 5, positiveFrom: 4 }
    await store.bind({ id: 'log', clusterId: undefined, partitions: 8, scale })
    await store.insertItems([
      {
        itemId: 'a',
        offset: 0,
        item: {
          ...{ type: 'item', itemId: 'a', title: '<b>"A, B"</b>', genres: ['Drama'], year: 1999, poster: null },
          ...{ available: true, attributes: {}, updatedAt: 1 },
        },
      },
      {
        itemId: '-b',
        offset: 1,
        item: {
          ...{ type: 'item', itemId: '-b', title: '=1+1', genres: ['Horror'], year: 1999, poster: null },
          ...{ available: true, attributes: {}, updatedAt: 1 },
        },
      },
    ])
    const rated = (userId: string, value: number, offset: number, itemId = 'a', occurredAt = AT) => ({
      ...{ partition: 0, offset, ingestedAt: AT },
      event: {
        ...{ type: 'rating' as const, eventId: crypto.randomUUID(), userId, itemId, value, occurredAt },
        recommendationId: null,
      },
    })
    await store.insertRatings([rated('u', 4, 0), rated('v', 2, 1), rated('w', 4, 2), rated('w', 4, 3, '-b', EARLIER)])
    await store.analytics.refresh()
    gateway = await openTestGateway({ analytics: store.analytics })
  })
  afterAll(async () => {
    await gateway.stop()
    await store.close()
    await rm(folder, { recursive: true })
  })
  const chart = (rest: string) => gateway.get(`/v1/analytics/charts/${rest}`)

  it('are listed with question, query, parameters and units', async () => {
    const { body } = await gateway.get('/v1/analytics/charts')
    const { charts } = body as { charts: { name: string }[] }
    expect(charts.find(({ name }) => name === 'rating-histogram')).toMatchObject({
      title: 'How do people rate?',
      sql: expect.stringMatching(/FROM analytics\.daily_values\s.*\{from:Date\}/s),
      parameters: ['from', 'to'],
      columns: [
        { name: 'value', unit: 'rating' },
        { name: 'ratings', unit: 'ratings' },
        { name: 'share', unit: 'share of 1' },
      ],
    })
  })

  it('answer rows, what they say, and of when they are', async () => {
    const { body, status } = await chart(`rating-histogram?from=${DAY}&to=${AT}`)
    expect(status).toBe(200)
    expect(body).toEqual({
      name: 'rating-histogram',
      rows: Array.from({ length: 10 }, (_, n) => {
        const ratings = { 2: 1, 4: 2 }[(n + 1) / 2] ?? 0
        return { value: (n + 1) / 2, ratings, share: ratings / 3 }
      }),
      sentence: 'Too few ratings to tell yet (3 of 30); 3.33 on average so far.',
      asOf: expect.stringMatching(/^\d{4}-.*Z$/),
      ...{ from: DAY, to: DAY, isCut: false },
    })
    expect((await chart(`rating-histogram?from=2024-03-01T01:00:00%2B02:00&to=${DAY}T23:59:59Z`)).body).toMatchObject({
      from: DAY,
    })
  })

  it.each([
    ['by ?format=csv', '&format=csv', {}],
    ['by Accept', '', { accept: 'text/csv' }],
  ])('come as a file %s', async (_, format, headers) => {
    const answer = await gateway.send('GET', `/v1/analytics/charts/top-items?to=${DAY}${format}`, undefined, headers)
    expect(answer.headers.get('content-type')).toMatch(/^text\/csv/)
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="top-items_2023-12-02_${DAY}.csv"`)
    expect(answer.body).toMatch(/^"item_id","title","ratings","average_value"\n"a","<b>""A, B""<\/b>",3,3\.33/)
  })

  it('are named by what they tell as a file, and by its days where it has some', async () => {
    const nameOf = async (asked: string) => (await chart(asked)).headers.get('content-disposition')
    expect(await nameOf(`daily-ratings?from=${EARLIER}&to=${DAY}&format=csv`)).toContain(
      `"daily-ratings_2020-02-29_${DAY}.csv"`,
    )
    expect(await nameOf('sparsity?format=csv')).toContain('"sparsity.csv"')
  })

  it('hold no formulas as a file', async () => {
    const { body } = await chart('top-items?from=2020-02-01&to=2020-03-01&format=csv')
    expect(String(body).trim().split('\n')[1]).toBe(`"'-b","'=1+1",1,4`)
  })

  it.each([
    ['rating-histogram?from=yesterday', ['from']],
    ['rating-histogram?from=2024-02-30', ['from']],
    ['rating-histogram?to=2200-01-01', ['to']],
    ['rating-histogram?from=2024-03-02&to=2024-03-01', ['to']],
    ['rating-histogram?genre=Drama', ['genre']],
    ['rating-histogram?format=xml', ['format']],
    ['sparsity?from=2024-03-01', ['from']],
    ['item-history', ['itemId']],
    ['item-history?itemId=a&sql=SELECT%201', ['sql']],
  ])('refuse %s', async (url, paths) => {
    const answer = await chart(url)
    expect(answer.status).toBe(400)
    expect(faultPathsOf(answer)).toEqual(paths)
  })

  it('are 404 where there is no such chart', async () => {
    expect((await chart('nonsense')).status).toBe(404)
  })
})

describe('without ClickHouse', () => {
  it('charts are 503 while it does not answer, and the list stands', async () => {
    const analytics = openHttpAnalytics('http://127.0.0.1:9/')
    const gateway = await openTestGateway({ analytics })
    expect((await gateway.get('/v1/analytics/charts')).status).toBe(200)
    const answer = await gateway.get('/v1/analytics/charts/sparsity')
    expect(answer.status).toBe(503)
    expect(answer.headers.get('retry-after')).toBe('1')
    await gateway.stop()
    await analytics.close()
  })

  it('there are none where no rating store is known', async () => {
    const gateway = await openTestGateway()
    for (const path of ['', '/sparsity']) expect((await gateway.get(`/v1/analytics/charts${path}`)).status).toBe(404)
    await gateway.stop()
  })
})
