import type { Context } from 'hono'
import type { html } from 'hono/html'

/** A piece of a page: what is put into one is escaped. */
export type Html = ReturnType<typeof html>

/**
 * Scripts and styles come from here alone, and none stands in a page: what a title or a name smuggles in is not run. Posters may
 * come from anywhere that has TLS.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' https:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Sends a page. It tells of whoever asks: it is kept by their browser alone, and asked for anew each time. */
export async function sendPage(c: Context, page: Html, status: 200 | 404 | 429 | 500 | 503 = 200): Promise<Response> {
  return c.html(await page, status, {
    'content-security-policy': POLICY,
    'referrer-policy': 'same-origin',
    'cache-control': 'private, no-cache',
    vary: 'cookie',
  })
}
