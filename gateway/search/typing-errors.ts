import type { Steps } from '../../models/ranking/layout.ts'
import { wordCheck } from './find.ts'
import type { IndexedItem, Slots, TitleIndex } from './title-index.ts'
import { wordsOf } from './words.ts'

/** A number that is another one is no typing error of it. */
const DIGIT = /\p{N}/u
/** Of shorter words nearly every one is one error away from another. */
const MIN_LETTERS = 4
/** Words, or titles, compared at a step: a millisecond. */
const STEP = 8_192
/** Of shorter ones nearly every word is made. */
const MIN_PART = 3

/**
 * What was meant by a query of which nothing is found: each word that no title has becomes two that stand side by side in one, or
 * else the one that is one typing error away: most frequent in titles with the other words, where these are in any, and otherwise
 * altogether.
 *
 * @returns undefined: all its words are there, or one is like none
 */
export function* meantBy(index: TitleIndex, query: string): Steps<string | undefined> {
  const words = wordsOf(query)
  const isThere = (word: string, n: number): boolean =>
    n === words.length - 1
      ? !index.withWordsFrom(word).next().done || index.ofYearsFrom(word).length > 0
      : index.withWord(word).length + index.ofYear(word).length > 0
  const others = words.map((word, n) => (isThere(word, n) ? word : ''))
  const meant: string[] = []
  for (const [n, word] of words.entries()) {
    const isLast = n === words.length - 1
    const nearest = isThere(word, n)
      ? word
      : ((yield* partsOf(index, word, isLast)) ?? (yield* nearestTo(index, word, isLast, others)))
    if (nearest === undefined) return undefined
    meant.push(nearest)
  }
  return meant.every((word, n) => word === words[n]) ? undefined : meant.join(' ')
}

/** "starwars", for who is meant by "Star Wars". */
function* partsOf(index: TitleIndex, typed: string, isBeginning: boolean): Steps<string | undefined> {
  let [best, most] = [undefined as string | undefined, 0]
  for (let at = MIN_PART; at <= typed.length - MIN_PART; at++) {
    const [head, tail] = [typed.slice(0, at), typed.slice(at)]
    const phrase = isBeginning ? ` ${head} ${tail}` : ` ${head} ${tail} `
    const count = yield* countOf(index, index.withWord(head), (text) => text.includes(phrase))
    if (count > most) [best, most] = [`${head} ${tail}`, count]
  }
  return best
}

/** @param others  words of the query that are there; '' where one is not */
function* nearestTo(
  index: TitleIndex,
  typed: string,
  isBeginning: boolean,
  others: readonly string[],
): Steps<string | undefined> {
  if (typed.length < MIN_LETTERS || DIGIT.test(typed)) return undefined
  const near: { readonly term: string; readonly slots: Slots }[] = []
  let looked = 0
  for (const postings of index.words()) {
    if (++looked % STEP === 0) yield
    if (isOneErrorAway(typed, postings.term, isBeginning)) near.push(postings)
  }
  const hasOthers = wordCheck(others.filter((word, n) => word !== '' || n === others.length - 1))
  const isAlone = others.every((word) => word === '')
  let [best, most, mostAlone] = [undefined as string | undefined, 0, 0]
  for (const { term, slots } of near) {
    const together = isAlone ? 0 : yield* countOf(index, slots, (_, item) => hasOthers(item))
    if (together < most || (together === most && slots.length <= mostAlone)) continue
    best = term
    most = together
    mostAlone = slots.length
  }
  return best
}

/** @param isMatch  of the words of a title, with a space before and after each */
function* countOf(
  index: TitleIndex,
  slots: Slots,
  isMatch: (text: string, item: IndexedItem) => boolean,
): Steps<number> {
  let count = 0
  // Titles may come and go between the steps.
  for (let n = 0; n < slots.length; n++) {
    if (n % STEP === STEP - 1) yield
    const item = index.at(slots[n] as number)
    if (item && isMatch(`${item.text} `, item)) count++
  }
  return count
}

/**
 * Whether one typing error lies between what was typed and a word, or its beginning: a letter too many, one too few, another one,
 * or two neighbours swapped (Damerau 1964).
 */
export function isOneErrorAway(typed: string, word: string, isBeginning: boolean): boolean {
  let same = 0
  while (same < typed.length && typed[same] === word[same]) same++
  const isRest = (inTyped: number, inWord: number): boolean =>
    isBeginning ? word.startsWith(typed.slice(inTyped), inWord) : typed.slice(inTyped) === word.slice(inWord)
  const isSwapped = typed[same] === word[same + 1] && typed[same + 1] === word[same]
  return (
    isRest(same + 1, same) ||
    (same < word.length && (isRest(same, same + 1) || isRest(same + 1, same + 1))) ||
    (isSwapped && isRest(same + 2, same + 2))
  )
}
