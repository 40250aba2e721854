import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Gateway } from '../../context.ts'
import { layout } from '../layout.ts'
import { type Html, sendPage } from '../page.ts'
import { starsOf } from '../shared/stars.js'
import { type Viewer, viewerOf } from '../viewer.ts'
import type { Look } from './card.ts'
import { filmChrome } from './chrome.ts'
import { filmPage } from './film.ts'
import { forYou, homePage } from './home.ts'
import type { Posters } from './posters.ts'
import { profilePage } from './profile.ts'
import { searchPage } from './search.ts'

/** The pages of the film app: who asks, what they see of it, in the shell. */
export function createFilmPages(gateway: Gateway, posters: Posters) {
  const { scale } = gateway.log.identity

  async function lookOf({ userId, mayRate }: Viewer): Promise<Look> {
    const { record } = await gateway.engine.profiles.read(userId)
    return {
      mayRate,
      starsOf(itemId) {
        const value = record?.history.get(itemId)?.value
        return value === undefined || value === null ? undefined : starsOf(value, scale)
      },
      posterOf: posters.posterOf,
    }
  }

  interface Content {
    readonly title: string
    readonly module: string
    readonly content: Html
    readonly query?: string
    readonly status?: 200 | 404
  }

  function send(c: Context, viewer: Viewer, { title, module, content, query, status }: Content): Promise<Response> {
    const { userId, theme, mayRate, isOwn } = viewer
    const page = layout(
      {
        ...{ title, path: '/', theme },
        styles: ['films'],
        modules: [module],
        chrome: filmChrome(gateway, viewer, query),
        footer: posters.areFromTmdb ? TMDB_NOTE : html``,
        data: {
          ...{ user: userId, 'scale-min': String(scale.min), 'scale-max': String(scale.max) },
          ...{ 'may-rate': String(mayRate), 'is-own': String(isOwn), tmdb: String(posters.areFromTmdb) },
        },
      },
      content,
    )
    return sendPage(c, page, status)
  }

  /** A page that was asked for after a rating shows it: `after` is the token of that. */
  async function afterRating(c: Context, { userId }: Viewer): Promise<void> {
    const after = c.req.query('after')
    if (after !== undefined) await gateway.freshFor({ after, wait: PATIENCE_MS }, userId)
  }

  return {
    async home(c: Context): Promise<Response> {
      const viewer = viewerOf(c, gateway)
      await afterRating(c, viewer)
      const content = await homePage(gateway, viewer, await lookOf(viewer))
      return send(c, viewer, { title: 'Films for you', module: 'home', content })
    },

    /** The list alone, for modules to put in place of the one that is shown. */
    async forYou(c: Context): Promise<Response> {
      const viewer = viewerOf(c, gateway)
      await afterRating(c, viewer)
      return sendPage(c, await forYou(gateway, viewer, await lookOf(viewer)))
    },

    async film(c: Context): Promise<Response> {
      const viewer = viewerOf(c, gateway)
      await afterRating(c, viewer)
      const found = await filmPage(gateway, viewer, await lookOf(viewer), c.req.param('itemId') ?? '')
      return send(c, viewer, { module: 'film', ...found })
    },

    async profile(c: Context): Promise<Response> {
      const viewer = viewerOf(c, gateway)
      const content = await profilePage(gateway, viewer, await lookOf(viewer))
      return send(c, viewer, {
        title: viewer.isOwn ? 'Your taste' : `${viewer.userId}: taste`,
        module: 'profile',
        content,
      })
    },

    async search(c: Context): Promise<Response> {
      const viewer = viewerOf(c, gateway)
      const query = c.req.query('query') ?? ''
      const content = await searchPage(gateway, await lookOf(viewer), query)
      return send(c, viewer, {
        title: query === '' ? 'Search' : `${query} – search`,
        module: 'search-page',
        content,
        query,
      })
    },
  }
}

/** So long a page waits for a rating to be in. */
const PATIENCE_MS = 1_000

const TMDB_NOTE = html`<p>Posters by <a href="https://www.themoviedb.org" rel="noreferrer">The Movie Database</a>. This product uses the TMDB API but is not endorsed or certified by TMDB.</p>`
