/**
 * Serves ClickHouse's HTTP interface over chdb, in a process of its own, for tests and development on machines without a
 * ClickHouse server. It understands what `@clickhouse/client` sends; it checks no password and streams no answer.
 *
 *   node infra/services/clickhouse-http.ts --path DIR [--port 0] [--host 127.0.0.1] [--users FILE]
 *
 * With a file of users, in ClickHouse's XML, whoever asks is the user `default` of it, by whatever name and password: chdb has no other.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { brotliDecompressSync, gunzipSync, gzipSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import { serve } from '@hono/node-server'
import { Session } from 'chdb'
import { Hono } from 'hono'

const { values: flags } = parseArgs({
  options: {
    path: { type: 'string' },
    port: { type: 'string', default: '8123' },
    host: { type: 'string', default: '127.0.0.1' },
    users: { type: 'string' },
  },
})
if (flags.path === undefined) {
  console.error('Say where the data shall live: --path DIR')
  process.exit(2)
}
const path = resolve(flags.path)

// Without a config file, the one of users is not looked at.
const connectionArgs =
  flags.users === undefined ? [] : ['config-file', 'users_config'].map((name) => `--${name}=${flags.users}`)
/** Holds the folder for the life of the process. */
const folder = new Session(path, { connectionArgs })

/** URL parameters that are the transport's own. Whatever is not listed is a setting of the query. */
const TRANSPORT = new Set([
  ...['query', 'query_id', 'database', 'default_format', 'user', 'password', 'session_id', 'session_timeout', 'role'],
  ...['compress', 'decompress', 'enable_http_compression', 'http_zlib_compression_level'],
  ...['wait_end_of_query', 'buffer_size', 'send_progress_in_http_headers', 'http_headers_progress_interval_ms'],
])

const DECODERS: Record<string, (body: Buffer) => Buffer> = {
  gzip: gunzipSync,
  deflate: inflateSync,
  br: brotliDecompressSync,
  zstd: zstdDecompressSync,
}

const quoteText = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
const quoteName = (name: string) => `\`${name.replaceAll('`', '\\`')}\``

/** A query finds its database, parameters and settings through statements that are run before it. */
function preamble(url: URLSearchParams): string {
  const database = url.get('database')
  const statements = database === null ? [] : [`USE ${quoteName(database)}`]
  for (const [name, value] of url) {
    if (!TRANSPORT.has(name)) statements.push(`SET ${quoteName(name)} = ${quoteText(value)}`)
  }
  return statements.map((statement) => `${statement};\n`).join('')
}

/** @returns the answer in the format asked for, and how many rows were read or written */
async function run(url: URLSearchParams, body: Buffer): Promise<{ bytes: Uint8Array; rows: number }> {
  const query = url.get('query')
  const insert = query?.match(/^(\s*INSERT\s+INTO\s.*?)\s+FORMAT\s+(\w+)\s*;?\s*$/is)
  const scratch = insert && (await mkdtemp(join(tmpdir(), 'clickhouse-http-')))
  // A session a request, so that its settings do not outlive it; on an open folder that costs a fraction of a millisecond.
  const session = new Session(path)
  try {
    let sql = query === null ? body.toString() : `${query}\n${body.toString()}`
    if (insert && scratch) {
      if (body.length === 0) return { bytes: body, rows: 0 }
      // Through a file, since binary data does not survive as the text of a query.
      const file = join(scratch, 'body')
      await writeFile(file, body)
      sql = `${insert[1]} FROM INFILE ${quoteText(file)} FORMAT ${insert[2]}`
    }
    const format = url.get('default_format') ?? 'TabSeparated'
    const result = await session.queryAsync(preamble(url) + sql, { format })
    return { bytes: result.bytes(), rows: result.rowsRead }
  } finally {
    session.close()
    if (scratch) await rm(scratch, { recursive: true })
  }
}

/** ClickHouse's error, as the text and number that its clients parse. */
function describe(error: unknown): { code: string; text: string } {
  const text = error instanceof Error ? error.message : String(error)
  const code = error instanceof Error && 'clickhouseCode' in error ? error.clickhouseCode : undefined
  return { code: String(code ?? text.match(/Code: (\d+)/)?.[1] ?? 1001), text }
}

const app = new Hono()
app.get('/ping', (context) => context.text('Ok.\n'))
app.on(['GET', 'POST'], '/', async (context) => {
  const url = new URL(context.req.url).searchParams
  context.header('X-ClickHouse-Query-Id', url.get('query_id') ?? crypto.randomUUID())
  context.header('X-ClickHouse-Timezone', 'UTC')
  try {
    const received = Buffer.from(await context.req.arrayBuffer())
    const { bytes, rows } = await run(
      url,
      DECODERS[context.req.header('content-encoding') ?? '']?.(received) ?? received,
    )
    const summary = { read_rows: `${rows}`, written_rows: `${rows}`, result_rows: `${rows}`, elapsed_ns: '0' }
    context.header('X-ClickHouse-Summary', JSON.stringify(summary))
    const zip = url.get('enable_http_compression') === '1' && context.req.header('accept-encoding')?.includes('gzip')
    if (zip) context.header('Content-Encoding', 'gzip')
    return context.body(new Uint8Array(zip ? gzipSync(bytes) : bytes))
  } catch (error) {
    const { code, text } = describe(error)
    context.header('X-ClickHouse-Exception-Code', code)
    return context.text(`${text}\n`, 500)
  }
})

const server = serve({ fetch: app.fetch, hostname: flags.host, port: Number(flags.port) }, ({ port }) => {
  console.log(`listening on http://${flags.host}:${port}`)
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.close(() => {
      folder.close()
      process.exit(0)
    })
    if ('closeIdleConnections' in server) server.closeIdleConnections()
  })
}
