/** The attribute that has the number of a film at The Movie Database, as datasets of MovieLens tell it. */
export const TMDB_ID = 'tmdbId'

/**
 * Where a page loads the poster of a film from.
 *
 * @param {{ readonly itemId: string, readonly poster?: string }} film
 * @param {boolean} isAtTmdb  The Movie Database may have one, and is asked
 * @returns {string | undefined} undefined: there is none that a page may load
 */
export function posterPath({ itemId, poster }, isAtTmdb) {
  if (poster !== undefined) return /^https:/i.test(poster) ? poster : undefined
  return isAtTmdb ? `/posters/${encodeURIComponent(itemId)}` : undefined
}
