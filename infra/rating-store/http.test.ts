import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { expect, it, onTestFinished } from 'vitest'
import { ConfigError, UnavailableError } from '../errors.ts'
import { describeWithService } from '../services/for-tests.ts'
import { openHttpRatingStore } from './clickhouse.ts'
import { connectHttp } from './connect-http.ts'
import type { Opened } from './contract/rows.fixture.ts'
import { ratingStoreContract } from './rating-store.contract.ts'

const LOG = { id: 'former', clusterId: undefined, partitions: 4, scale: { min: 1, max: 5, positiveFrom: 4 } }

async function open(url: string): Promise<Opened> {
  const store = await openHttpRatingStore(url)
  const all = [store]
  const client = createClient({ url, log: { level: ClickHouseLogLevel.OFF } })
  return {
    store,
    async sql(query) {
      if (/^(SELECT|WITH)/.test(query)) return await (await client.query({ query, format: 'JSONEachRow' })).json()
      await client.command({ query })
      return []
    },
    async reopen() {
      const again = await openHttpRatingStore(url)
      all.push(again)
      return again
    },
    async dispose() {
      await Promise.all([client, ...all].map((each) => each.close()))
    },
  }
}

describeWithService('clickhouse', (url) => {
  let databases = 0
  ratingStoreContract('ClickHouse over HTTP', () => open(`${url}_${databases++}`))

  it('does not take the database of somebody else for that of its views', async () => {
    const place = `${url}_${databases++}`
    const views = `${new URL(place).pathname.slice(1)}_analytics`
    const client = createClient({ url: new URL(url).origin, log: { level: ClickHouseLogLevel.OFF } })
    onTestFinished(() => client.close())
    await client.command({ query: `CREATE DATABASE ${views}` })
    await client.command({ query: `CREATE TABLE ${views}.ratings (n UInt8) ENGINE = MergeTree ORDER BY n` })
    await client.command({ query: `INSERT INTO ${views}.ratings VALUES (1)` })
    await expect(openHttpRatingStore(place)).rejects.toThrow(
      new RegExp(`${views} .* not foldstream's \\(ratings\\).*RATING_STORE_URL`),
    )
    const rows = await client.query({ query: `SELECT n FROM ${views}.ratings`, format: 'JSONEachRow' })
    expect(await rows.json()).toEqual([{ n: 1 }])
  })

  it('is empty after a reset, but for the published generations, and belongs to no log', async () => {
    const store = await openHttpRatingStore(`${url}_${databases++}`)
    onTestFinished(() => store.close())
    await store.bind(LOG)
    await store.noteProgress(3, 8)
    await store.insertRatings([
      {
        partition: 1,
        offset: 5,
        ingestedAt: 1,
        event: {
          ...{ type: 'rating', eventId: crypto.randomUUID(), userId: 'u', itemId: 'i' },
          ...{ value: 4, occurredAt: 1, recommendationId: null },
        },
      },
    ])
    await store.insertItems([{ itemId: 'i', offset: 2, item: null }])
    await store.reset()
    expect(await store.counts()).toEqual({ events: 0, latest: 0 })
    expect(await store.watermark(4)).toEqual([0, 0, 0, 0])
    expect(await store.resumeItemsAt()).toBe(0)
    expect((await store.bind({ ...LOG, id: 'later' })).id).toBe('later')
  })
})

/** Something that listens where ClickHouse should. */
async function listening(answer: RequestListener) {
  const server = createServer(answer)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => server.close() }
}

it('says which variable to set when nothing answers', async () => {
  const opening = openHttpRatingStore('http://127.0.0.1:9/ratings')
  await expect(opening).rejects.toThrow(UnavailableError)
  await expect(opening).rejects.toThrow(/127\.0\.0\.1:9 does not answer.*RATING_STORE_URL/)
})

it('says so when the connection is cut', async () => {
  const server = await listening((request) => request.destroy())
  await expect(openHttpRatingStore(server.url)).rejects.toThrow(UnavailableError)
  server.close()
})

it.each(['in chunks', 'of a known length'])('takes rows that broke off, sent %s, for no answer', async (how) => {
  const server = await listening((request, response) => {
    request.resume()
    if (!request.url?.includes('database=')) return response.end()
    if (how === 'of a known length') response.setHeader('content-length', 1_000)
    // Cut where a row ends: what came looks whole.
    response.write('["u1"]\n["u2"]\n', () => setTimeout(() => response.socket?.end(), 20))
  })
  const { read, close } = await connectHttp(server.url, 'ratings')
  const seen: unknown[] = []
  const reading = async () => {
    for await (const rows of read.stream('SELECT user_id FROM ratings')) seen.push(...rows.map((row) => row()))
  }
  await expect(reading()).rejects.toThrow(UnavailableError)
  await expect(read.rows('SELECT user_id FROM ratings')).rejects.toThrow(UnavailableError)
  await close()
  server.close()
})

it('says so, without the password, when ClickHouse refuses the user', async () => {
  const server = await listening((_, response) => {
    response.writeHead(403, { 'X-ClickHouse-Exception-Code': '516' })
    response.end('Code: 516. DB::Exception: me: Authentication failed. (AUTHENTICATION_FAILED) (version 26.7)')
  })
  const opening = openHttpRatingStore(server.url.replace('//', '//me:secret@'))
  await expect(opening).rejects.toThrow(ConfigError)
  await expect(opening).rejects.toThrow(/refuses user 'me'(?!.*secret).*RATING_STORE_URL/)
  server.close()
})

it.each(['http://', 'http://localhost:8123/a-b', 'http://localhost:8123/a;b', 'http://localhost:8123/a?cluster=x y'])(
  'refuses the URL %s',
  async (url) => {
    await expect(openHttpRatingStore(url)).rejects.toThrow(ConfigError)
  },
)
