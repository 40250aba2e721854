import { createHmac, hkdfSync, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { checkNewId } from '../models/events/validation.ts'

/** Holds whose browser it is: `USER_ID.SIGNATURE`. */
export const SESSION_COOKIE = 'foldstream'
/** Holds as whom they look at the pages, where anybody may look as anybody: nothing to be signed. */
const VIEWED_COOKIE = 'foldstream-viewed'
/** Holds which erasure was asked for here last: `ERASURE_ID.SIGNATURE`. Whoever erased themself is somebody new, and may see it go on. */
const ERASURE_COOKIE = 'foldstream-erasure'
/** So begin the ids of those who come by the pages. */
const VISITOR = 'guest-'
const YEAR_SECONDS = 365 * 24 * 3600
const SECRET_BYTES = 32

export interface SessionOptions {
  /** undefined: one that goes with this process. */
  readonly secret: string | undefined
  /** As whom whoever opens a page may look at it. */
  readonly viewable: Viewable
}

/** `no visitor`: whoever came by a file or the API, and nobody who came by the pages, whose lists are their own. */
export type Viewable = 'anybody' | 'no visitor' | 'nobody'

/** Who uses the pages, without an account: an id of their own, in a cookie that no script reads and nobody can forge. */
export interface Sessions {
  readonly mayViewOthers: boolean
  /** Whether somebody is of those as whom others may look. */
  mayView(userId: string): boolean
  /** Whose browser it is; undefined: it has no cookie, or one that was not signed here. */
  ownOf(c: Context): string | undefined
  /** As whom they look at the pages; undefined: as themselves. */
  viewedOf(c: Context): string | undefined
  /** Makes them somebody new. @returns their id */
  begin(c: Context): string
  /** @param userId  undefined: they look as themselves again */
  view(c: Context, userId: string | undefined): void
  /** Keeps which erasure they asked for, until they close the browser: it tells that somebody was erased. */
  keepErasure(c: Context, erasureId: string): void
  /** @returns undefined: they asked for none, or not here */
  erasureOf(c: Context): string | undefined
}

export function createSessions({ secret, viewable }: SessionOptions): Sessions {
  const key = secret ?? randomBytes(SECRET_BYTES)
  const users = createSigner(key)
  // Of another key: what was signed as an erasure is never taken for a user.
  const erasures = createSigner(Buffer.from(hkdfSync('sha256', key, '', 'erasures', SECRET_BYTES)))
  const mayView = (userId: string): boolean =>
    viewable === 'anybody' || (viewable === 'no visitor' && !isVisitor(userId))

  return {
    mayViewOthers: viewable !== 'nobody',
    mayView,
    ownOf: (c) => users.read(getCookie(c, SESSION_COOKIE)),
    viewedOf(c) {
      const userId = getCookie(c, VIEWED_COOKIE)
      return userId !== undefined && checkNewId('user', userId) === undefined && mayView(userId) ? userId : undefined
    },
    begin(c) {
      const userId = VISITOR + randomUUID()
      put(c, SESSION_COOKIE, users.sign(userId), { path: '/', maxAge: YEAR_SECONDS })
      return userId
    },
    view(c, userId) {
      if (userId === undefined) deleteCookie(c, VIEWED_COOKIE, { path: '/' })
      else put(c, VIEWED_COOKIE, userId, { path: '/', maxAge: YEAR_SECONDS })
    },
    keepErasure: (c, erasureId) => put(c, ERASURE_COOKIE, erasures.sign(erasureId), { path: '/profile' }),
    erasureOf: (c) => erasures.read(getCookie(c, ERASURE_COOKIE)),
  }
}

/** Whether an id is of somebody who came by the pages. */
export const isVisitor = (userId: string): boolean => userId.startsWith(VISITOR)

function createSigner(key: string | Buffer) {
  const signatureOf = (text: string): Buffer => createHmac('sha256', key).update(text).digest()
  return {
    sign: (text: string): string => `${text}.${signatureOf(text).toString('base64url')}`,
    /** @returns undefined: it was not signed by this key */
    read(signed = ''): string | undefined {
      const [, text = '', signature = ''] = /^(.+)\.([\w-]{43})$/.exec(signed) ?? []
      if (text === '') return undefined
      return timingSafeEqual(Buffer.from(signature, 'base64url'), signatureOf(text)) ? text : undefined
    },
  }
}

/** Lax: who follows a link from another site is still themselves, and what another site sends carries no cookie. */
function put(c: Context, name: string, value: string, where: { path: string; maxAge?: number }): void {
  setCookie(c, name, value, { ...where, httpOnly: true, sameSite: 'Lax', secure: isByTls(c) })
}

/** A proxy may have ended TLS. Who lies about it gets a cookie that their own browser keeps to itself. */
const isByTls = (c: Context): boolean =>
  c.req.header('x-forwarded-proto')?.split(',')[0]?.trim() === 'https' || c.req.url.startsWith('https:')
