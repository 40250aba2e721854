import fc from 'fast-check'
import { expect, it } from 'vitest'
import { folded } from './folded.ts'

it.each([
  ['Amélie', 'amelie'],
  ['Ame\u0301lie', 'amelie'],
  ['Łódź', 'lodz'],
  ['Ørsted', 'orsted'],
  ['STRASSE', folded('Straße')],
  ['ΟΔΥΣΣΕΎΣ', folded('Οδυσσεύς')],
  ['İstanbul', 'istanbul'],
  ['Ångström', 'angstrom'],
])('takes %s for %s', (text, expected) => {
  expect(folded(text)).toBe(expected)
})

it('finds the beginning of a word, whatever stands at its end', () => {
  expect(folded('Οδυσσεια').startsWith(folded('ΟΔΥΣ'))).toBe(true)
})

it.each([
  ['दिल', 'दाल'],
  ['กี', 'กู'],
  ['ガ', 'カ'],
])('tells %s from %s', (one, other) => {
  expect(folded(one)).not.toBe(folded(other))
})

it('changes nothing the second time', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(folded(folded(text))).toBe(folded(text))
    }),
  )
})
