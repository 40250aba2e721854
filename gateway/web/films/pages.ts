import type { Context } from 'hono'
import { html } from 'hono/html'
import type { Gateway } from '../../context.ts'
import { receiptOf } from '../../erasure-receipt.ts'
import { layout } from '../layout.ts'
import { type Html, sendPage } from '../page.ts'
import { starsOf } from '../shared/stars.js'
import { type Viewer, viewerOf } from '../viewer.ts'
import { nobodyPage } from './another-user.ts'
import type { Look } from './card.ts'
import { filmChrome } from './chrome.ts'
import { erasureNote } from './erasure.ts'
import { filmPage, filmWhy } from './film.ts'
import { forYou, homePage, personal } from './home.ts'
import type { Posters } from './posters.ts'
import { profilePage } from './profile.ts'
import { orNothing } from './resting.ts'
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
    readonly status?: 200 | 404 | 429 | 500 | 503
  }

  async function send(
    c: Context,
    viewer: Viewer,
    { title, module, content, query, status }: Content,
  ): Promise<Response> {
    const { userId, theme, mayRate } = viewer
    const page = layout(
      {
        ...{ title, path: '/', theme },
        sheet: 'films',
        modules: [module],
        chrome: await filmChrome(gateway, viewer, query),
        footer: posters.areFromTmdb ? TMDB_NOTE : html``,
        data: {
          ...{ user: userId, 'scale-min': String(scale.min), 'scale-max': String(scale.max) },
          ...{ 'may-rate': String(mayRate), posters: posters.areFromTmdb ? 'tmdb' : '' },
        },
      },
      content,
    )
    return sendPage(c, page, status)
  }

  /** Who asks, and what they are shown of films. A page that is asked for after a rating shows it: `after` is the token of that. */
  async function askerOf(c: Context): Promise<{ viewer: Viewer; look: Look }> {
    const viewer = viewerOf(c, gateway)
    const after = c.req.query('after')
    if (after !== undefined) await gateway.freshFor({ after, wait: PATIENCE_MS }, viewer.userId)
    return { viewer, look: await lookOf(viewer) }
  }

  /** How far the erasure is that was asked for in this browser, and in no other. */
  async function erasureSeenFrom(c: Context) {
    const erasureId = gateway.sessions.erasureOf(c)
    return erasureId === undefined ? undefined : receiptOf(gateway, erasureId)
  }

  const pages: Readonly<Record<string, (c: Context) => Promise<Response>>> = {
    async '/'(c) {
      const { viewer, look } = await askerOf(c)
      const content = await homePage(gateway, viewer, look)
      return send(c, viewer, { title: 'Films for you', module: 'home', content })
    },

    /** The list alone, for modules to put in place of the one that is shown. */
    async '/for-you'(c) {
      const { viewer, look } = await askerOf(c)
      return sendPage(c, await forYou(gateway, viewer, look))
    },

    /** The same of the shelves that change with what was rated last. */
    async '/personal'(c) {
      const { viewer, look } = await askerOf(c)
      return sendPage(c, await personal(gateway, viewer, look, c.req.queries('shown') ?? []))
    },

    async '/films/:itemId'(c) {
      const { viewer, look } = await askerOf(c)
      const found = await filmPage(gateway, viewer, look, c.req.param('itemId') ?? '')
      return send(c, viewer, { module: 'film', ...found })
    },

    /** Of that page what changes with what was rated last: asked for as a whole, it would be logged as shown again. */
    async '/films/:itemId/why'(c) {
      const { viewer, look } = await askerOf(c)
      return sendPage(c, await filmWhy(gateway, viewer, look, c.req.param('itemId') ?? ''))
    },

    async '/profile'(c) {
      const { viewer, look } = await askerOf(c)
      const receipt = await orNothing(gateway.logger, 'erasure', erasureSeenFrom(c))
      const note = receipt?.status === 'complete' ? undefined : receipt
      const content = await profilePage(gateway, viewer, look, {
        skip: Number(c.req.query('skip') ?? 0),
        erasure: note && erasureNote(note),
      })
      const title = viewer.isOwn ? 'Your taste' : `The taste of ${viewer.userId}`
      return send(c, viewer, { title, module: 'profile', content })
    },

    /** Of that page what tells how far an erasure is; empty where there is none. */
    async '/profile/erasure'(c) {
      const receipt = await erasureSeenFrom(c)
      return sendPage(c, receipt ? erasureNote(receipt) : html``)
    },

    async '/search'(c) {
      const { viewer, look } = await askerOf(c)
      const query = c.req.query('query') ?? ''
      const content = await searchPage(gateway, look, query)
      const title = query === '' ? 'All films' : `${query} – search`
      return send(c, viewer, { title, module: 'search-page', content, query })
    },
  }

  return {
    /** By their paths. */
    pages,
    /** Whom somebody wanted to look as has rated nothing. */
    nobody: async (c: Context, asked: string): Promise<Response> =>
      send(c, viewerOf(c, gateway), {
        ...{ title: 'No such user', module: 'search-page', status: 404 },
        content: await nobodyPage(gateway, asked),
      }),
    /** There is no page at this address. */
    nothing: (c: Context): Promise<Response> =>
      send(c, viewerOf(c, gateway), {
        title: 'No such page',
        module: 'search-page',
        content: nothingPage,
        status: 404,
      }),
    /** What went wrong, for whoever wanted to look at a page. */
    trouble: (c: Context, status: 429 | 500 | 503, words: string): Promise<Response> =>
      send(c, viewerOf(c, gateway), {
        title: 'Resting',
        module: 'search-page',
        content: troublePage(words, c.req.method === 'GET'),
        status,
      }),
  }
}

/** @param isAddress  the page is that of its address: what a form was sent to has none of its own */
const troublePage = (words: string, isAddress: boolean): Html =>
  html`<div class="empty"><h1>This page is resting</h1><p>${words}</p><a class="button" href="${isAddress ? '' : '/'}">${isAddress ? 'Try again' : 'To the films'}</a></div>`

const nothingPage = html`<div class="empty"><h1>There is no such page</h1><p>Nothing is at this address. Films are on the first page, and the search above finds them.</p><a class="button" href="/">To the films</a></div>`

/** So long a page waits for a rating to be in. */
const PATIENCE_MS = 1_000

const TMDB_NOTE = html`<p>Posters by <a href="https://www.themoviedb.org" rel="noreferrer">The Movie Database</a>. This product uses the TMDB API but is not endorsed or certified by TMDB.</p>`
