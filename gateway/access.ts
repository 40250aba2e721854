import { createHash, timingSafeEqual } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { MiddlewareHandler } from 'hono'
import { isLoopback } from '../infra/config.ts'
import { ConfigError, messageOf } from '../infra/errors.ts'
import { Problem } from './problems.ts'
import { SCOPES, type Scope } from './schemas.ts'

/** A key by its SHA-256: the key itself is kept nowhere. */
export interface ApiKey {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly sha256: Buffer
}

/**
 * Reads `API_KEYS`: `name:scopes:sha256`, comma-separated, scopes joined by `+`; or `file:PATH`, a file of the same with a
 * line for each key (an empty line or one that starts with `#` says nothing).
 * @throws ConfigError that names the key which does not fit, never the hash
 */
export function readApiKeys(text: string): readonly ApiKey[] {
  const fromFile = text.startsWith('file:')
  const entries = (fromFile ? readKeyFile(text.slice('file:'.length)) : text)
    .split(fromFile ? /[\n,]/ : ',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '' && !entry.startsWith('#'))
  const keys = entries.map(readKey)
  if (keys.length === 0) throw new ConfigError('API_KEYS: expected at least one name:scopes:sha256')
  return keys
}

function readKey(entry: string, index: number): ApiKey {
  const [name, scopes, sha256, ...rest] = entry.split(':')
  const listed = scopes?.split('+') ?? []
  const isWhole = name && sha256 && rest.length === 0 && /^[0-9a-f]{64}$/i.test(sha256)
  if (!isWhole || !listed.every((scope): scope is Scope => SCOPES.includes(scope as Scope)))
    throw new ConfigError(
      `API_KEYS: entry ${index + 1} does not fit. Expected name:scopes:sha256, with scopes of ${SCOPES.join('+')} and the SHA-256 of the key in hex.`,
    )
  return { name, scopes: listed, sha256: Buffer.from(sha256, 'hex') }
}

function readKeyFile(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new ConfigError(`API_KEYS: ${path} cannot be read (${messageOf(error)})`)
  }
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Compares with every key, so that the time taken tells nothing of which one was near. */
function holds(accepted: readonly Buffer[], token: string): boolean {
  const digest = sha256(token)
  return accepted.map((known) => timingSafeEqual(known, digest)).includes(true)
}

/**
 * Lets through what carries a listed key, or the admin token of this process's data folder, and whatever goes to an open path.
 * @param openPaths answered to anybody
 */
export function requireKey(
  keys: readonly ApiKey[],
  adminToken: string | undefined,
  openPaths: readonly string[],
): MiddlewareHandler {
  const accepted = keys.map((key) => key.sha256)
  if (adminToken !== undefined) accepted.push(sha256(adminToken))
  return async (c, next) => {
    const [, token] = /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '') ?? []
    if (!openPaths.includes(c.req.path) && (token === undefined || !holds(accepted, token)))
      throw new Problem('unauthorized', 'Send `Authorization: Bearer KEY` with a key that API_KEYS lists.', {
        headers: { 'www-authenticate': 'Bearer realm="foldstream"' },
      })
    await next()
  }
}

/**
 * Refuses writes that a browser sends on behalf of another site: without keys, any page could otherwise post to the loopback
 * address of whoever reads it. Browsers name the relation in Sec-Fetch-Site; programs send no such header.
 */
export function refuseCrossSiteWrites(corsOrigins: readonly string[]): MiddlewareHandler {
  return async (c, next) => {
    const isWrite = c.req.method !== 'GET' && c.req.method !== 'HEAD'
    const isForeign = c.req.header('sec-fetch-site') === 'cross-site' || c.req.header('sec-fetch-site') === 'same-site'
    if (isWrite && isForeign && !corsOrigins.includes(c.req.header('origin') ?? ''))
      throw new Problem('cross-site', 'List the origin of that site in CORS_ORIGINS to let it write.')
    await next()
  }
}

/**
 * Refuses requests to a name other than this machine's own: without keys, a page could otherwise let its own name lead to the
 * loopback address of whoever reads it (DNS rebinding), and be of the same origin as what it reads there.
 */
export const requireLoopbackName: MiddlewareHandler = async (c, next) => {
  // A request without the header names no site that could have led here.
  const host = c.req.header('host') ?? 'localhost'
  const name = URL.parse(`http://${host}`)?.hostname.replace(/^\[|\]$/g, '')
  if (name === undefined || !isLoopback(name))
    throw new Problem(
      'other-host',
      `Without API_KEYS only localhost, 127.0.0.1 and [::1] are answered, not '${host}'. Ask by one of them, or set API_KEYS.`,
    )
  await next()
}
