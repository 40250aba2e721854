import type { Context, MiddlewareHandler } from 'hono'

/** Looks at a request before its route does. @throws Problem for one that is refused */
export type Check = (c: Context) => void

export const isWrite = (c: Context): boolean => c.req.method !== 'GET' && c.req.method !== 'HEAD'

/** All of them, in their order, in one step: a middleware each would cost a small answer more than what they look at. */
export function check(...checks: readonly Check[]): MiddlewareHandler {
  return (c, next) => {
    for (const look of checks) look(c)
    return next()
  }
}
