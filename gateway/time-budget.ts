import type { HttpBindings } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'
import { isNdjson, NDJSON } from './lines.ts'
import { Problem, RETRY_LATER } from './problems.ts'
import { createDescriptionOf, type Described, routeOf } from './route-of.ts'

/**
 * Ends a request that is not answered within the budget: 503, or 408 where its body has not even arrived. What it had begun goes
 * on unheard. An answer that streams has begun by then, and lines of JSON, where the route reads any, are answered when all have come:
 * both may take longer.
 * @param budgetMs  more than the longest `wait`
 */
export function limitTime(app: Described, budgetMs: number): MiddlewareHandler {
  const descriptionOf = createDescriptionOf(app)
  const budget = `${budgetMs / 1000} s`
  return async (c, next) => {
    if (isNdjson(c) && readsLines(c)) return next()
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(isIncomplete(c) ? tooSlow(budget) : outOfTime(budget)), budgetMs)
    try {
      await Promise.race([next(), late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  function readsLines(c: Context): boolean {
    const route = routeOf(c)
    const content = route && descriptionOf(route)?.request?.body?.content
    return content !== undefined && NDJSON in content
  }
}

function isIncomplete(c: Context): boolean {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>
  return incoming?.complete === false
}

const tooSlow = (budget: string): Problem =>
  new Problem('too-slow', `The body did not arrive within ${budget}. Nothing of it was stored; send it in parts.`)

const outOfTime = (budget: string): Problem =>
  new Problem('out-of-time', `No answer within ${budget}. What was sent may be stored all the same; ask again later.`, {
    headers: RETRY_LATER,
  })
