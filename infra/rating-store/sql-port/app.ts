import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { pipeline, Readable } from 'node:stream'
import { type Context, Hono } from 'hono'
import { isLoopback } from '../../config/check.ts'
import { messageOf } from '../../errors.ts'
import { blocksOf } from './blocks.ts'
import { isOn, packerOf, readBody } from './compression.ts'
import type { Answer, Engine } from './engine.ts'
import { nativeFor } from './native.ts'
import { Refusal } from './refusal.ts'
import { statusOf } from './statuses.ts'
import { readSettings } from './url-settings.ts'

/** `none`: whoever uses the browser typed the address. */
const OWN_SITES: ReadonlySet<string> = new Set(['same-origin', 'none'])
/** For browsers that say nothing: no page of another origin is to run or to show an answer. */
const UNREADABLE = { 'x-content-type-options': 'nosniff', 'cross-origin-resource-policy': 'same-origin' }

/** Of names without a database, where a client names none. */
const DATABASE = 'foldstream'

interface Options {
  /** Whether whoever sends this as their password may read; none was sent: an empty one. */
  readonly mayRead: (password: string) => boolean
}

/**
 * ClickHouse's HTTP interface, for reading alone. A query comes in the URL, in the body, or as a beginning in the one and an end in the
 * other; parameters, settings and the database in the URL; the answer in the format that it asks for. Errors are ClickHouse's:
 * `Code: N. DB::Exception: what (NAME)`, N in the header X-ClickHouse-Exception-Code too.
 */
export function createSqlApp(engine: Engine, { mayRead }: Options): Hono {
  const app = new Hono()

  app.use(async (c, next) => {
    // A page whose name was made to point to this machine is of another origin to its browser, and of this host to us.
    if (!isLoopback(hostOf(c.req.header('host'))))
      return c.text('Ask by the name of this machine: 127.0.0.1 or localhost\n', 403)
    // Any page may send a query from the browser of whoever looks at it, as a script too, of which it sees what it does: an answer
    // may be one. Browsers say from where such a request comes; programs say nothing.
    const origin = c.req.header('origin')
    const isOtherOrigin = origin !== undefined && !isLoopback(hostOf(origin.replace(/^\w+:\/\//, '')))
    const site = c.req.header('sec-fetch-site')
    const isScript = origin === undefined && site !== undefined && !OWN_SITES.has(site)
    if (isOtherOrigin || isScript) return c.text('Pages of other sites are not answered\n', 403, UNREADABLE)
    await next()
    for (const [name, value] of Object.entries(UNREADABLE)) c.res.headers.set(name, value)
  })
  app.get('/ping', (c) => c.text('Ok.\n'))
  app.on(['GET', 'POST'], '/', async (c) => {
    const url = new URL(c.req.url).searchParams
    const id = url.get('query_id') || randomUUID()
    c.header('X-ClickHouse-Query-Id', /^[\w.:-]+$/.test(id) ? id : randomUUID())
    c.header('X-ClickHouse-Server-Display-Name', 'foldstream')
    c.header('X-ClickHouse-Timezone', engine.timezone)
    try {
      // HEAD comes here as well, and has no use for an answer.
      if (c.req.method === 'HEAD' || (c.req.method === 'GET' && !url.get('query'))) return c.text('Ok.\n')
      if (!mayRead(passwordOf(c, url)))
        throw new Refusal(
          'AUTHENTICATION_FAILED',
          'Send an API key of the scope read as the password; any user will do',
        )
      const text = [url.get('query') ?? '', await readBody(c.req.raw, url)].filter((part) => part !== '').join('\n')
      const answer = await engine.run({
        text,
        database: url.get('database') || c.req.header('x-clickhouse-database') || DATABASE,
        defaultFormat: url.get('default_format') || c.req.header('x-clickhouse-format') || 'TabSeparated',
        ...readSettings(url),
        signal: c.req.raw.signal,
      })
      return await answered(c, url, answer)
    } catch (error) {
      return failed(c, error, engine.version)
    }
  })
  app.notFound((c) =>
    c.text(
      'There is no such handle. Use / with a query in the URL or the body, and /ping to see whether it runs.\n',
      404,
    ),
  )
  return app
}

async function answered(c: Context, url: URLSearchParams, answer: Answer): Promise<Response> {
  const { format, length, rowsRead, bytesRead, seconds } = answer
  const version = Number(url.get('client_protocol_version') ?? 0)
  const isTold = format === 'Native' && version > 0
  const told = isTold ? await begun(Readable.from(nativeFor(version, answer.content))) : answer.content
  const isInBlocks = isOn(url, 'compress')
  const content = isInBlocks ? Readable.from(blocksOf(told)) : told
  c.header('X-ClickHouse-Format', format)
  c.header('Content-Type', contentType(format))
  const summary = {
    ...{ read_rows: rowsRead, read_bytes: bytesRead, written_rows: 0, written_bytes: 0, total_rows_to_read: 0 },
    ...{ result_rows: 0, result_bytes: length, elapsed_ns: Math.round(seconds * 1e9) },
  }
  const texts = Object.entries(summary).map(([name, value]) => [name, String(value)])
  c.header('X-ClickHouse-Summary', JSON.stringify(Object.fromEntries(texts)))
  const { encoding, packer } = packerOf(length, c.req.header('accept-encoding'), url) ?? {}
  if (encoding !== undefined) c.header('Content-Encoding', encoding)
  else if (!isTold && !isInBlocks) c.header('Content-Length', String(length))
  // Where one of them ends early, all do, and the connection with them.
  const body = packer === undefined ? content : pipeline(content, packer, () => {})
  return c.body(Readable.toWeb(body) as ReadableStream<Uint8Array>)
}

/** Once there is something to read: what is refused is so before the answer begins. */
async function begun(content: Readable): Promise<Readable> {
  await once(content, 'readable')
  return content
}

function failed(c: Context, error: unknown, version: string): Response {
  const text = messageOf(error).trim()
  const [, found] = /^Code: (\d+)/.exec(text) ?? []
  c.header('X-ClickHouse-Exception-Code', found ?? '1002')
  const told = found === undefined ? `Code: 1002. DB::Exception: ${text} (UNKNOWN_EXCEPTION)` : text
  return c.text(`${told} (version ${version} (foldstream))\n`, statusOf(text))
}

function contentType(format: string): string {
  if (/^JSON\w*EachRow/.test(format)) return 'application/x-ndjson; charset=UTF-8'
  if (format.startsWith('JSON')) return 'application/json; charset=UTF-8'
  if (format.startsWith('CSV')) return 'text/csv; charset=UTF-8'
  if (/^(Tab|TS)/.test(format)) return 'text/tab-separated-values; charset=UTF-8'
  if (/^(Native|RowBinary|Arrow|Parquet|ORC|Avro|MsgPack|BSON|Npy)/.test(format)) return 'application/octet-stream'
  return 'text/plain; charset=UTF-8'
}

function hostOf(authority = ''): string {
  return (URL.parse(`http://${authority}`)?.hostname ?? '').replace(/^\[|\]$/g, '')
}

/** Where clients put it: a header of ClickHouse's, HTTP's own, the URL. */
function passwordOf(c: Context, url: URLSearchParams): string {
  const [, basic] = /^Basic +(\S+) *$/i.exec(c.req.header('authorization') ?? '') ?? []
  const ofBasic = basic && Buffer.from(basic, 'base64').toString().split(':').slice(1).join(':')
  return c.req.header('x-clickhouse-key') ?? ofBasic ?? url.get('password') ?? ''
}
