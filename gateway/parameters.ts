import type { RouteConfig } from '@hono/zod-openapi'
import type { Check } from './checks.ts'
import type { App } from './context.ts'
import { invalidRequest, shortened } from './problems.ts'
import { createDescriptionOf, routeOf } from './route-of.ts'

/**
 * Refuses a query with a parameter that the route does not have, whichever route it is: who misspells one is told so, rather
 * than answered as if it had not been given. What is no route of the OpenAPI document, as the reference page, takes no notice.
 */
export function refuseUnknownParameters(app: App): Check {
  const descriptionOf = createDescriptionOf(app)
  return (c) => {
    const start = c.req.url.indexOf('?')
    if (start < 0) return
    const route = routeOf(c)
    const description = route && descriptionOf(route)
    if (!description) return
    const known = parametersOf(description)
    const unknown = othersIn(c.req.url.slice(start + 1), known)
    if (unknown.length === 0) return
    const message = `Unknown parameter: ${known.length === 0 ? 'none are read here' : `read here are ${known.join(', ')}`}`
    throw invalidRequest(unknown.map((name) => ({ path: shortened(name), message })))
  }
}

function parametersOf({ request }: RouteConfig): string[] {
  const query = request?.query
  if (query === undefined) return []
  if (!('shape' in query)) throw new TypeError('a query is to be described as an object, by its parameters')
  return Object.keys(query.shape as object)
}

function othersIn(query: string, known: readonly string[]): string[] {
  // To take a query apart costs more than to see that its names are those known, which none has to escape.
  if (query.split('&').every((pair) => known.includes(pair.split('=', 1)[0] as string))) return []
  return [...new Set(new URLSearchParams(query).keys())].filter((name) => !known.includes(name))
}

/** The parameters of an address but for this one, which is to stand alone. */
export function parametersBeside(name: string, url: string): string[] {
  const start = url.indexOf('?')
  return start < 0 ? [] : othersIn(url.slice(start + 1), [name])
}
