import type { MiddlewareHandler } from 'hono'
import type { App } from './context.ts'
import { Problem } from './problems.ts'
import { routeOf } from './route-of.ts'

/**
 * Refuses a request that names no type of its body to a route that reads one. Hono's validator would take it for `{}`, which a
 * body that needs no field fits.
 */
export function requireContentType(app: App): MiddlewareHandler {
  let readers: ReadonlySet<string> | undefined
  return (c, next) => {
    const { method } = c.req
    if (method === 'GET' || method === 'HEAD' || c.req.header('content-type') !== undefined) return next()
    // By now every route is there.
    readers ??= routesWithBody(app)
    const route = routeOf(c)
    if (route && readers.has(`${route.method} ${route.path}`))
      throw new Problem(
        'unsupported-media-type',
        'Send a body, and name its type in Content-Type; the reference page lists what each route reads.',
      )
    return next()
  }
}

function routesWithBody(app: App): ReadonlySet<string> {
  const routes = app.openAPIRegistry.definitions.flatMap((definition) =>
    definition.type === 'route' && definition.route.request?.body ? [definition.route] : [],
  )
  return new Set(routes.map(({ method, path }) => `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`))
}
