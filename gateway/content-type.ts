import type { Check } from './checks.ts'
import type { App } from './context.ts'
import { Problem } from './problems.ts'
import { createDescriptionOf, routeOf } from './route-of.ts'

/**
 * Refuses a request that names no type of its body, or an empty one, to a route that reads one. Hono's validator would take the body
 * for `{}`, which fits where no field is needed, and is no rating where it is not looked at.
 */
export function requireContentType(app: App): Check {
  const descriptionOf = createDescriptionOf(app)
  return (c) => {
    const { method } = c.req
    if (method === 'GET' || method === 'HEAD' || c.req.header('content-type')) return
    const route = routeOf(c)
    if (route && descriptionOf(route)?.request?.body)
      throw new Problem(
        'unsupported-media-type',
        'Send a body, and name its type in Content-Type; the reference page lists what each route reads.',
      )
  }
}
