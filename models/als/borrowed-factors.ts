import type { Steps } from '../ranking/layout.ts'
import type { Generation } from './types.ts'

/**
 * A new item stands half as high as a typical positive of its genres: on MovieLens (6,000 items) in the middle of the best fifth of a
 * user's list, and in the first hundred of the less known items for two users in five. As high as the typical one, it
 * would be among the first ten of those for half of all users, and every other new item of that genre beside it.
 */
const SCALE = 0.5
/** Genres that can be borrowed from, at most: each takes a vector. The first that are met; a catalogue has some twenty. */
const MAX_GENRES = 4096
/** Lists of genres whose vector is kept, since most new items share theirs with others. */
const MAX_KEPT = 4096
/** Items to a step: a fraction of a millisecond. */
const STEP_ITEMS = 512

/** A vector for an item of these genres; undefined where the generation has no item of any of them. Not the caller's own. */
export type BorrowFactors = (genres: readonly string[]) => Float32Array | undefined

/**
 * Prepares vectors for items that too few have rated to fold them in: what the generation's items of the same genres are like.
 * Of each genre that is their mean, each counted by its positives, so that it scores what a positive of that genre scores
 * on average, for every user; of several genres, whatever their sizes, the mean of those; and half of it. So where a user
 * likes the genre at all, the item ranks below one that is typically well liked.
 *
 * @param genresOf  those of the item at a dense index, written as they will be asked for
 */
export function* prepareBorrowing(
  { items, positives }: Pick<Generation, 'items' | 'positives'>,
  genresOf: (index: number) => readonly string[],
): Steps<BorrowFactors> {
  const { rows, d, data } = items.factors
  const sums = new Map<string, { readonly sum: Float64Array; total: number }>()
  for (let index = 0; index < rows; index++) {
    if (index % STEP_ITEMS === 0) yield
    const count = positives[index] as number
    if (count === 0) continue
    for (const genre of genresOf(index)) {
      const ofGenre = sums.get(genre) ?? { sum: new Float64Array(d), total: 0 }
      if (ofGenre.total === 0 && sums.size >= MAX_GENRES) continue
      sums.set(genre, ofGenre)
      ofGenre.total += count
      for (let k = 0; k < d; k++) (ofGenre.sum[k] as number) += count * (data[index * d + k] as number)
    }
  }

  function borrowed(genres: readonly string[]): Float32Array | undefined {
    const known = genres.map((genre) => sums.get(genre)).filter((ofGenre) => ofGenre !== undefined)
    if (known.length === 0) return undefined
    return Float32Array.from({ length: d }, (_, k) => {
      return (SCALE * known.reduce((mean, { sum, total }) => mean + (sum[k] as number) / total, 0)) / known.length
    })
  }

  const kept = new Map<string, Float32Array | undefined>()
  return (genres) => {
    const key = genres.join('|')
    if (!kept.has(key)) {
      if (kept.size >= MAX_KEPT) kept.clear()
      kept.set(key, borrowed(genres))
    }
    return kept.get(key)
  }
}
