import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest'
import { pythonOrReason } from './python.fixture.ts'
import { type FoldstreamProcess, startFoldstream } from './services/foldstream.ts'
import { clientOf } from './system.fixture.ts'

const REQUIREMENTS = join(import.meta.dirname, 'rating-store/sql-port/requirements.txt')
const SCRIPT = join(import.meta.dirname, 'rating-store/sql-port/read.py')

const folders: string[] = []
/** Empty. @returns where its SQL is */
async function start(env: Record<string, string> = {}): Promise<FoldstreamProcess & { sql: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'foldstream-sql-port-'))
  folders.push(folder)
  const flags = ['--port', '0', '--data-dir', folder, '--dataset', 'none', '--clickhouse-port', '0']
  const system = await startFoldstream(flags, { LOG_LEVEL: 'warn', ...env })
  return { ...system, sql: /SQL on (http:\/\/127\.0\.0\.1:\d+)/.exec(system.output())?.[1] ?? '' }
}

/** @param password  an API key, where there are any */
function connect(url: string, password = '') {
  const client = createClient({
    url,
    username: 'analyst',
    password,
    compression: { request: true, response: true },
    log: { level: ClickHouseLogLevel.OFF },
  })
  onTestFinished(() => client.close())
  const rows = async <Row>(query: string, query_params: Record<string, unknown> = {}) =>
    (await client.query({ query, query_params, format: 'JSONEachRow' })).json<Row>()
  return { client, rows }
}

let system: Awaited<ReturnType<typeof start>>
beforeAll(async () => {
  system = await start()
  const gateway = clientOf(system.url)
  await gateway.rate([1, 2, 3].map((n) => ({ userId: `u${n}`, itemId: "film's", value: n })))
  await gateway.settled()
})
afterAll(async () => {
  await system.kill()
  for (const folder of folders) await rm(folder, { recursive: true })
})

it("ClickHouse's own client reads what was rated, and changes nothing", async () => {
  const { client, rows } = connect(system.sql)
  expect((await client.ping()).success).toBe(true)
  const query =
    'SELECT item_id, avg(value) AS mean FROM foldstream.latest_ratings WHERE item_id IN {ids:Array(String)} GROUP BY item_id'
  expect(await rows(query, { ids: ["film's"] })).toEqual([{ item_id: "film's", mean: 2 }])

  const insert = client.insert({ table: 'foldstream.items', values: [{ item_id: 'x' }], format: 'JSONEachRow' })
  await expect(insert).rejects.toMatchObject({ code: '164', type: 'READONLY' })
  await expect(client.command({ query: 'DROP TABLE foldstream.ratings' })).rejects.toMatchObject({ type: 'READONLY' })
  await expect(rows("SELECT file('/etc/hostname')")).rejects.toMatchObject({ code: '497', type: 'ACCESS_DENIED' })
  await expect(rows('SELECT nothing FROM foldstream.items')).rejects.toMatchObject({ code: '47' })
})

it("Python's client does so too", async (context) => {
  const python = await pythonOrReason('clickhouse-connect', REQUIREMENTS)
  if ('missing' in python) return context.skip(python.missing)
  const asking = [SCRIPT, new URL(system.sql).port]
  const { stdout } = await promisify(execFile)(join(python.commands, 'python'), asking)
  expect(JSON.parse(stdout)).toEqual({
    ...{ ping: true, ratings: [["film's", 3, 2]], named: 3, streamed: 3, tables: 1 },
    file: expect.stringContaining('ACCESS_DENIED'),
    insert: expect.stringContaining('only reads'),
    setting: expect.stringContaining('readonly'),
  })
})

it('sends a long answer whole, and goes on when one is not taken to its end', async () => {
  const ask = (headers: Record<string, string>, signal?: AbortSignal) => {
    const url = new URL('?enable_http_compression=1', system.sql)
    const body = "SELECT number, repeat('film', 8) FROM system.numbers LIMIT 900000 FORMAT TabSeparated"
    return fetch(url, { method: 'POST', body, headers, ...(signal && { signal }) })
  }
  const lines = async (answer: Response) => (await answer.text()).split('\n').length - 1
  const plain = await ask({ 'accept-encoding': 'identity' })
  expect(Number(plain.headers.get('content-length'))).toBeGreaterThan(30e6)
  expect(await lines(plain)).toBe(900_000)
  const packed = await ask({ 'accept-encoding': 'gzip' })
  expect(packed.headers.get('content-encoding')).toBe('gzip')
  expect(await lines(packed)).toBe(900_000)
  // More than may lie there unread.
  for (let n = 0; n < 20; n++) {
    const leaving = new AbortController()
    await (await ask({ 'accept-encoding': 'identity' }, leaving.signal)).body?.getReader().read()
    leaving.abort()
  }
  expect(await connect(system.sql).rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
})

it('ends with foldstream, whoever asks meanwhile', async () => {
  const gateway = clientOf(system.url)
  const { rows } = connect(system.sql)
  const long = rows('SELECT max(sipHash64(number)) FROM system.numbers').catch((error: Error) => error)
  await sleep(300)
  await gateway.rate({ userId: 'u4', itemId: "film's", value: 4 })
  await gateway.settled()
  expect(await rows('SELECT count() AS n FROM foldstream.latest_ratings')).toEqual([{ n: 4 }])
  expect(await system.stop()).toBe(0)
  expect(await long).toBeInstanceOf(Error)
})

it('asks for an API key that reads, where there are keys', async () => {
  const [reads, writes] = ['reads', 'writes'].map((key) => createHash('sha256').update(key).digest('hex'))
  const { sql, stop } = await start({ API_KEYS: `one:read:${reads},other:ingest+admin:${writes}` })
  expect(await connect(sql, 'reads').rows('SELECT 1 AS one')).toEqual([{ one: 1 }])
  for (const password of ['', 'writes'])
    await expect(connect(sql, password).rows('SELECT 1')).rejects.toMatchObject({ type: 'AUTHENTICATION_FAILED' })
  expect(await stop()).toBe(0)
})
