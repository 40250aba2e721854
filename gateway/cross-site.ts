import type { Context } from 'hono'
import { type Check, isWrite } from './checks.ts'
import { Problem } from './problems.ts'

/**
 * Refuses writes that a browser sends on behalf of another site: without keys, any page could otherwise post to the loopback
 * address of whoever reads it. Programs name no site. What such a page only asks for is answered, and no browser lets it read that:
 * it must not pass for a list that somebody was shown. Who follows a link from another site reads the page themself.
 */
export function refuseCrossSiteWrites(corsOrigins: readonly string[]): Check {
  return (c) => {
    if (!isForeign(c) || corsOrigins.includes(c.req.header('origin') ?? '')) return
    if (isWrite(c)) throw new Problem('cross-site', 'List the origin of that site in CORS_ORIGINS to let it write.')
    if (c.req.header('sec-fetch-mode') !== 'navigate') c.set('isUnread', true)
  }
}

/**
 * Browsers name the relation in Sec-Fetch-Site, which no page can set: it holds behind a proxy that changes the host, too. Older
 * ones, and all of them where the address is neither https nor this machine's own, name the origin alone; `null` hides which.
 */
function isForeign(c: Context): boolean {
  const relation = c.req.header('sec-fetch-site')
  if (relation !== undefined) return relation === 'cross-site' || relation === 'same-site'
  const origin = c.req.header('origin')
  if (origin === undefined) return false
  const from = URL.parse(origin)
  const host = c.req.header('host')
  // By the origin's scheme: a proxy may have ended TLS.
  return from === null || host === undefined || URL.parse(`${from.protocol}//${host}`)?.host !== from.host
}
