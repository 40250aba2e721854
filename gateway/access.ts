import { timingSafeEqual } from 'node:crypto'
import type { RouteConfig } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { type ApiKey, sha256 } from './api-keys.ts'
import { type Check, isWrite } from './checks.ts'
import type { App } from './context.ts'
import { isLookedFor } from './looked-for.ts'
import { Problem } from './problems.ts'
import { createRateLimiter } from './rate-limit.ts'
import { createDescriptionOf, routeOf } from './route-of.ts'
import { SCOPES } from './schemas/answers.ts'
import type { Sessions } from './sessions.ts'
import { refuseTooFast, type Visits } from './visits.ts'

interface KeyOptions {
  /** The keys of the moment. */
  readonly keys: () => readonly ApiKey[]
  /** That of this process's data folder: opens everything, as often as it likes. */
  readonly adminToken: string | undefined
  /** Requests a second of a key that names no rate of its own; Infinity: as many as it likes. */
  readonly rateLimit: number
  /** Paths beside those of the OpenAPI document that are answered to anybody. */
  readonly openPaths: readonly string[]
  /** Who come by the pages, without a key; undefined: there are no pages. */
  readonly sessions: Sessions | undefined
  readonly visits: Visits
}

/**
 * Lets a request through that carries a listed key of the scope which the route needs, as the OpenAPI document says, and that
 * keeps to the rate of its key; visitors of the pages, of whom anybody may be as many as they like, keep to that of one key together.
 * A path that is none needs a key as well: what is there is not told to strangers, but for who looks for a page, whom a page leads on.
 */
export function requireKey(app: App, { keys, adminToken, rateLimit, openPaths, sessions, visits }: KeyOptions): Check {
  const folder = { name: 'data folder', scopes: SCOPES, rate: Number.POSITIVE_INFINITY }
  const folderKeys: ApiKey[] = adminToken === undefined ? [] : [{ ...folder, sha256: sha256(adminToken) }]
  const take = createRateLimiter()
  const descriptionOf = createDescriptionOf(app)

  return (c) => {
    const route = routeOf(c)
    const description = route && descriptionOf(route)
    const needed = route && (openPaths.includes(route.path) ? [] : scopesOf(description))
    if (needed?.length === 0) return

    const token = bearerOf(c)
    if (token === undefined && sessions && !route && isLookedFor(c)) return
    if (token === undefined && sessions && description && isOpenByCookie(c, description, sessions))
      return visits.refuseTooMany()
    const key = token === undefined ? undefined : keyOf([...keys(), ...folderKeys], token)
    if (key === undefined)
      throw new Problem('unauthorized', 'Send `Authorization: Bearer KEY` with a key that API_KEYS lists.', {
        headers: { 'www-authenticate': 'Bearer realm="foldstream"' },
      })
    const rate = key.rate ?? rateLimit
    refuseTooFast(`The key '${key.name}'`, take(key, rate), rate)
    const isAllowed = needed === undefined || key.scopes.some((scope) => needed.includes(scope))
    if (!isAllowed)
      throw new Problem(
        'forbidden',
        `This needs a key of the scope ${needed.map((scope) => `'${scope}'`).join(' or ')}; '${key.name}' has ${key.scopes.join(', ')}.`,
      )
    if (!folderKeys.includes(key)) c.set('apiKey', key)
  }
}

/**
 * Lets through only who can read the lock of the data folder: a command on the same machine, by the same user.
 * @throws Problem for anybody else, whatever their key, and where there are no keys
 */
export function requireFolderToken(c: Context, adminToken: string | undefined): void {
  const token = bearerOf(c)
  if (adminToken === undefined || token === undefined || !timingSafeEqual(sha256(token), sha256(adminToken)))
    throw new Problem(
      'forbidden',
      'This is asked by a command on the machine of this process, with the token of its data folder.',
    )
}

const bearerOf = (c: Context): string | undefined => /^Bearer +(\S+) *$/i.exec(c.req.header('authorization') ?? '')?.[1]

/** Compares with every key, so that the time taken tells nothing of which one was near. */
function keyOf(keys: readonly ApiKey[], token: string): ApiKey | undefined {
  const digest = sha256(token)
  return keys.filter((key) => timingSafeEqual(key.sha256, digest))[0]
}

/** Scopes of which any opens a route; none: it is open. */
function scopesOf(description: RouteConfig | undefined): readonly string[] | undefined {
  if (!description) return undefined
  // A route that forgot to say so is not open.
  return description.security === undefined ? ['admin'] : description.security.flatMap(({ key = [] }) => key)
}

/**
 * Whether the cookie of a page opens a route: what is everybody's (`any`), or what is of the user whose cookie it is (`own`), and
 * nothing else. It never writes for another user, and reads of one only where everybody may look as anybody.
 */
function isOpenByCookie(c: Context, { path, security = [] }: RouteConfig, sessions: Sessions): boolean {
  const opens = security.flatMap(({ session = [] }) => session)
  if (opens.length === 0) return false
  const own = sessions.ownOf(c)
  if (own === undefined) return false
  if (opens.includes('any')) return true
  if (!path.startsWith(OF_A_USER)) throw new TypeError(`'own' opens what stands under ${OF_A_USER}, not ${path}`)
  const userId = userIn(c.req.path)
  if (userId === own) return true
  if (isWrite(c) || userId === undefined || userId !== sessions.viewedOf(c)) return false
  c.set('isOnlooker', true)
  return true
}

const OF_A_USER = '/v1/users/{userId}'

/** As the route will read it; undefined: it cannot be read. */
function userIn(path: string): string | undefined {
  try {
    return decodeURIComponent(path.split('/')[3] ?? '')
  } catch {
    return undefined
  }
}
