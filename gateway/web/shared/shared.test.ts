import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ENOUGH as ENOUGH_OF_CHARTS } from '../../../infra/analytics/chart.ts'
import { matchesOf } from '../client/matches.js'
import { whyItem, whyList } from './because.js'
import { coverOf } from './cover.js'
import { ENOUGH } from './dashboard.js'
import { MOST_STARS, ratingValueOf, starsOf, starsText } from './stars.js'
import { spokenTitle } from './titles.js'

const halves = fc.integer({ min: 1, max: 2 * MOST_STARS }).map((half) => half / 2)

describe('stars', () => {
  it.each([
    ['MovieLens', { min: 0.5, max: 5 }, 4, 4],
    ['MovieTweetings', { min: 0, max: 10 }, 4, 8],
    ['likes', { min: 0, max: 1 }, 5, 1],
    ['a scale with a middle', { min: -2, max: 2 }, 5, 2],
  ])('are values on the scale of %s', (_, scale, stars, value) => {
    expect(ratingValueOf(stars, scale)).toBe(value)
  })

  it('that were given are shown as they were given', () => {
    const scale = fc.constantFrom({ min: 0.5, max: 5 }, { min: 0, max: 10 }, { min: 0, max: 1 }, { min: -2, max: 2 })
    fc.assert(
      fc.property(halves, scale, (stars, on) => {
        const value = ratingValueOf(stars, on)
        expect(value).toBeGreaterThanOrEqual(on.min)
        expect(value).toBeLessThanOrEqual(on.max)
        expect(starsOf(value, on)).toBe(stars)
      }),
    )
  })

  it('are written with halves', () => {
    expect([0.5, 1, 3.5, 5].map(starsText)).toEqual(['½', '1', '3½', '5'])
  })
})

it.each([
  ['Matrix, The', 'The Matrix'],
  ['Seven Samurai, The (Shichinin no samurai)', 'The Seven Samurai (Shichinin no samurai)'],
  ["Avventura, L'", "L'Avventura"],
  ['American in Paris, An', 'An American in Paris'],
  ['Good, the Bad and the Ugly, The', 'The Good, the Bad and the Ugly'],
  ['Me, Myself & Irene', 'Me, Myself & Irene'],
  ['Heat', 'Heat'],
])('%s is called %s', (filed, spoken) => {
  expect(spokenTitle(filed)).toBe(spoken)
})

describe('the matching part of a title', () => {
  const matched = (title: string, query: string) =>
    matchesOf(title, query)
      .filter(({ isMatch }) => isMatch)
      .map(({ text }) => text)

  it.each([
    ['The Matrix', 'matr', ['Matr']],
    ['Amélie', 'amel', ['Amél']],
    ['Star Wars: Episode IV', 'wars star', ['Star', 'Wars']],
    ['Kung Fu Panda 2', '2', ['2']],
    ['Heat', 'eat', []],
    ['Heat', '', []],
  ])('%s, by %s', (title, query, parts) => {
    expect(matched(title, query)).toEqual(parts)
  })

  it('leaves the title as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (title, query) => {
        const pieces = matchesOf(title, query)
        expect(pieces.map(({ text }) => text).join('')).toBe(title)
      }),
    )
  })
})

it('draws any title of any genre, the same one always the same', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.array(fc.string()), (title, genres) => {
      const cover = coverOf(title, genres)
      expect(cover).toEqual(coverOf(title, genres))
      expect(cover.hue).toBeGreaterThanOrEqual(0)
      expect(cover.hue).toBeLessThan(24)
      expect(cover.pattern).toBeLessThan(9)
    }),
  )
  expect(coverOf('Heat', ['Drama', 'Crime'])).toMatchObject({ genre: 'Crime', size: 'xl' })
})

it.each([
  ['Forrest Gump', 'Comedy|Drama|Romance|War', 'Comedy'],
  ['Saving Private Ryan', 'Action|Drama|War', 'War'],
  ['The Matrix', 'Action|Sci-Fi|Thriller', 'Sci-Fi'],
  ['The Lion King', 'Adventure|Animation|Children|Drama|Musical|IMAX', 'Animation'],
  ['Groundhog Day', 'Comedy|Fantasy|Romance', 'Comedy'],
  ['The Two Towers', 'Adventure|Fantasy', 'Fantasy'],
  ['The Godfather', 'Crime|Drama', 'Crime'],
  ['Die Hard', 'Action|Crime|Thriller', 'Action'],
  ['Raiders of the Lost Ark', 'Action|Adventure', 'Adventure'],
  ['Titanic', 'Drama|Romance', 'Romance'],
  ['Of a catalogue with other genres', 'Road movie|Samurai', 'Road movie'],
])('%s is drawn as what people would call it first', (title, genres, genre) => {
  expect(coverOf(title, genres.split('|')).genre).toBe(genre)
})

describe('why a film is in a list', () => {
  const reasons = [
    { itemId: 'crash', title: 'Crash', contribution: -0.5 },
    { itemId: 'heat', title: 'Heat', contribution: 0.3 },
    { itemId: 'matrix', title: 'Matrix, The', contribution: 0.2 },
  ]

  it('is what speaks for it most, and not what speaks against it', () => {
    expect(whyItem({ reasons })).toBe('Because you liked Heat')
    expect(whyItem({ reasons: reasons.slice(0, 1) })).toBe('')
    expect(whyItem({})).toBe('')
  })

  it('is said of a whole list by what all of it owes most to', () => {
    const more = [{ itemId: 'matrix', title: 'Matrix, The', contribution: 0.4 }]
    expect(whyList([{ reasons }, { reasons: more }])).toBe('Because you liked The Matrix and Heat')
    expect(whyList([{ reasons: [{ itemId: '7', contribution: 1 }] }])).toBe('Because you liked No. 7')
    expect(whyList([{}])).toBe('')
  })
})

it('takes for enough on a page what is enough for a chart', () => {
  expect(ENOUGH).toBe(ENOUGH_OF_CHARTS)
})
