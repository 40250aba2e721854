import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import { METHOD_NAME_ALL } from 'hono/router'

/**
 * The route that answers, if any does. Of several that match (/items/popular, /items/:itemId) the first answers; middleware
 * matches by any method.
 */
export function routeOf(c: Context): { readonly method: string; readonly path: string } | undefined {
  return matchedRoutes(c).find(({ method }) => method !== METHOD_NAME_ALL)
}
