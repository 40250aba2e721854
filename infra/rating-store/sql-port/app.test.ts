import { deflateSync, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createSqlApp } from './app.ts'
import { unpacked } from './blocks.fixture.ts'
import { sqlEngine } from './engine.fixture.ts'
import { CODES } from './refusal.ts'
import { STATUSES } from './statuses.ts'

const { engine, anything } = sqlEngine()
const app = () => createSqlApp(engine(), { mayRead: () => true })
const locked = () => createSqlApp(engine(), { mayRead: (password) => password === 'key' })

const URL = 'http://127.0.0.1:8123/'
interface Asking extends RequestInit {
  readonly url?: Record<string, string>
  readonly of?: () => ReturnType<typeof app>
}
/** A body is sent as curl and ClickHouse's clients do. */
const ask = async (
  body: NonNullable<RequestInit['body']> | undefined,
  { url = {}, of = app, headers, ...rest }: Asking = {},
) =>
  of().request(`${URL}?${new URLSearchParams(url)}`, {
    ...(body !== undefined && { method: 'POST', body }),
    headers: { host: '127.0.0.1:8123', ...headers },
    ...rest,
  })

describe('a query', () => {
  it('comes in the URL, in the body, or in both', async () => {
    expect(await (await ask(undefined, { url: { query: 'SELECT 1' } })).text()).toBe('1\n')
    expect(await (await ask('SELECT 2')).text()).toBe('2\n')
    expect(await (await ask('+ 3 AS a', { url: { query: 'SELECT 2' } })).text()).toBe('5\n')
  })

  it('comes packed', async () => {
    const packed = { gzip: gzipSync, deflate: deflateSync, zstd: zstdCompressSync }
    for (const [encoding, pack] of Object.entries(packed))
      expect(await (await ask(pack('SELECT 1'), { headers: { 'content-encoding': encoding } })).text()).toBe('1\n')
    const headers = { 'content-encoding': 'gzip' }
    expect(await (await ask('SELECT 1', { headers })).text()).toMatch(/^Code: 36\. .*BAD_ARGUMENTS/)
    const bomb = await ask(gzipSync(Buffer.alloc(64 << 20)), { headers })
    expect(bomb.status).toBe(413)
    expect(await bomb.text()).toMatch(/^Code: 229\./)
    expect((await ask(`SELECT '${'a'.repeat(300_000)}'`)).status).toBe(413)
    expect(await (await ask('SELECT 1', { headers: { 'content-encoding': 'lz4' } })).text()).toContain('not by lz4')
  })

  it('is answered in the format it names, else in that of the URL, and the headers tell', async () => {
    const named = await ask('SELECT 1 AS a FORMAT JSONEachRow', { url: { query_id: 'mine' } })
    expect(await named.text()).toBe('{"a":1}\n')
    expect(Object.fromEntries(named.headers)).toMatchObject({
      'content-type': 'application/x-ndjson; charset=UTF-8',
      'x-clickhouse-format': 'JSONEachRow',
      'x-clickhouse-query-id': 'mine',
      'x-clickhouse-server-display-name': 'foldstream',
      'x-clickhouse-timezone': engine().timezone,
    })
    expect(JSON.parse(named.headers.get('x-clickhouse-summary') ?? '')).toMatchObject({ read_rows: '1' })
    const byUrl = await ask('SELECT 1 AS a', { url: { default_format: 'CSVWithNames' } })
    expect(await byUrl.text()).toBe('"a"\n1\n')
    expect(
      (await ask('SELECT 1', { url: { default_format: 'Template' } })).headers.get('x-clickhouse-exception-code'),
    ).toBe('73')
  })

  it('is answered packed, if that is asked for', async () => {
    const query = 'SELECT number FROM system.numbers LIMIT 1000'
    const url = { enable_http_compression: '1' }
    const bytes = async (headers: Record<string, string>, of: Record<string, string> = url) => {
      const answer = await ask(query, { headers, url: of })
      return [answer.headers.get('content-encoding'), Buffer.from(await answer.arrayBuffer())] as const
    }
    const plain = (await bytes({}))[1]
    const [gzip, gzipped] = await bytes({ 'accept-encoding': 'gzip, deflate' })
    expect([gzip, gunzipSync(gzipped).equals(plain)]).toEqual(['gzip', true])
    const [zstd, squeezed] = await bytes({ 'accept-encoding': 'lz4, zstd, gzip' })
    expect([zstd, zstdDecompressSync(squeezed).equals(plain)]).toEqual(['zstd', true])
    expect(await bytes({ 'accept-encoding': 'gzip' }, {})).toEqual([null, plain])
    const [none, blocks] = await bytes({}, { compress: '1', network_compression_method: 'LZ4' })
    expect([none, unpacked(blocks)]).toEqual([null, plain])
    const [zipped, both] = await bytes({ 'accept-encoding': 'gzip' }, { ...url, compress: '1' })
    expect([zipped, unpacked(gunzipSync(both))]).toEqual(['gzip', plain])
  })
})

it.each(['/ping', '/'])('%s says that it is there', async (path) => {
  const answer = await app().request(`http://127.0.0.1:8123${path}`, { headers: { host: 'localhost' } })
  expect(await answer.text()).toBe('Ok.\n')
})

describe('what is wrong with a query', () => {
  it.each([
    [400, 43, "SELECT 'a' + 1"],
    [400, 42, 'SELECT plus(1)'],
    [400, 6, "SELECT toUInt8('a')"],
    [400, 53, "SELECT 1 IN ('a', 'b')"],
    [400, 215, 'SELECT item_id, count() FROM items'],
    [400, 184, 'SELECT sum(sum(1))'],
    [400, 456, 'SELECT {missing:UInt8}'],
    [400, 457, 'SELECT {number:UInt8}'],
    [400, 475, 'SELECT number FROM system.numbers ORDER BY number WITH FILL STEP 0'],
    [400, 476, 'SELECT 1 LIMIT 1 WITH TIES'],
    [400, 62, 'SELECT ('],
    [404, 47, 'SELECT nothing'],
    [404, 50, "SELECT CAST(1, 'Nothing_')"],
    [404, 60, 'SELECT * FROM nowhere'],
  ] as const)(
    'is not told as a fault of the server, after which clients ask again: %i for code %i',
    async (status, code, query) => {
      const answer = await ask(query, { url: { param_number: 'none' } })
      expect([answer.status, answer.headers.get('x-clickhouse-exception-code')]).toEqual([status, String(code)])
    },
  )

  it('is called as ClickHouse calls it', async () => {
    const known = (await anything('SELECT errorCodeToName(toUInt32(number)) FROM numbers(1100)')).split('\n')
    expect(known).toEqual(expect.arrayContaining([...STATUSES.keys()]))
    for (const [name, code] of Object.entries(CODES)) expect(known[code]).toBe(name)
  })
})

describe('refuses', () => {
  it.each([
    'max_threads',
    'max_memory_usage_for_user',
    'allow_ddl',
    'dialect',
    'format_schema',
    'output_format_schema',
    'limit',
    'allow_introspection_functions',
    'format_template_resultset',
    'additional_table_filters',
    'user_files_path',
    'log_queries',
    'param_',
    'param_a b',
    "param_a' = 1; SET readonly",
    'allow_experimental_analyzer',
    'insert_keeper_fault_injection_seed',
  ])('the setting %s in the URL', async (name) => {
    const answer = await ask('SELECT 1', { url: { [name]: '1' } })
    expect(answer.headers.get('x-clickhouse-exception-code')).toBe('164')
    expect(await answer.text()).toMatch(/^Code: 164\. DB::Exception: .*in readonly mode \(READONLY\) \(version 26\./)
  })

  it('values that are none of a setting', async () => {
    for (const url of [
      { session_timezone: "UTC'" },
      { join_use_nulls: '2' },
      { max_execution_time: '-1' },
      { max_result_rows: '1e9' },
    ] as Record<string, string>[])
      expect((await ask('SELECT 1', { url })).status).not.toBe(200)
  })

  it('what it does not speak', async () => {
    expect(await (await ask('SELECT 1', { url: { decompress: '1' } })).text()).toContain('decompress')
    const form = new FormData()
    form.set('query', 'SELECT 1')
    expect(await (await ask(form)).text()).toContain('A form is not read here')
    expect((await app().request('http://127.0.0.1:8123/play', { headers: { host: '127.0.0.1' } })).status).toBe(404)
  })

  it('a page that calls this machine by a name of its own', async () => {
    for (const host of ['evil.example', '127.0.0.1.evil.example', '', '10.0.0.1'])
      expect((await ask('SELECT 1', { headers: { host } })).status, host).toBe(403)
    for (const host of ['localhost:8123', '[::1]:8123', '127.0.0.1'])
      expect((await ask('SELECT 1', { headers: { host } })).status, host).toBe(200)
  })

  it('a page of another site', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://127.0.0.1.evil.example'])
      expect((await ask('SELECT 1', { headers: { origin } })).status, origin).toBe(403)
    expect((await ask('SELECT 1', { headers: { origin: 'http://localhost:3000' } })).status).toBe(200)
  })

  it('a page that asks for a script or a picture, for which browsers name no origin', async () => {
    for (const site of ['cross-site', 'same-site'])
      expect((await ask('SELECT 1', { headers: { 'sec-fetch-site': site } })).status, site).toBe(403)
    for (const site of ['none', 'same-origin']) {
      const answer = await ask('SELECT 1', { headers: { 'sec-fetch-site': site } })
      expect(answer.status, site).toBe(200)
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('cross-origin-resource-policy')).toBe('same-origin')
    }
  })

  it('whoever sends no key as the password, where there are keys', async () => {
    const none = await ask('SELECT 1', { of: locked })
    expect([none.status, none.headers.get('x-clickhouse-exception-code')]).toEqual([403, '516'])
    expect((await ask('SELECT 1', { of: locked, url: { password: 'wrong' } })).status).toBe(403)
    expect((await ask('SELECT 1', { of: locked, url: { user: 'me', password: 'key' } })).status).toBe(200)
    expect(
      (await ask('SELECT 1', { of: locked, headers: { 'x-clickhouse-user': 'me', 'x-clickhouse-key': 'key' } })).status,
    ).toBe(200)
    expect((await ask(undefined, { of: locked })).status).toBe(200)
    const basic = `Basic ${Buffer.from('me:key').toString('base64')}`
    expect((await ask('SELECT 1', { of: locked, headers: { authorization: basic } })).status).toBe(200)
  })
})
