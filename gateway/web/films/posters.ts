import type { Context } from 'hono'
import { LRUCache } from 'lru-cache'
import { messageOf } from '../../../infra/errors.ts'
import type { Logger } from '../../../infra/logging.ts'
import type { Catalogue } from '../../catalogue.ts'
import { posterPath, TMDB_ID } from '../shared/posters.js'
import type { Film } from './card.ts'

const TMDB_API = 'https://api.themoviedb.org/3'
/** Wide enough for the largest cover on a fine screen. */
const TMDB_IMAGES = 'https://image.tmdb.org/t/p/w342'
const IMAGE_PATH = /^\/[\w-]+\.\w+$/

const MAX_KEPT = 100_000
const DAY_MS = 24 * 3600_000
const PATIENCE_MS = 4_000
/** A cover that is looked for in vain lets a page wait; a while later the same may be answered. */
const AGAIN_AFTER_MS = 30_000
/** One answer that failed tells of all that fail alike. */
const COMPLAIN_EVERY_MS = 60_000

/** Lies over the drawn cover, and shows it. To the browser a film without a poster is no failure. */
const NOTHING = '<svg xmlns="http://www.w3.org/2000/svg" width="2" height="3"/>'

interface PosterOptions {
  /** Left out: only what the catalogue says is shown. */
  readonly key?: string | undefined
  readonly logger: Logger
  /** Whether The Movie Database may be asked once more; where not, covers are drawn. Left out: as often as there is cause to. */
  readonly mayAsk?: () => boolean
  readonly api?: string
}

interface Found {
  /** Of the image; '': there is none; undefined: that was not told. */
  readonly path: string | undefined
}

export type Posters = ReturnType<typeof createPosters>

/** Where the poster of a film is: the address that the catalogue has, or, where there is a key, what The Movie Database says. */
export function createPosters(
  catalogue: Pick<Catalogue, 'get'>,
  { key, logger, mayAsk = () => true, api = TMDB_API }: PosterOptions,
) {
  let complainedAt = Number.NEGATIVE_INFINITY
  let restsUntil = Number.NEGATIVE_INFINITY
  /** By TMDB's number. What it did not tell is kept for a while. */
  const found = new LRUCache<string, Found>({
    ...{ max: MAX_KEPT, ttl: DAY_MS },
    async fetchMethod(id, _, { options }) {
      const poster = await lookUp(id)
      if (poster?.path === undefined) options.ttl = AGAIN_AFTER_MS
      return poster
    },
  })

  /** @returns undefined: it was not to be asked, which is not kept */
  async function lookUp(id: string): Promise<Found | undefined> {
    if (performance.now() < restsUntil || !mayAsk()) return undefined
    try {
      const asked = requestOf(api, id, key ?? '')
      const response = await fetch(asked.url, { headers: asked.headers, signal: AbortSignal.timeout(PATIENCE_MS) })
      if (response.status === 404) return { path: '' }
      if (!response.ok) return untold(`it answered ${response.status}`)
      const { poster_path: path } = (await response.json()) as { poster_path?: unknown }
      return { path: typeof path === 'string' && IMAGE_PATH.test(path) ? path : '' }
    } catch (error) {
      // It is not there, for no film.
      restsUntil = performance.now() + AGAIN_AFTER_MS
      return untold(messageOf(error))
    }
  }

  function untold(reason: string): Found {
    const now = performance.now()
    if (now - complainedAt > COMPLAIN_EVERY_MS) {
      complainedAt = now
      logger.warn({ reason }, 'The Movie Database does not tell of posters; covers are drawn')
    }
    return { path: undefined }
  }

  function tmdbIdOf(itemId: string): string | undefined {
    const id = key === undefined ? undefined : catalogue.get(itemId)?.attributes[TMDB_ID]
    return id === undefined ? undefined : String(id)
  }

  return {
    /** Pictures come from The Movie Database, which wants that to be said. */
    areFromTmdb: key !== undefined,
    /** undefined: there is none that a page may load */
    posterOf: (film: Film): string | undefined => posterPath(film, tmdbIdOf(film.itemId) !== undefined),
    /** Leads to the picture of a film; to an empty one where there is none. */
    async answer(c: Context): Promise<Response> {
      const id = tmdbIdOf(c.req.param('itemId') ?? '')
      const path = id === undefined ? '' : (await found.fetch(id))?.path
      c.header('cache-control', path === undefined ? 'no-store' : `public, max-age=${DAY_MS / 1000}`)
      if (path) return c.redirect(`${TMDB_IMAGES}${path}`, 302)
      return c.body(NOTHING, 200, { 'content-type': 'image/svg+xml' })
    },
  }
}

/** TMDB has keys of two kinds: a short one for the address, and a long one for the header. */
function requestOf(api: string, id: string, key: string): { url: string; headers: Record<string, string> } {
  const url = `${api}/movie/${encodeURIComponent(id)}`
  const isToken = key.includes('.')
  return isToken
    ? { url, headers: { authorization: `Bearer ${key}` } }
    : { url: `${url}?api_key=${encodeURIComponent(key)}`, headers: {} }
}
