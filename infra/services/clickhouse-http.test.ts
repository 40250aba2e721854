import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client'
import { afterAll, beforeAll, expect, it } from 'vitest'

let folder: string
let child: ChildProcess
let client: ClickHouseClient

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'foldstream-clickhouse-http-'))
  const script = fileURLToPath(new URL('clickhouse-http.ts', import.meta.url))
  child = spawn(process.execPath, [script, '--port', '0', '--path', folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout as NodeJS.ReadableStream, 'data')
  client = createClient({
    url: /listening on (\S+)/.exec(String(line))?.[1] ?? '',
    compression: { request: true, response: true },
    log: { level: ClickHouseLogLevel.OFF },
  })
  await client.command({ query: 'CREATE TABLE words (n UInt64, word String) ENGINE = MergeTree ORDER BY n' })
})

afterAll(async () => {
  await client.close()
  child.kill('SIGKILL')
  await rm(folder, { recursive: true })
})

const rows = async (query: string, query_params: Record<string, unknown> = {}) =>
  await (await client.query({ query, query_params, format: 'JSONEachRow' })).json()

it('takes inserts, compressed, and gives them back', async () => {
  const values = Array.from({ length: 1_000 }, (_, n) => ({ n, word: `it's\n\\ ${n} 🎬` }))
  await client.insert({ table: 'words', values, format: 'JSONEachRow' })
  expect(await rows('SELECT n, word FROM words ORDER BY n')).toEqual(values)
})

it('binds parameters', async () => {
  const parameters = { text: "a'\\\n\t", list: ["b'", 'c\\'], none: null }
  const query = 'SELECT {text:String} AS text, {list:Array(String)} AS list, {none:Nullable(String)} AS none'
  expect(await rows(query, parameters)).toEqual([parameters])
})

it('applies settings to one query only', async () => {
  const query = "SELECT getSetting('max_threads') AS threads"
  const limited = await client.query({ query, clickhouse_settings: { max_threads: 1 }, format: 'JSONEachRow' })
  expect(await limited.json()).toEqual([{ threads: 1 }])
  const value = await rows("SELECT value FROM system.settings WHERE name = 'max_threads'")
  expect(value).not.toEqual([{ value: '1' }])
})

it('answers at once while another query runs', async () => {
  const order: string[] = []
  const heavy = rows('SELECT max(sipHash64(number)) FROM numbers(100000000)').then(() => order.push('heavy'))
  await rows('SELECT 1').then(() => order.push('light'))
  await heavy
  expect(order).toEqual(['light', 'heavy'])
})

it("reports errors by ClickHouse's codes", async () => {
  await expect(rows('SELECT * FROM nothing')).rejects.toMatchObject({ code: '60', type: 'UNKNOWN_TABLE' })
  await expect(rows('SELEC 1')).rejects.toMatchObject({ code: '62' })
})

it('leaves with 0 on SIGTERM', async () => {
  expect((await client.ping()).success).toBe(true)
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})
