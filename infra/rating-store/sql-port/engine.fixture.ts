import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { Session } from 'chdb'
import { afterAll, beforeAll } from 'vitest'
import { silent } from '../../logging.ts'
import { openEmbeddedRatingStore } from '../clickhouse.ts'
import type { RatingStore } from '../port.ts'
import { type Engine, openEngine } from './engine.ts'
import { readSettings } from './url-settings.ts'

/** Two users have rated `film`, and a database stands beside foldstream's that is nobody's business. */
export function sqlEngine() {
  let folder: string
  let store: RatingStore
  let session: Session
  let engine: Engine
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'foldstream-sql-'))
    store = await openEmbeddedRatingStore(folder)
    await store.insertRatings(['a', 'b'].map(ratingOf))
    session = new Session(folder)
    await session.queryAsync(`
      CREATE DATABASE secret; CREATE TABLE secret.secrets (a UInt8) ENGINE = MergeTree ORDER BY a;
      CREATE TABLE analytics.\`.inner.x\` (a UInt8) ENGINE = MergeTree ORDER BY a; CREATE VIEW analytics.raters AS SELECT uniqExact(user_id) AS raters FROM foldstream.latest_ratings`)
    engine = await openEngine(folder, silent)
  })
  afterAll(async () => {
    await engine.close()
    session.close()
    await store.close()
    await rm(folder, { recursive: true })
  })

  const run = (text: string, url: Record<string, string> = {}, signal = new AbortController().signal) =>
    engine.run({
      text,
      database: url.database ?? 'foldstream',
      defaultFormat: 'TabSeparatedRaw',
      ...readSettings(new URLSearchParams(url)),
      signal,
    })

  return {
    engine: () => engine,
    folder: () => folder,
    /** By a connection that may do everything. */
    anything: async (sql: string) => (await session.queryAsync(sql, { format: 'TabSeparatedRaw' })).text(),
    /** The whole answer. @param url  parameters of the request */
    ask: async (...asked: Parameters<typeof run>) => await buffer((await run(...asked)).content),
  }
}

function ratingOf(userId: string, offset: number) {
  const rating = { userId, itemId: 'film', value: 4 + offset, occurredAt: 1_000 + offset, recommendationId: null }
  const event = { type: 'rating' as const, eventId: crypto.randomUUID(), ...rating }
  return { partition: 0, offset, ingestedAt: 2_000, event }
}
