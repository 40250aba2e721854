import type { Steps } from '../../models/ranking/layout.ts'
import type { TitleIndex } from './title-index.ts'
import { wordsOf } from './words.ts'

/** A number that is another one is no typing error of it. */
const DIGIT = /\p{N}/u
/** Of shorter words nearly every one is one error away from another. */
const MIN_LETTERS = 4
/** Words compared at a step: a millisecond. */
const STEP_WORDS = 8_192

/**
 * What was meant by a query of which nothing is found: each word that no title has becomes the most frequent one that is one typing
 * error away.
 *
 * @returns undefined: all its words are there, or one is like none
 */
export function* meantBy(index: TitleIndex, query: string): Steps<string | undefined> {
  const words = wordsOf(query)
  const meant: string[] = []
  for (const [n, word] of words.entries()) {
    const isLast = n === words.length - 1
    const isThere = isLast
      ? !index.withWordsFrom(word).next().done || index.ofYearsFrom(word).length > 0
      : index.withWord(word).length + index.ofYear(word).length > 0
    const nearest = isThere ? word : yield* nearestTo(index, word, isLast)
    if (nearest === undefined) return undefined
    meant.push(nearest)
  }
  return meant.every((word, n) => word === words[n]) ? undefined : meant.join(' ')
}

function* nearestTo(index: TitleIndex, typed: string, isBeginning: boolean): Steps<string | undefined> {
  if (typed.length < MIN_LETTERS || DIGIT.test(typed)) return undefined
  let [best, most] = [undefined as string | undefined, 0]
  let looked = 0
  for (const { term, slots } of index.words()) {
    if (++looked % STEP_WORDS === 0) yield
    if (slots.length > most && isOneErrorAway(typed, term, isBeginning)) [best, most] = [term, slots.length]
  }
  return best
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
