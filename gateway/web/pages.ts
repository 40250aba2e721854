import type { Context } from 'hono'
import { UnavailableError } from '../../infra/errors.ts'
import type { App, Gateway } from '../context.ts'
import { isLookedFor } from '../looked-for.ts'
import { invalidRequest, Problem } from '../problems.ts'
import { userId as userIdSchema } from '../schemas/parameters.ts'
import type { Visits } from '../visits.ts'
import { adminPage } from './admin/page.ts'
import { ASSET_ROUTE, answerAsset } from './assets.ts'
import { dashboardPage } from './dashboard/page.ts'
import { createFilmPages } from './films/pages.ts'
import { createPosters } from './films/posters.ts'
import { hasRated } from './films/ratings.ts'
import { sendPage } from './page.ts'
import { themeOf } from './viewer.ts'

/**
 * Routes that people look at, and what these load: answered without a key, since what they show is their own or everybody's. A browser
 * cannot send a key along with an address: the dashboard and the page of operation are empty until their modules have asked for one.
 */
export const PAGE_ROUTES = [
  '/',
  '/for-you',
  '/personal',
  '/films/:itemId',
  '/films/:itemId/why',
  '/profile',
  '/profile/erasure',
  '/search',
  '/session',
  '/dashboard',
  '/admin',
  '/posters/:itemId',
  ASSET_ROUTE,
]

type NoPage = (c: Context) => Promise<Response> | undefined

/**
 * Adds the pages. They stand beside the API, and not in its document. What is sent as it lies there, such as styles, is not counted as a
 * visit.
 * @returns what answers who looks for a page where there is none; undefined: a program asks
 */
export function addPages(app: App, gateway: Gateway, visits: Visits): NoPage {
  const { sessions, catalogue, settings, logger, analytics } = gateway
  const posters = createPosters(catalogue, {
    key: settings.tmdbApiKey,
    logger,
    mayAsk: () => visits.count('posters') === 0,
  })
  const films = createFilmPages(gateway, posters)

  for (const [path, page] of Object.entries(films.pages)) app.get(path, readably('films', page))
  const asksForKey = settings.apiKeys !== undefined
  const admin = async (c: Context) => sendPage(c, adminPage({ theme: themeOf(c), asksForKey }))
  const dashboard = async (c: Context) => sendPage(c, dashboardPage({ theme: themeOf(c), asksForKey, analytics }))
  app.get('/admin', readably('operation', admin))
  app.get('/dashboard', readably('operation', dashboard))
  app.get('/posters/:itemId', (c) => posters.answer(c))
  app.get(ASSET_ROUTE, async (c) => (await answerAsset(c)) ?? noSuchAsset())
  /** As whom the pages are looked at: a `userId`, or without one oneself again. */
  const look = async (c: Context) => {
    const { userId } = await c.req.parseBody()
    const viewed = userId === undefined ? undefined : userIdSchema.safeParse(userId)
    if (viewed?.success === false) throw invalidRequest([{ path: 'userId', message: 'Expected a user id' }])
    if (viewed && !sessions.mayViewOthers) throw new Problem('forbidden', NO_DEMO)
    const isThere = viewed && sessions.mayView(viewed.data) && (await hasRated(gateway, viewed.data))
    if (viewed && !isThere) return films.nobody(c, viewed.data)
    sessions.view(c, viewed?.data)
    return c.redirect('/', 303)
  }
  app.post('/session', readably('films', look))
  const nothing = readably('films', films.nothing)

  return (c) => (isLookedFor(c) ? nothing(c) : undefined)

  /** Who looks at a page reads a page about what went wrong, too, rather than a document for programs. */
  function readably(what: 'films' | 'operation', page: (c: Context) => Promise<Response>) {
    return async (c: Context): Promise<Response> => {
      const waitMs = visits.count(what)
      if (waitMs > 0) {
        c.header('retry-after', String(Math.ceil(waitMs / 1000)))
        return films.trouble(c, 429, BUSY)
      }
      try {
        return await page(c)
      } catch (error) {
        if (error instanceof Problem) throw error
        const isResting = error instanceof UnavailableError
        logger[isResting ? 'warn' : 'error']({ err: error, requestId: c.get('requestId') }, 'a page cannot be made')
        return films.trouble(c, isResting ? 503 : 500, isResting ? RESTING : WRONG)
      }
    }
  }
}

const RESTING =
  'A store does not answer. Nothing is lost, and what you rated is kept; it goes on as soon as it is back.'
const WRONG = 'Something went wrong on our side. Nothing is lost; the log of the server says more.'

const BUSY = 'More is asked of these pages than the server lets through. Nothing is lost, and what you rated is kept.'

const noSuchAsset = (): never => {
  throw new Problem('not-found', 'There is no such file, or no longer in that version. Load the page anew.')
}

const NO_DEMO = 'Where there are API keys, looking as another user needs DEMO=1 on the server.'
