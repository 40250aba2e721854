import { folded } from '../../models/ranking/folded.ts'

/** "Matrix, The" and "Seven Samurai, The (Shichinin no samurai)": how catalogues file what people call "The Matrix". */
const FILED_ARTICLE = /^(.+?), (the|an?|les?|la|l['’]|une?|der|die|das|eine?|el|los|las|il|lo|gli)(?= \(|$)/

/**
 * Words of a title, or of what is looked for: runs of letters and digits, without case and accents; an article that stands
 * behind its title comes first. A text of other signs alone, such as "!!!", is split at its spaces.
 */
export function wordsOf(text: string): string[] {
  const plain = folded(text).replace(FILED_ARTICLE, '$2 $1')
  return plain.match(/[\p{L}\p{N}\p{M}]+/gu) ?? plain.split(/\s+/).filter((word) => word !== '')
}

/** Words as one text in which a space before each tells where it begins. */
export function phraseOf(words: readonly string[]): string {
  return words.map((word) => ` ${word}`).join('')
}
