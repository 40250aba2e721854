import type { Random } from '../models/linalg/random.ts'

const ADJECTIVES =
  'Silent Crimson Broken Hidden Last Golden Distant Restless Paper Northern Hollow Bright Forgotten Second Winter Electric Quiet Burning'.split(
    ' ',
  )
const NOUNS =
  'River Harbor Letter Garden Horizon Stranger Empire Orchard Promise Lantern Bridge Summer Witness Machine Voyage Shadow Mirror Island Clock Frontier'.split(
    ' ',
  )
const NAMES = 'Anna Marlow Viktor Elena Ruth Samuel Odessa Henri Clara Tomas Ingrid Malik Rosa Julian'.split(' ')
const PLACES = 'Lisbon Montana the Moon Cairo Baltimore Kyoto the Valley Trieste Havana the Deep'.split(
  / (?=[A-Z]|the )(?<!the )/,
)
const NUMERALS = ['II', 'III', 'IV', 'V', 'VI', 'VII', 'VIII', 'IX', 'X']

/** Draws titles that read like films', no two alike: one that is taken gets a sequel. */
export function titles(random: Random): () => string {
  const pick = (words: readonly string[]): string => words[Math.floor(random() * words.length)] as string
  const patterns = [
    () => `The ${pick(ADJECTIVES)} ${pick(NOUNS)}`,
    () => `${pick(ADJECTIVES)} ${pick(NOUNS)}`,
    () => `A ${pick(NOUNS)} in ${pick(PLACES)}`,
    () => `${pick(NAMES)}'s ${pick(NOUNS)}`,
    () => `${pick(NOUNS)} of ${pick(PLACES)}`,
    () => `${pick(NAMES)} and the ${pick(ADJECTIVES)} ${pick(NOUNS)}`,
  ]
  const parts = new Map<string, number>()
  return () => {
    const title = (patterns[Math.floor(random() * patterns.length)] as () => string)()
    const part = (parts.get(title) ?? 0) + 1
    parts.set(title, part)
    return part === 1 ? title : `${title} ${NUMERALS[part - 2] ?? part}`
  }
}
