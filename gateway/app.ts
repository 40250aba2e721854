import { OpenAPIHono } from '@hono/zod-openapi'
import type { MiddlewareHandler } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { requireKey } from './access.ts'
import { answerHeaders } from './answer-headers.ts'
import { check } from './checks.ts'
import { compress } from './compression.ts'
import { requireContentType } from './content-type.ts'
import type { App, GatewayDependencies } from './context.ts'
import { refuseCrossSiteWrites } from './cross-site.ts'
import { createEngine } from './engine/engine.ts'
import { FALLBACKS } from './engine/fallback.ts'
import { createHealth, type ReadyReport } from './health.ts'
import { isNdjson } from './lines.ts'
import { createLiveFigures } from './live-figures.ts'
import { refuseOtherMethods, unknownPath } from './methods.ts'
import { observe } from './observe.ts'
import { refuseUnknownParameters } from './parameters.ts'
import { answerProblems, Problem, refuseFaults } from './problems.ts'
import { createPublisher } from './publisher.ts'
import { createFreshness } from './read-your-writes.ts'
import { nameOperation } from './reference/document.ts'
import { addReference } from './reference/reference.ts'
import { routes } from './routes.ts'
import { createItemSearch } from './search/item-search.ts'
import { createServedLog } from './served-log.ts'
import { createSessions } from './sessions.ts'
import { requireLoopbackClient, requireLoopbackName } from './this-machine.ts'
import { limitTime } from './time-budget.ts'
import { createUserLists } from './user-lists.ts'
import { refuseBrokenUtf8 } from './utf8.ts'
import { createVisits } from './visits.ts'
import { addPages, PAGE_ROUTES } from './web/pages.ts'

/** Answered without a key, as those routes are that say so: they tell how to ask. */
const REFERENCE_PATHS = ['/openapi.json', '/docs']

export interface RunningGateway {
  readonly app: App
  ready(): Promise<ReadyReport>
  /** Resolves when the model that is live is laid out: requests from then on are answered by it. */
  settled(): Promise<void>
  /** From now on not ready, and no read waits any more; what is asked is answered as ever. Call it before the server stops accepting. */
  leave(): void
  /** Leaves, logs what was answered, and lets go of the model. Call it when the last request was answered; dependencies stay open. */
  close(): Promise<void>
}

/** The HTTP interface over the stores. */
export function createGateway(deps: GatewayDependencies): RunningGateway {
  const { log, settings, logger, metrics } = deps
  const closing = new AbortController()
  const engine = createEngine({
    ...deps,
    partitions: log.identity.partitions,
    fallbacks: settings.fallbacks ?? FALLBACKS,
  })
  const health = createHealth({ ...deps, generations: { current: engine.generation }, closing: closing.signal })
  const userLists = createUserLists({ engine, state: deps.state })
  const publisher = createPublisher(log, metrics)
  const freshness = createFreshness({ ...deps, engine, closing: closing.signal })
  const served = createServedLog({ ...deps, sample: settings.servedSample ?? 0 })
  // Without keys only this machine asks, and everything is open to it anyway.
  const viewable = settings.apiKeys === undefined ? 'anybody' : settings.isDemo ? 'no visitor' : 'nobody'
  const sessions = createSessions({ secret: settings.cookieSecret, viewable })
  const { search } = createItemSearch(deps.catalogue, engine.rankings, logger, closing.signal)
  const own = { engine, userLists, served, ...freshness, health, publisher, sessions, search, closing: closing.signal }
  const live = createLiveFigures({ ...deps, closing: closing.signal })
  const gateway = { ...deps, ...own, live }

  const app: App = new OpenAPIHono({ defaultHook: refuseFaults })
  app.onError(answerProblems(logger))
  app.notFound(async (c) => {
    const problem = unknownPath(app, c.req.method, c.req.path)
    const page = problem.kind === 'not-found' ? await noPage?.(c) : undefined
    return page ?? problem.toResponse(c.get('requestId'))
  })
  app.use(answerHeaders, observe(metrics, logger), compress)
  if (settings.apiKeys === undefined) app.use(check(requireLoopbackName, requireLoopbackClient))
  // Before keys are asked for: a browser's preflight carries none.
  if (settings.corsOrigins.length > 0) app.use(cors({ ...CORS, origin: [...settings.corsOrigins] }))
  const hasPages = settings.hasPages ?? true
  const rateLimit = settings.rateLimit ?? Number.POSITIVE_INFINITY
  // Without keys only this machine asks.
  const visits = createVisits(settings.apiKeys === undefined ? Number.POSITIVE_INFINITY : rateLimit)
  const byKeys =
    settings.apiKeys &&
    requireKey(app, {
      keys: settings.apiKeys.current,
      adminToken: settings.adminToken,
      rateLimit,
      openPaths: [...REFERENCE_PATHS, ...(hasPages ? PAGE_ROUTES : [])],
      sessions: hasPages ? sessions : undefined,
      visits,
    })
  const mayAsk = [refuseCrossSiteWrites(settings.corsOrigins), ...(byKeys ? [byKeys] : [])]
  app.use(check(...mayAsk, refuseOtherMethods(app), refuseUnknownParameters(app), requireContentType(app)))
  if (settings.requestBudgetMs !== undefined) app.use(limitTime(app, settings.requestBudgetMs))
  app.use(limitBody(settings.bodyLimit), refuseBrokenUtf8)
  for (const [name, route] of Object.entries(routes)) {
    route(app, gateway)
    nameOperation(app, name)
  }
  addReference(app)
  const noPage = hasPages ? addPages(app, gateway, visits) : undefined
  return {
    app,
    ready: health.ready,
    settled: engine.settled,
    leave,
    async close() {
      leave()
      await served.close()
      await engine.close()
    },
  }

  function leave(): void {
    closing.abort(new Error('the process is stopping'))
  }
}

/** What a page of another site may send, and what of an answer its script may read. */
const CORS = {
  allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowHeaders: ['Authorization', 'Content-Type', 'If-None-Match', 'Last-Event-ID'],
  exposeHeaders: ['ETag', 'Retry-After', 'X-Request-Id'],
  // Browsers ask again after this many seconds.
  maxAge: 600,
}

function limitBody(maxBytes: number): MiddlewareHandler {
  const refuse = (): never => {
    throw new Problem('too-large', `A body may have ${maxBytes} bytes. Nothing of it was stored; send it in parts.`)
  }
  const measure = bodyLimit({ maxSize: maxBytes, onError: refuse })
  return (c, next) => {
    const { method } = c.req
    const declared = c.req.header('content-length')
    const isChunked = c.req.header('transfer-encoding') !== undefined
    // Measuring touches the body, for which node-server builds a whole web Request: half the time of a small post.
    if (method === 'GET' || method === 'HEAD') return next()
    // Lines are measured as they are read: to measure a body takes all of it.
    if (declared === undefined || isChunked) return isNdjson(c) ? next() : measure(c, next)
    return Number(declared) > maxBytes ? refuse() : next()
  }
}
