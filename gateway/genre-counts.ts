import { inSlices } from '../infra/in-slices.ts'
import { folded } from '../models/ranking/folded.ts'
import type { Steps } from '../models/ranking/layout.ts'
import type { Catalogue } from './catalogue.ts'

/** Items that are looked at in a step. */
const STEP_ITEMS = 1024

interface GenreCount {
  readonly genre: string
  /** Available items of it. */
  readonly items: number
}

/** Counts the genres of the catalogue, those with most items first; again only when the catalogue has changed since. */
export function createGenreCounts(catalogue: Pick<Catalogue, 'get' | 'itemIds' | 'version'>) {
  let last: { readonly version: number; readonly counts: Promise<readonly GenreCount[]> } | undefined

  return function counts(): Promise<readonly GenreCount[]> {
    const version = catalogue.version()
    if (last?.version !== version) last = { version, counts: inSlices(count(catalogue)) }
    return last.counts
  }
}

function* count({ get, itemIds }: Pick<Catalogue, 'get' | 'itemIds'>): Steps<GenreCount[]> {
  /** By the folded genre: how many items, and how many spell it how. */
  const found = new Map<string, { items: number; spellings: Map<string, number> }>()
  let looked = 0
  for (const itemId of itemIds()) {
    const item = get(itemId)
    if (item?.available)
      for (const [key, genre] of new Map(item.genres.map((genre) => [folded(genre), genre]))) {
        const entry = found.get(key) ?? { items: 0, spellings: new Map() }
        found.set(key, entry)
        entry.items++
        entry.spellings.set(genre, (entry.spellings.get(genre) ?? 0) + 1)
      }
    if (++looked % STEP_ITEMS === 0) yield
  }
  return [...found.values()]
    .map(({ items, spellings }) => ({ genre: mostUsed(spellings), items }))
    .sort((x, y) => y.items - x.items || (x.genre < y.genre ? -1 : 1))
}

function mostUsed(spellings: ReadonlyMap<string, number>): string {
  const [[spelling = ''] = []] = [...spellings].sort(([x, n], [y, m]) => m - n || (x < y ? -1 : 1))
  return spelling
}
