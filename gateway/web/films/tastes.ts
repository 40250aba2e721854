import type { Catalogue } from '../../catalogue.ts'
import type { Rated } from './ratings.ts'

/** A film of several genres counts as a part of each, so that all together are all films. @returns shares that sum to 1 */
export function genreShares(
  liked: Iterable<readonly [itemId: string, count: number]>,
  catalogue: Pick<Catalogue, 'get'>,
) {
  const counts = new Map<string, number>()
  let total = 0
  for (const [itemId, count] of liked) {
    const genres = catalogue.get(itemId)?.genres ?? []
    for (const genre of genres) counts.set(genre, (counts.get(genre) ?? 0) + count / genres.length)
    if (genres.length > 0) total += count
  }
  return new Map([...counts].map(([genre, count]) => [genre, count / total]))
}

/** Genres of what somebody likes, those first that most of it is of. */
export function likedGenres(
  ratings: ReadonlyMap<string, Rated>,
  catalogue: Pick<Catalogue, 'get'>,
  positiveFrom: number,
): string[] {
  const liked = [...ratings.values()].filter(({ value }) => value >= positiveFrom)
  const shares = genreShares(
    liked.map(({ itemId }) => [itemId, 1]),
    catalogue,
  )
  return [...shares].sort(([, x], [, y]) => y - x).map(([genre]) => genre)
}
