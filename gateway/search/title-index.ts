import type { Item } from '../../models/events/types.ts'
import { folded } from '../../models/ranking/folded.ts'
import { createSortedList } from './sorted-list.ts'
import { phraseOf, wordsOf } from './words.ts'

/** Which slots hold something, in ascending order. */
export type Slots = readonly number[]

/** What is indexed of an item. It never changes: an item that does is taken out and gets another slot. */
export interface IndexedItem {
  readonly itemId: string
  /** Its words as `phraseOf` joins them. */
  readonly text: string
  /** Folded. */
  readonly genres: readonly string[]
  /** '': nobody knows. */
  readonly year: string
}

export type TitleIndex = ReturnType<typeof createTitleIndex>

/** A word or a genre, and where it occurs. */
interface Postings {
  readonly term: string
  readonly slots: number[]
}

/**
 * Which items have which words in their titles and which genres, kept as they come and go. Items have slots, small whole
 * numbers, so that sets of them are short arrays; a slot that became free is given to another item.
 */
export function createTitleIndex() {
  const items: (IndexedItem | undefined)[] = []
  const free: number[] = []
  const slotOf = new Map<string, number>()
  const words = new Map<string, Postings>()
  const genres = new Map<string, Postings>()
  const years = new Map<string, Postings>()
  /** What beginnings of words are looked up in. */
  const byWord = createSortedList<Postings>((x, y) => compareText(x.term, y.term))
  const byTitle = createSortedList<number>((x, y) => compareTitles(at(x), at(y)))
  const at = (slot: number): IndexedItem => items[slot] as IndexedItem

  return {
    /** Slots below this one may be in use. */
    get end() {
      return items.length
    },
    at: (slot: number): IndexedItem | undefined => items[slot],

    /** The item must not be there. @returns its slot */
    add(item: IndexedItem): number {
      const slot = free.pop() ?? items.length
      items[slot] = item
      slotOf.set(item.itemId, slot)
      byTitle.add(slot)
      for (const word of wordsIn(item)) {
        let postings = words.get(word)
        if (!postings) {
          postings = { term: word, slots: [] }
          words.set(word, postings)
          byWord.add(postings)
        }
        insert(postings.slots, slot)
      }
      for (const genre of item.genres) enter(genres, genre, slot)
      if (item.year !== '') enter(years, item.year, slot)
      return slot
    },

    /** @returns the slot that became free; undefined: the item was not there */
    remove(itemId: string): number | undefined {
      const slot = slotOf.get(itemId)
      if (slot === undefined) return undefined
      const item = at(slot)
      for (const word of wordsIn(item)) {
        const postings = words.get(word) as Postings
        if (withdraw(postings.slots, slot)) continue
        words.delete(word)
        byWord.remove(postings)
      }
      for (const genre of item.genres) leave(genres, genre, slot)
      if (item.year !== '') leave(years, item.year, slot)
      byTitle.remove(slot)
      slotOf.delete(itemId)
      items[slot] = undefined
      free.push(slot)
      return slot
    },

    /** Whether the item is there, just so. */
    holds({ itemId, text, genres, year }: IndexedItem): boolean {
      const held = items[slotOf.get(itemId) ?? -1]
      return held?.text === text && held.year === year && held.genres.join('|') === genres.join('|')
    },

    words: (): Iterable<Postings> => words.values(),
    withWord: (word: string): Slots => words.get(word)?.slots ?? [],
    ofGenre: (genre: string): Slots => genres.get(folded(genre))?.slots ?? [],
    ofYear: (year: string): Slots => years.get(year)?.slots ?? [],
    /** Of years that begin so; there are few. */
    ofYearsFrom: (beginning: string): Slots[] =>
      [...years.values()].filter(({ term }) => term.startsWith(beginning)).map(({ slots }) => slots),
    *withWordsFrom(beginning: string): Generator<Slots, undefined> {
      for (const { term, slots } of byWord.from(({ term }) => term < beginning)) {
        if (!term.startsWith(beginning)) return
        yield slots
      }
    },
    /** Whose words are these, all of them and no others. */
    *titled(text: string): Generator<number, undefined> {
      for (const slot of byTitle.from((other) => at(other).text < text)) {
        if (at(slot).text !== text) return
        yield slot
      }
    },
    /** All slots in use, by title, then by item id. */
    inTitleOrder(): Int32Array {
      const slots = new Int32Array(byTitle.length)
      let into = 0
      for (const block of byTitle.blocks()) {
        slots.set(block, into)
        into += block.length
      }
      return slots
    },
  }
}

export const compareTitles = (x: IndexedItem, y: IndexedItem): number =>
  compareText(x.text, y.text) || compareText(x.itemId, y.itemId)

const compareText = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0)

export function indexed(itemId: string, { title, genres, year }: Pick<Item, 'title' | 'genres' | 'year'>): IndexedItem {
  return {
    itemId,
    text: phraseOf(wordsOf(title)),
    genres: [...new Set(genres.map(folded))],
    year: year === null ? '' : String(year),
  }
}

const wordsIn = ({ text }: IndexedItem): Set<string> => new Set(text.split(' ').filter((word) => word !== ''))

function enter(terms: Map<string, Postings>, term: string, slot: number): void {
  const postings = terms.get(term)
  if (postings) insert(postings.slots, slot)
  else terms.set(term, { term, slots: [slot] })
}

function leave(terms: Map<string, Postings>, term: string, slot: number): void {
  if (!withdraw((terms.get(term) as Postings).slots, slot)) terms.delete(term)
}

function insert(slots: number[], slot: number): void {
  if (slots.length === 0 || slot > (slots.at(-1) as number)) slots.push(slot)
  else slots.splice(placeOf(slots, slot), 0, slot)
}

/** @returns whether others are left */
function withdraw(slots: number[], slot: number): boolean {
  slots.splice(placeOf(slots, slot), 1)
  return slots.length > 0
}

function placeOf(slots: Slots, slot: number): number {
  let [low, high] = [0, slots.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((slots[middle] as number) < slot) low = middle + 1
    else high = middle
  }
  return low
}
