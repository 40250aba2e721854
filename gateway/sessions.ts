import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto'
import type { Context } from 'hono'
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { checkNewId } from '../models/events/validation.ts'

/** Holds whose browser it is: `USER_ID.SIGNATURE`. */
export const SESSION_COOKIE = 'foldstream'
/** Holds as whom they look at the pages, where anybody may look as anybody: nothing to be signed. */
const VIEWED_COOKIE = 'foldstream-viewed'
const YEAR_SECONDS = 365 * 24 * 3600
const SECRET_BYTES = 32

export interface SessionOptions {
  /** undefined: one that goes with this process. */
  readonly secret: string | undefined
  /** Whether whoever opens a page may look at it as any user. */
  readonly mayViewAnyone: boolean
}

/** Who uses the pages, without an account: an id of their own, in a cookie that no script reads and nobody can forge. */
export interface Sessions {
  readonly mayViewAnyone: boolean
  /** Whose browser it is; undefined: it has no cookie, or one that was not signed here. */
  ownOf(c: Context): string | undefined
  /** As whom they look at the pages; undefined: as themselves. */
  viewedOf(c: Context): string | undefined
  /** Makes them somebody new. @returns their id */
  begin(c: Context): string
  /** @param userId  undefined: they look as themselves again */
  view(c: Context, userId: string | undefined): void
}

export function createSessions({ secret, mayViewAnyone }: SessionOptions): Sessions {
  const key = secret ?? randomBytes(SECRET_BYTES)

  const signatureOf = (userId: string): Buffer => createHmac('sha256', key).update(userId).digest()

  /** Lax: who follows a link from another site is still themselves, and what another site sends carries no cookie. */
  function put(c: Context, name: string, value: string): void {
    const secure = isByTls(c)
    setCookie(c, name, value, { path: '/', httpOnly: true, sameSite: 'Lax', maxAge: YEAR_SECONDS, secure })
  }

  return {
    mayViewAnyone,
    ownOf(c) {
      const [, userId = '', signature = ''] = /^(.+)\.([\w-]{43})$/.exec(getCookie(c, SESSION_COOKIE) ?? '') ?? []
      if (userId === '') return undefined
      return timingSafeEqual(Buffer.from(signature, 'base64url'), signatureOf(userId)) ? userId : undefined
    },
    viewedOf(c) {
      const userId = mayViewAnyone ? getCookie(c, VIEWED_COOKIE) : undefined
      return userId !== undefined && checkNewId('user', userId) === undefined ? userId : undefined
    },
    begin(c) {
      const userId = `guest-${randomUUID()}`
      put(c, SESSION_COOKIE, `${userId}.${signatureOf(userId).toString('base64url')}`)
      return userId
    },
    view(c, userId) {
      if (userId === undefined) deleteCookie(c, VIEWED_COOKIE, { path: '/' })
      else put(c, VIEWED_COOKIE, userId)
    },
  }
}

/** A proxy may have ended TLS. Who lies about it gets a cookie that their own browser keeps to itself. */
const isByTls = (c: Context): boolean =>
  c.req.header('x-forwarded-proto')?.split(',')[0]?.trim() === 'https' || c.req.url.startsWith('https:')
