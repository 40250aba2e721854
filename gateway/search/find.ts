import { folded } from '../../models/ranking/folded.ts'
import type { PopularityOrder } from './popularity-order.ts'
import { addRank, keepCommon, nextRank, noRanks, passRanks, type RankSet, removeAll } from './rank-set.ts'
import type { Popularity, RankedTitles } from './ranked-titles.ts'
import { compareTitles, type IndexedItem, type Slots } from './title-index.ts'
import { phraseOf, wordsOf } from './words.ts'

export interface ItemQuery {
  /** Beginning of the title, or of one of its words. */
  readonly query?: string | undefined
  readonly genre?: string | undefined
  readonly skip: number
  readonly limit: number
}

/** Words of a query whose occurrences are marked, beside the last one: a query may have a hundred. */
const MARKED_WORDS = 3

/**
 * Items in whose titles the query begins at a word: the most popular first, then by title, then by id. Where the title begins
 * with it counts no more than another word: who types "man" rather means "Iron Man" than a little known "Man of the House". Only
 * a title that is the query, whole, comes before all others: nobody could type any more of it to tell "It" from "It Follows".
 *
 * The ranks of what may match are marked in sets, one for each word and the genre; what is in all of them is read from the
 * first rank on, until the list is full. So a query costs a few nanoseconds for each occurrence of its words, and not the
 * sorting of what it finds.
 */
export function find(
  titles: RankedTitles,
  { query, genre, skip, limit }: ItemQuery,
  popularityOf: Popularity['popularityOf'],
): IndexedItem[] {
  const { index, order } = titles
  const words = wordsOf(query ?? '')
  const phrase = phraseOf(words)
  const found: IndexedItem[] = []
  let toSkip = skip

  /** @returns whether the list is full */
  function take(item: IndexedItem): boolean {
    if (toSkip > 0) toSkip--
    else found.push(item)
    return found.length === limit
  }

  function takeRanks(ranks: RankSet, from: number, end: number, isMatch: Check | undefined): boolean {
    for (let next = from; ; ) {
      if (!isMatch) {
        const skipped = passRanks(ranks, next, end, toSkip)
        toSkip -= skipped.passed
        next = skipped.next
      }
      const rank = nextRank(ranks, next)
      if (rank === undefined || rank >= end) return false
      const item = itemAt(titles, rank)
      if ((!isMatch || isMatch(item)) && take(item)) return true
      next = rank + 1
    }
  }

  /** Takes what has a rank and what came later, in one order. @param isMatch  undefined: all of these ranks match */
  function takeAll(ranks: RankSet, late: readonly Candidate[], isMatch?: Check): boolean {
    let from = 0
    for (const candidate of late) {
      const end = placeIn(titles, candidate)
      if (takeRanks(ranks, from, end, isMatch) || take(candidate.item)) return true
      from = end
    }
    return takeRanks(ranks, from, order.slots.length, isMatch)
  }

  const late = lateOnes(titles, phrase, genre, popularityOf)
  const isWhole: Check = ({ text }) => words.length > 0 && text === phrase
  const lateWhole = late.filter(({ item }) => isWhole(item))
  const lateOthers = late.filter(({ item }) => !isWhole(item))
  const ranks = ranksOf(titles, words, genre)
  const whole = marked([words.length > 0 ? [...index.titled(phrase)] : []], order)
  keepCommon(whole, ranks)
  removeAll(ranks, whole)
  const isMatch: Check | undefined = words.length > 1 ? ({ text }) => text.includes(phrase) : undefined
  if (!takeAll(whole, lateWhole)) takeAll(ranks, lateOthers, isMatch)
  return found
}

type Check = (item: IndexedItem) => boolean

interface Candidate {
  readonly item: IndexedItem
  readonly popularity: number
}

const compareCandidates = (x: Candidate, y: Candidate): number =>
  y.popularity - x.popularity || compareTitles(x.item, y.item)

const itemAt = ({ index, order }: RankedTitles, rank: number): IndexedItem =>
  index.at(order.slots[rank] as number) as IndexedItem

/**
 * Ranks of those of the genre that have the words, the last one at least as a beginning; of many words, the rarest: whether all of
 * them stand there one after another has to be seen anyway.
 */
function ranksOf({ index, order }: RankedTitles, words: readonly string[], genre: string | undefined): RankSet {
  const rarest = words
    .slice(0, -1)
    .map((word) => index.withWord(word))
    .sort((x, y) => x.length - y.length)
    .slice(0, MARKED_WORDS)
  const conditions: Iterable<Slots>[] = rarest.map((slots) => [slots])
  const last = words.at(-1)
  if (last !== undefined) conditions.push(index.withWordsFrom(last))
  if (genre !== undefined) conditions.push([index.ofGenre(genre)])
  const ranks = order.standing.slice()
  for (const slots of conditions) keepCommon(ranks, marked(slots, order))
  return ranks
}

function marked(slotsOfEach: Iterable<Slots>, { rankOf, slots: { length } }: PopularityOrder): RankSet {
  const ranks = noRanks(length)
  for (const slots of slotsOfEach) {
    // An index, not an iterator: of common words there are hundreds of thousands.
    for (let n = 0; n < slots.length; n++) {
      const slot = slots[n] as number
      const rank = slot < rankOf.length ? (rankOf[slot] as number) : -1
      if (rank >= 0) addRank(ranks, rank)
    }
  }
  return ranks
}

/** Those without a rank that match, in order. */
function lateOnes(
  { index, late }: RankedTitles,
  phrase: string,
  genre: string | undefined,
  popularityOf: Popularity['popularityOf'],
): Candidate[] {
  const wanted = genre === undefined ? undefined : folded(genre)
  return [...late]
    .map((slot) => index.at(slot) as IndexedItem)
    .filter(({ text, genres }) => text.includes(phrase) && (wanted === undefined || genres.includes(wanted)))
    .map((item) => ({ item, popularity: popularityOf(item.itemId) }))
    .sort(compareCandidates)
}

/** The first rank of whoever comes after the candidate. */
function placeIn(titles: RankedTitles, candidate: Candidate): number {
  const { standing, popularity, slots } = titles.order
  let [low, high] = [0, slots.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    // Whose item is gone tells nothing: the next one does.
    const rank = nextRank(standing, middle) ?? high
    const isBefore =
      rank < high &&
      compareCandidates({ item: itemAt(titles, rank), popularity: popularity[rank] as number }, candidate) < 0
    if (isBefore) low = rank + 1
    else high = middle
  }
  return low
}
