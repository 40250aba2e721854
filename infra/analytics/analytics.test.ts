import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { Session } from 'chdb'
import { expect, it } from 'vitest'
import { UnavailableError } from '../errors.ts'
import { openEmbeddedRatingStore, openHttpRatingStore } from '../rating-store/clickhouse.ts'
import { connectEmbedded } from '../rating-store/connect-embedded.ts'
import { DATABASE } from '../rating-store/connection.ts'
import { describeWithService } from '../services/for-tests.ts'
import { analyticsContract } from './analytics.contract.ts'
import type { Chart } from './chart.ts'
import { createAnalytics, openHttpAnalytics } from './clickhouse.ts'
import type { Opened } from './contract/world.fixture.ts'

async function openEmbedded(): Promise<Opened> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-analytics-'))
  const store = await openEmbeddedRatingStore(folder)
  const session = new Session(folder)
  return {
    store,
    database: 'analytics',
    async sql(query) {
      const lines = (await session.queryAsync(query, { format: 'JSONEachRow' })).text().trim()
      return lines === '' ? [] : lines.split('\n').map((line) => JSON.parse(line))
    },
    async dispose() {
      session.close()
      await store.close()
      await rm(folder, { recursive: true })
    },
  }
}

analyticsContract('ClickHouse in the process', 1, openEmbedded)

describeWithService('clickhouse', (url) => {
  analyticsContract('ClickHouse over HTTP', 10, async () => {
    const store = await openHttpRatingStore(url)
    const client = createClient({ url, log: { level: ClickHouseLogLevel.OFF } })
    return {
      store,
      database: `${new URL(url).pathname.slice(1)}_analytics`,
      sql: async (query) => await (await client.query({ query, format: 'JSONEachRow' })).json(),
      async dispose() {
        await client.close()
        await store.close()
      },
    }
  })

  it('says so where no sink has made the views yet', async () => {
    const analytics = openHttpAnalytics(`${url}_empty`)
    await expect(analytics.run('sparsity', {})).rejects.toThrow(/no views yet/)
    await analytics.close()
  })
})

it('cuts off what takes too long, and says so', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-analytics-'))
  await (await openEmbeddedRatingStore(folder)).close()
  const connection = await connectEmbedded(folder, DATABASE)
  const endless: Chart = {
    ...{ name: 'endless', title: 'How many numbers are there?', sql: 'SELECT count() AS n FROM system.numbers' },
    ...{ parameters: [], columns: [{ name: 'n', unit: 'numbers' }], views: [], sentence: () => 'Many.' },
    nothing: 'Nothing.',
  }
  const analytics = createAnalytics(DATABASE, async () => connection, { known: [endless], budgetS: 0.2 })
  expect(await analytics.run('endless', {})).toMatchObject({ rows: [], isCut: true })
  await expect(analytics.csv('endless', {})).rejects.toThrow(/cut off/)
  await connection.close()
  await rm(folder, { recursive: true })
})

it('connects when it is asked, and says so where nothing answers', async () => {
  const analytics = openHttpAnalytics('http://127.0.0.1:9/ratings')
  expect(analytics.charts.find(({ name }) => name === 'sparsity')?.sql).toContain('ratings_analytics.sparsity')
  for (const _ of ['once', 'again']) await expect(analytics.run('sparsity', {})).rejects.toThrow(UnavailableError)
  await analytics.close()
})
