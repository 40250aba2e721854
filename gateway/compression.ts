import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Context, MiddlewareHandler, Next } from 'hono'
import { parseAccept } from 'hono/utils/accept'

/** What fits into a packet or two is no faster for being smaller: a list of ten items is sent as it is. */
const MIN_BYTES = 2_048
/** The fastest, with little memory to make ready: answers are made anew each time. */
const HOW = { level: 1, memLevel: 7 }
/** Whole answers; an event stream is sent as it comes. */
const COMPRESSED = /^(?:application\/(?:json|problem\+json)|text\/(?:html|plain|csv))\b/

/** On another thread: even of short ones that took less of the process's time. */
const squeeze = promisify(gzip)

/**
 * Sends long answers as gzip to whoever takes it. Who does not ask for it pays nothing: the answer is not
 * looked at. That answers differ by it (`Vary`) is told by answer-headers.ts.
 */
export const compress: MiddlewareHandler = (c, next) => {
  const accepted = c.req.header('accept-encoding')
  return accepted !== undefined && c.req.method !== 'HEAD' && takesGzip(accepted) ? compressed(c, next) : next()
}

/**
 * For who writes an answer that is asked for often: one that is short is not taken apart to find that out, which costs
 * as much as to look it up and send it.
 */
export function markShort(c: Context, text: string): void {
  if (Buffer.byteLength(text) < MIN_BYTES) c.set(IS_SHORT, true)
}

const IS_SHORT = 'isShort'

async function compressed(c: Context, next: Next): Promise<void> {
  await next()
  if (c.get(IS_SHORT)) return
  const { res } = c
  if (!res.body || res.headers.has('content-encoding') || !COMPRESSED.test(res.headers.get('content-type') ?? ''))
    return
  const whole = Buffer.from(await res.arrayBuffer())
  const isLong = whole.length >= MIN_BYTES
  const headers = new Headers(res.headers)
  headers.delete('content-length')
  if (isLong) headers.set('content-encoding', 'gzip')
  const body = isLong ? await squeeze(whole, HOW) : whole
  // Hono would put the headers of the one before into another answer.
  c.res = undefined
  c.res = new Response(body, { status: res.status, headers })
}

/** Nearly all requests name the same encodings. */
let last = { accepted: '', takes: false }

function takesGzip(accepted: string): boolean {
  if (last.accepted !== accepted) {
    const named = parseAccept(accepted)
    const found = named.find(({ type }) => type.toLowerCase() === 'gzip') ?? named.find(({ type }) => type === '*')
    last = { accepted, takes: found !== undefined && found.q > 0 }
  }
  return last.takes
}
