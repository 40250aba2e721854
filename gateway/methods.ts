import { METHOD_NAME_ALL, METHODS } from 'hono/router'
import type { Check } from './checks.ts'
import type { App } from './context.ts'
import { Problem } from './problems.ts'

/**
 * Refuses the other methods of a path that is written out: /v1/items/popular is no item, although the routes of
 * /v1/items/{itemId} match it.
 */
export function refuseOtherMethods(app: App): Check {
  let written: ReadonlyMap<string, readonly string[]> | undefined
  return (c) => {
    // At the first request every route is there.
    written ??= methodsOfWrittenPaths(app)
    const { method, path } = c.req
    const allowed = written.get(path)
    if (allowed && !allowed.includes(method === 'HEAD' ? 'GET' : method)) throw notAllowed(path, allowed, method)
  }
}

function methodsOfWrittenPaths(app: App): ReadonlyMap<string, readonly string[]> {
  const routes = app.routes.filter(({ method, path }) => method !== METHOD_NAME_ALL && !/[:*]/.test(path))
  return new Map(
    [...Map.groupBy(routes, ({ path }) => path)].map(([path, found]) => [
      path,
      [...new Set(found.map(({ method }) => method))],
    ]),
  )
}

/** 405 where the path answers another method, else 404. */
export function unknownPath(app: App, method: string, path: string): Problem {
  const answers = (other: string): boolean =>
    app.router.match(other, path)[0].some(([[, route]]) => route.method !== METHOD_NAME_ALL)
  const allowed = METHODS.map((other) => other.toUpperCase()).filter(answers)
  if (allowed.length === 0) return new Problem('not-found', `There is nothing at ${path}; /docs lists every route.`)
  return notAllowed(path, allowed, method)
}

function notAllowed(path: string, allowed: readonly string[], method: string): Problem {
  const allow = allowed.join(', ')
  return new Problem('method-not-allowed', `${path} answers ${allow}, not ${method}.`, { headers: { allow } })
}
