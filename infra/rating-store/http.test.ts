import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { expect, it } from 'vitest'
import { ConfigError, UnavailableError } from '../errors.ts'
import { describeWithService } from '../services/for-tests.ts'
import { openHttpRatingStore } from './clickhouse.ts'
import { type Opened, ratingStoreContract } from './rating-store.contract.ts'

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

describeWithService('clickhouse', (_, another) => {
  ratingStoreContract('ClickHouse over HTTP', () => open(another()))
})

it('says which variable to set when nothing answers', async () => {
  const opening = openHttpRatingStore('http://127.0.0.1:9/ratings')
  await expect(opening).rejects.toThrow(UnavailableError)
  await expect(opening).rejects.toThrow(/127\.0\.0\.1:9.*RATING_STORE_URL/)
})

it.each(['http://', 'http://localhost:8123/a-b', 'http://localhost:8123/a;b', 'http://localhost:8123/a?cluster=x y'])(
  'refuses the URL %s',
  async (url) => {
    await expect(openHttpRatingStore(url)).rejects.toThrow(ConfigError)
  },
)
