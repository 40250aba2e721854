import type { Context, MiddlewareHandler, Next } from 'hono'
import { Problem } from './problems.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** @returns undefined: the bytes are not UTF-8 */
export const decodeUtf8 = (bytes: ArrayBuffer | Uint8Array): string | undefined =>
  unlessItThrows(() => utf8.decode(bytes))

/**
 * Refuses a JSON body and an address that are not UTF-8. Decoders put U+FFFD for what they cannot read, and Hono leaves such
 * escapes as they stand: different ids would become one.
 */
export const refuseBrokenUtf8: MiddlewareHandler = (c, next) => {
  const { url } = c.req
  if (url.includes('%') && unlessItThrows(() => decodeURIComponent(url)) === undefined)
    throw new Problem(
      'not-utf8',
      'The address holds a % that begins no UTF-8 character. Percent-encode each part of it.',
    )
  // Lines are looked at one by one.
  return /\bjson\b/i.test(c.req.header('content-type') ?? '') ? afterReading(c, next) : next()
}

async function afterReading(c: Context, next: Next): Promise<void> {
  const text = decodeUtf8(await c.req.raw.arrayBuffer())
  if (text === undefined)
    throw new Problem('not-utf8', 'The body holds bytes that are not UTF-8. Nothing of it was stored.')
  // Where Hono looks for a body that was read before. From cached bytes it would build a Response.
  Object.assign(c.req.bodyCache, { text: Promise.resolve(text) })
  await next()
}

function unlessItThrows(decode: () => string): string | undefined {
  try {
    return decode()
  } catch {
    return undefined
  }
}
