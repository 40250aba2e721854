import type { MiddlewareHandler } from 'hono'
import type { Logger } from '../infra/logging.ts'
import type { Metrics } from '../infra/metrics.ts'
import { routeOf } from './route-of.ts'

/** Times every request by its route (never by its path: ids would make a figure each) and logs it at debug level. */
export function observe({ httpSeconds }: Metrics, logger: Logger): MiddlewareHandler {
  return async (c, next) => {
    const startedAt = performance.now()
    await next()
    const seconds = (performance.now() - startedAt) / 1000
    const { method } = c.req
    const route = routeOf(c)?.path ?? 'none'
    const { status } = c.res
    httpSeconds.observe({ method, route, status: String(status) }, seconds)
    if (!logger.isLevelEnabled('debug')) return
    logger.debug(
      { requestId: c.get('requestId'), method, route, status, ms: Math.round(seconds * 1e6) / 1e3 },
      'request',
    )
  }
}
