/** Of European scripts. */
const ACCENTS = /[\u0300-\u036f]/g

/** @param {string} text */
const folded = (text) => text.normalize('NFD').replace(ACCENTS, '').toLowerCase()

/**
 * A title in pieces: those that begin a word with one of the query are matches, in any case and with any accents.
 *
 * @param {string} title
 * @param {string} query
 * @returns {{ text: string, isMatch: boolean }[]}
 */
export function matchesOf(title, query) {
  const wanted = folded(query).match(/[\p{L}\p{N}]+/gu) ?? []
  return (title.match(/[\p{L}\p{N}\p{M}]+|[^\p{L}\p{N}\p{M}]+/gu) ?? []).flatMap((word) => {
    const length = Math.max(0, ...wanted.map((beginning) => matching(word, beginning)))
    const pieces = [
      { text: word.slice(0, length), isMatch: true },
      { text: word.slice(length), isMatch: false },
    ]
    return pieces.filter(({ text }) => text !== '')
  })
}

/** How much of a word is the beginning that is looked for; 0: it begins otherwise. @param {string} word @param {string} beginning */
function matching(word, beginning) {
  for (let length = 1; length <= word.length; length++) if (folded(word.slice(0, length)) === beginning) return length
  return 0
}
