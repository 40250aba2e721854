import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import type { Gateway } from '../context.ts'
import { type Receiver, receiverOf } from '../served-log.ts'

/** Set by client/theme.js; the pages are sent in it, so that none flashes in the other. */
const THEME_COOKIE = 'foldstream-theme'

export type Theme = 'dark' | 'light'

/** Who looks at a page, and as whom. */
export interface Viewer extends Receiver {
  /** Whose lists and ratings the page shows. */
  readonly userId: string
  /** They look as themselves. */
  readonly isOwn: boolean
  /** They may rate for that user: always for themselves. */
  readonly mayRate: boolean
  readonly mayViewOthers: boolean
  /** undefined: as their system has it. */
  readonly theme: Theme | undefined
}

/** Reads whose browser it is; a new one becomes somebody. */
export function viewerOf(c: Context, { sessions, settings }: Pick<Gateway, 'sessions' | 'settings'>): Viewer {
  const own = sessions.ownOf(c) ?? sessions.begin(c)
  const userId = sessions.viewedOf(c) ?? own
  const isOwn = userId === own
  const { mayViewOthers } = sessions
  const mayRate = isOwn || settings.apiKeys === undefined
  return { ...receiverOf(c), userId, isOnlooker: !mayRate, isOwn, mayRate, mayViewOthers, theme: themeOf(c) }
}

/** @returns undefined: as their system has it */
export function themeOf(c: Context): Theme | undefined {
  const chosen = getCookie(c, THEME_COOKIE)
  return chosen === 'dark' || chosen === 'light' ? chosen : undefined
}
