import type { Catalogue } from './catalogue.ts'

export interface GenreShare {
  /** null: items without a genre. */
  readonly genre: string | null
  readonly items: number
  readonly ratings: number
  /** Of all ratings of described items. An item of two genres counts in both. */
  readonly share: number
  /** Of its values; null: nobody rated it. */
  readonly meanValue: number | null
}

/**
 * The most rated genre first.
 * @param counts    ratings of each item, by number
 * @param valueSums of these ratings
 */
export function genreShares(catalogue: Catalogue, counts: Int32Array, valueSums: readonly number[]): GenreShare[] {
  const { genres, genreNames } = catalogue
  const none = genreNames.length
  const sums = Array.from({ length: none + 1 }, () => ({ items: 0, ratings: 0, values: 0 }))
  let all = 0
  genres.forEach((ofItem, item) => {
    const ratings = counts[item] ?? 0
    all += ratings
    for (const genre of ofItem.length === 0 ? [none] : ofItem) {
      const sum = sums[genre] as (typeof sums)[number]
      sum.items += 1
      sum.ratings += ratings
      sum.values += valueSums[item] ?? 0
    }
  })
  const shares = sums.map(({ items, ratings, values }, genre) => ({
    genre: genreNames[genre] ?? null,
    items,
    ratings,
    share: all === 0 ? 0 : ratings / all,
    meanValue: ratings === 0 ? null : values / ratings,
  }))
  return shares.filter(({ items }) => items > 0).sort((a, b) => b.ratings - a.ratings || b.items - a.items)
}
