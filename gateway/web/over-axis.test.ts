import { expect, it } from 'vitest'
import { apart } from './client/over-axis.js'

it.each([
  ['what has room stays', [10, 50], [10, 50]],
  ['what would meet moves down', [10, 12, 14], [10, 30, 50]],
  ['at the end, it moves up', [95, 99], [70, 90]],
  ['one alone keeps to the end', [99], [90]],
  ['nothing', [], []],
])('names beside lines: %s', (_, places, expected) => {
  expect(apart(places, 20, 90)).toEqual(expected)
})
