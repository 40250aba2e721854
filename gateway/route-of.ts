import type { RouteConfig } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import { METHOD_NAME_ALL } from 'hono/router'
import type { App } from './context.ts'

/** What has an OpenAPI document. */
export type Described = Pick<App, 'openAPIRegistry'>

/** A route by its method and its path, as Hono writes them. */
interface Route {
  readonly method: string
  readonly path: string
}

/**
 * The route that answers, if any does. Of several that match (/items/popular, /items/:itemId) the first answers; middleware
 * matches by any method.
 */
export function routeOf(c: Context): Route | undefined {
  return matchedRoutes(c).find(({ method }) => method !== METHOD_NAME_ALL)
}

/** Looks up what the OpenAPI document says of a route; undefined: it is not in there. For requests: by the first, every route is there. */
export function createDescriptionOf(app: Described): (route: Route) => RouteConfig | undefined {
  let descriptions: ReadonlyMap<string, RouteConfig> | undefined
  return ({ method, path }) => {
    descriptions ??= descriptionsByRoute(app)
    return descriptions.get(`${method} ${path}`)
  }
}

function descriptionsByRoute(app: Described): ReadonlyMap<string, RouteConfig> {
  const routes = app.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' ? [definition.route] : [],
  )
  return new Map(
    routes.map((route) => [`${route.method.toUpperCase()} ${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`, route]),
  )
}
