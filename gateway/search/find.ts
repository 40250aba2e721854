import { folded } from '../../models/ranking/folded.ts'
import { type Candidate, compareCandidates, type LateTitles } from './late-titles.ts'
import type { PopularityOrder } from './popularity-order.ts'
import { addRank, countRanks, keepCommon, nextRank, noRanks, passRanks, type RankSet, removeAll } from './rank-set.ts'
import type { RankedTitles } from './ranked-titles.ts'
import type { IndexedItem, Slots, TitleIndex } from './title-index.ts'
import { phraseOf, wordsOf } from './words.ts'

export interface ItemQuery {
  /** Words of the title, and its year, in any order; the last one may be the beginning of a word. */
  readonly query?: string | undefined
  readonly genre?: string | undefined
  readonly skip: number
  readonly limit: number
}

/** The part that was asked for, of so many that match. */
export interface Found {
  readonly found: readonly IndexedItem[]
  readonly total: number
}

/** Words of a query whose occurrences are marked, beside the last one: a query may have a hundred. */
const MARKED_WORDS = 3
/** Sorting one takes as long as going past so many that are in order. */
const FEW_SHARE = 32

/**
 * Items whose titles have all words of the query, in any order, the last of them as a beginning at least: the most popular first,
 * then by title, then by id. Where a word stands does not count: who types "man" rather means "Iron Man" than a little known "Man
 * of the House", and who types "lord rings" no other film than who types it in full. Only a title that is the query, whole, comes
 * before all others: nobody could type any more of it to tell "It" from "It Follows".
 *
 * The year counts as a word beside others. Alone it counts where no title has it: who types "2001" means "2001: A Space Odyssey".
 *
 * The ranks of what may match are marked in sets, one for each word and the genre; what is in all of them is read from the
 * first rank on, until the list is full. So a query costs a few nanoseconds for each occurrence of its words, and not the
 * sorting of what it finds.
 */
export function find(titles: RankedTitles, { query, genre, skip, limit }: ItemQuery): Found {
  const { index, order, late } = titles
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
  function takeAll(ranks: RankSet, late: Iterable<Candidate>, isMatch?: Check): boolean {
    let from = 0
    for (const candidate of late) {
      const end = placeIn(titles, candidate, from)
      if (takeRanks(ranks, from, end, isMatch) || take(candidate.item)) return true
      from = end
    }
    return takeRanks(ranks, from, order.slots.length, isMatch)
  }

  const wantedGenre = genre === undefined ? undefined : folded(genre)
  const isWhole: Check = ({ text }) => words.length > 0 && text === phrase
  const countsYear = yearCounts(index, words)
  const hasAll = wordCheck(words, countsYear)
  const isLateMatch: Check = (item) => hasAll(item) && (wantedGenre === undefined || item.genres.includes(wantedGenre))
  const conditions = conditionsOf(index, words, genre, countsYear)
  const ranks = order.standing.slice()
  for (const slots of conditions) keepCommon(ranks, marked(slots, order))
  const titled = words.length > 0 ? [...index.titled(phrase)] : []
  const whole = marked([titled], order)
  keepCommon(whole, ranks)
  removeAll(ranks, whole)
  // Fewer words are all marked: what is in every set has them.
  const isMatch = words.length > MARKED_WORDS + 1 ? hasAll : undefined
  const lateWhole = lateAt(titled, late).filter(({ item }) => isLateMatch(item))
  const lateOthers = [...lateOnes(late, conditions, (item) => isLateMatch(item) && !isWhole(item))]
  if (!takeAll(whole, lateWhole)) takeAll(ranks, lateOthers, isMatch)
  const total = countRanks(whole) + lateWhole.length + countMatches(titles, ranks, isMatch) + lateOthers.length
  return { found, total }
}

function countMatches(titles: RankedTitles, ranks: RankSet, isMatch: Check | undefined): number {
  if (!isMatch) return countRanks(ranks)
  let count = 0
  for (let rank = nextRank(ranks, 0); rank !== undefined; rank = nextRank(ranks, rank + 1))
    if (isMatch(itemAt(titles, rank))) count++
  return count
}

type Check = (item: IndexedItem) => boolean

function yearCounts(index: TitleIndex, words: readonly string[]): boolean {
  const [first, ...others] = words
  return others.length > 0 || (first !== undefined && index.withWordsFrom(first).next().done === true)
}

/** Whether an item has all words, the last of them as a beginning at least. */
export function wordCheck(words: readonly string[], countsYear = true): Check {
  const whole = words.slice(0, -1).map((word) => ` ${word} `)
  const beginning = words.length > 0 ? ` ${words.at(-1)}` : ''
  return ({ text, year }) => {
    const withYear = countsYear && year !== '' ? `${text} ${year}` : text
    const all = whole.length > 0 ? `${withYear} ` : withYear
    return all.includes(beginning) && whole.every((word) => all.includes(word))
  }
}

const itemAt = ({ index, order }: RankedTitles, rank: number): IndexedItem =>
  index.at(order.slots[rank] as number) as IndexedItem

/** Slots that have a word, or one of several; their lists may overlap. */
type Condition = readonly Slots[]

/** What has to hold of those of the genre that have the words, the last one at least as a beginning; of many words, the rarest. */
function conditionsOf(
  index: TitleIndex,
  words: readonly string[],
  genre: string | undefined,
  countsYear: boolean,
): Condition[] {
  const conditions: Condition[] = words
    .slice(0, -1)
    .map((word) => [index.withWord(word), index.ofYear(word)])
    .sort((x, y) => lengthOf(x) - lengthOf(y))
    .slice(0, MARKED_WORDS)
  const last = words.at(-1)
  if (last !== undefined)
    conditions.push([...index.withWordsFrom(last), ...(countsYear ? index.ofYearsFrom(last) : [])])
  if (genre !== undefined) conditions.push([index.ofGenre(genre)])
  return conditions
}

const lengthOf = (slots: Condition): number => slots.reduce((sum, { length }) => sum + length, 0)

/** Of what is late, those that match, in order: where few can, they are looked up and sorted. */
function lateOnes(late: LateTitles, conditions: readonly Condition[], isMatch: Check): Iterable<Candidate> {
  const [fewest] = conditions.toSorted((x, y) => lengthOf(x) - lengthOf(y))
  if (!fewest || lengthOf(fewest) * FEW_SHARE > late.size()) return late.inOrder().filter(({ item }) => isMatch(item))
  const slots = [...new Set(fewest.flat())]
  return lateAt(slots, late).filter(({ item }) => isMatch(item))
}

const lateAt = (slots: Slots, late: LateTitles): Candidate[] =>
  slots.flatMap((slot) => late.of(slot) ?? []).sort(compareCandidates)

function marked(slotsOfEach: Condition, { rankOf, slots: { length } }: PopularityOrder): RankSet {
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

/**
 * The first rank of whoever comes after the candidate, which is not below `from`. It is looked for from there on in growing steps
 * (Bentley & Yao 1976): of many candidates one after another, each is near the one before.
 */
function placeIn(titles: RankedTitles, candidate: Candidate, from: number): number {
  const { standing, popularity, slots } = titles.order

  /** @returns the first rank at which that is to be asked again; undefined: it does not come before the candidate */
  function after(rank: number): number | undefined {
    // Whose item is gone tells nothing: the next one does.
    const next = nextRank(standing, rank)
    if (next === undefined) return undefined
    const other = { item: itemAt(titles, next), popularity: popularity[next] as number }
    return compareCandidates(other, candidate) < 0 ? next + 1 : undefined
  }

  let low = from
  let high = from
  for (let step = 1; high < slots.length; step *= 2) {
    const next = after(high)
    if (next === undefined) break
    low = next
    high = next + step
  }
  high = Math.min(high, slots.length)
  while (low < high) {
    const middle = (low + high) >>> 1
    const next = after(middle)
    if (next === undefined) high = middle
    else low = next
  }
  return low
}
