import fc from 'fast-check'
import { expect, it } from 'vitest'
import { finish } from '../../models/ranking/layout.ts'
import { createTitleIndex, indexed } from './title-index.ts'
import { isOneErrorAway, meantBy } from './typing-errors.ts'

const letters = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 6 }).map((some) => some.join(''))

/** All that one error makes of a word. */
function withOneError(word: string): Set<string> {
  const made = new Set<string>()
  for (let at = 0; at <= word.length; at++) {
    const [head, tail] = [word.slice(0, at), word.slice(at)]
    if (tail !== '') made.add(head + tail.slice(1))
    if (tail.length > 1) made.add(head + tail[1] + tail[0] + tail.slice(2))
    for (const letter of 'abc') {
      made.add(head + letter + tail)
      if (tail !== '') made.add(head + letter + tail.slice(1))
    }
  }
  return made
}

it('knows what is one error away, and nothing else', () => {
  fc.assert(
    fc.property(letters, letters, (typed, word) => {
      fc.pre(typed !== word)
      expect(isOneErrorAway(typed, word, false)).toBe(withOneError(typed).has(word))
      if (word.startsWith(typed)) return
      const isOfBeginning = [...withOneError(typed)].some((meant) => word.startsWith(meant))
      expect(isOneErrorAway(typed, word, true)).toBe(isOfBeginning)
    }),
    { numRuns: 2000 },
  )
})

it('takes the most frequent word for each that no title has', () => {
  const index = createTitleIndex()
  const titles = ['Godfather, The', 'Godfather: Part II, The', 'Godfathers', 'Lord of the Rings', 'Amélie', 'Iron Man']
  for (const [n, title] of titles.entries()) index.add(indexed(`${n}`, { title, genres: [], year: null }))
  for (const [query, meant] of [
    ['godfahter', 'godfather'],
    ['the godfathre part', 'the godfather part'],
    ['godfaher', 'godfather'],
    ['lrod rigns', 'lord rings'],
    ['Amelei', 'amelie'],
    // The beginning of a word, since it is the last one.
    ['gofda', 'godfather'],
    ['gofda part', undefined],
    ['godfather', undefined],
    ['irn', undefined],
    ['nothing alike', undefined],
    ['', undefined],
  ] as const)
    expect(finish(meantBy(index, query)), query).toBe(meant)
})

it('means what is in titles with the other words, and two words where they were typed as one', () => {
  const index = createTitleIndex()
  const titles = ['Rear Window', 'Widow', 'Black Widow', 'Widow, The', 'Star Wars', 'Star', 'Wars', 'Spider-Man', 'Man']
  for (const [n, title] of titles.entries()) index.add(indexed(`${n}`, { title, genres: [], year: 1950 + n }))
  for (const [query, meant] of [
    ['rear widnow', 'rear window'],
    ['widnow rear', 'window rear'],
    ['widnow', 'widow'],
    ['blakc widow', 'black widow'],
    ['widnow 1950', 'window 1950'],
    ['starwars', 'star wars'],
    ['starwa', undefined],
    ['starwar', 'star war'],
    ['spiderman', 'spider man'],
    ['spiderman 1957', 'spider man 1957'],
    // They stand side by side in no title.
    ['manspider', undefined],
  ] as const)
    expect(finish(meantBy(index, query)), query).toBe(meant)
})
