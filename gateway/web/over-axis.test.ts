import { expect, it } from 'vitest'
import { apart, cutOf, timeTicks, upTo } from './client/over-axis.js'

it.each([
  ['what has room stays', [10, 50], [10, 50]],
  ['what would meet moves down', [10, 12, 14], [10, 30, 50]],
  ['at the end, it moves up', [95, 99], [70, 90]],
  ['one alone keeps to the end', [99], [90]],
  ['nothing', [], []],
])('names beside lines: %s', (_, places, expected) => {
  expect(apart(places, 20, 90)).toEqual(expected)
})

it.each([
  ['a minute that is far more', [4, null, 100_836, 7, 0], 21],
  ['what was loaded within two minutes', [60_000, 40_836, 5, 3], 15],
  ['what is left of it is far more, too', [99_000, 900, 6, 2], 18],
  ['ordinary minutes', [4, 12, 30, 9], undefined],
  ['nothing but what was loaded', [null, 100_836], undefined],
  ['nothing', [], undefined],
])('axis that is cut: %s', (_, values, expected) => {
  expect(cutOf(values)).toBe(expected)
})

it('has no mark after the last of what it tells', () => {
  const [september, october] = [Date.UTC(2018, 8) / 1000, Date.UTC(2018, 9) / 1000]
  const [split, month] = [[september, october], 30 * 86_400]
  const texts = (last: number) => timeTicks('UTC')(upTo(split, last), month)
  expect(texts(october - 86_400)).toEqual(['Sept 2018', ''])
  expect(texts(october)).toEqual(['Sept 2018', 'Oct 2018'])
})
