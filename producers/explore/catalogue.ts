import type { Item } from '../../models/events/types.ts'
import { createNumbering, detached, type Numbering } from './numbering.ts'

/** What is kept of the items, by their numbers. */
export interface Catalogue {
  /** Described items come first, those that are only rated after them. */
  readonly numbers: Numbering
  /** How many are described. */
  readonly described: number
  readonly titles: readonly string[]
  readonly genreNames: readonly string[]
  /** Numbers of the genres of each described item. */
  readonly genres: readonly (readonly number[])[]
  /** Ids that are described more than once, with how often. */
  readonly describedAgain: ReadonlyMap<string, number>
}

/** Gathers the described items. To be filled before any rating is numbered. */
export function createCatalogue() {
  const numbers = createNumbering()
  const genreNumbers = createNumbering()
  const titles: string[] = []
  const genres: number[][] = []
  const describedAgain = new Map<string, number>()
  return {
    add({ itemId, title, year, genres: names }: Item): void {
      const item = numbers.of(itemId)
      if (item < titles.length) describedAgain.set(itemId, (describedAgain.get(itemId) ?? 1) + 1)
      titles[item] = detached(year === null ? title : `${title} (${year})`)
      genres[item] = [...new Set(names)].map(genreNumbers.of)
    },
    finish: (): Catalogue => ({
      numbers,
      described: titles.length,
      titles,
      genres,
      genreNames: genreNumbers.ids,
      describedAgain,
    }),
  }
}

/** Titles, with their years, that several items have; letter case and spaces aside. */
export function sameTitles({ titles, numbers }: Catalogue): { title: string; items: string[] }[] {
  const byTitle = Map.groupBy(titles.keys(), (item) =>
    (titles[item] as string).toLowerCase().replaceAll(/\s+/g, ' ').trim(),
  )
  const several = [...byTitle.values()].filter((items) => items.length > 1)
  return several.map((items) => ({
    title: titles[items[0] as number] as string,
    items: items.map((item) => numbers.ids[item] as string),
  }))
}
