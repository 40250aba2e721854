/** Nothing in it but letters, digits and signs of ASCII, which have no accents. */
const PLAIN = /^[ -~]*$/
/** Of European scripts. Marks of others are vowels, or tell one consonant from another. */
const ACCENTS = /[\u0300-\u036f]/g
/** Letters with an accent that is no mark of its own, and the sigma that ends a word. */
const LETTERS: Readonly<Record<string, string>> = {
  æ: 'ae',
  ð: 'd',
  đ: 'd',
  ħ: 'h',
  ı: 'i',
  ł: 'l',
  ø: 'o',
  œ: 'oe',
  ß: 'ss',
  þ: 'th',
  ς: 'σ',
}
const SPECIAL = new RegExp(`[${Object.keys(LETTERS).join('')}]`, 'g')

/** A text as others are compared with it, without case and accents: "Amélie" is "amelie", "Łódź" is "lodz". */
export function folded(text: string): string {
  if (PLAIN.test(text)) return text.toLowerCase()
  const lower = text.normalize('NFD').replace(ACCENTS, '').toLowerCase()
  return lower.replace(SPECIAL, (letter) => LETTERS[letter] as string)
}
