import type { Context } from 'hono'

/** Whether somebody looks for a page: a browser names HTML first, and programs name it seldom, or everything. */
export const isLookedFor = ({ req }: Context): boolean =>
  ['GET', 'HEAD'].includes(req.method) &&
  !/^\/v1(?:\/|$)/.test(req.path) &&
  /^\s*text\/html\b/i.test(req.header('accept') ?? '')
