import { expect, it } from 'vitest'
import { courseOf, isNextToNothing, outsideOf, rangesOf, wholeDays } from './client/dashboard-days.js'

const TODAY = '2026-11-29'

it('ends ranges today, or with the newest rating, and those of lists with the newest list', () => {
  const old = { rating: '2018-09-24', list: TODAY }
  const { ratings, lists, words } = rangesOf('7d', old, TODAY)
  expect(ratings).toEqual({ from: '2018-09-18', to: '2018-09-24' })
  expect(lists).toEqual({ from: '2026-11-23', to: TODAY })
  expect(words).toMatch(
    /^Ratings of 18 Sept? 2018 to 24 Sept? 2018, up to the newest rating; lists and models of 23 Nov 2026 to 29 Nov 2026\. /,
  )
  for (const newest of [{ rating: '2026-11-28', list: '2026-11-01' }, {}]) {
    const live = rangesOf('7d', newest, TODAY)
    expect([live.ratings, live.lists]).toEqual([lists, lists])
  }
  expect(rangesOf('1d', old, TODAY).words).toMatch(
    /^Ratings of 24 Sept? 2018, the day of the newest rating; lists and models of today so far, 29 Nov 2026\. /,
  )
  const noList = rangesOf('7d', { rating: '2018-09-24' }, TODAY)
  expect(noList.lists).toEqual(ratings)
})

it('shows all days up to today, and further where a rating is of a later day', () => {
  const { ratings, lists, words } = rangesOf('all', { rating: '2018-09-24' }, TODAY)
  expect([ratings, lists]).toEqual(Array(2).fill({ from: '1970-01-01', to: TODAY }))
  expect(words).toMatch(/the newest rating is of 24 Sept? 2018/)
  expect(rangesOf('all', { rating: '2027-01-01' }, TODAY).ratings.to).toBe('2027-01-01')
})

it('compares days that are over, and today with nothing', () => {
  expect(wholeDays({ from: TODAY, to: TODAY }, TODAY)).toBeUndefined()
  expect(wholeDays({ from: '2026-11-23', to: TODAY }, TODAY)).toEqual({
    from: '2026-11-23',
    to: '2026-11-28',
    count: 6,
  })
  expect(wholeDays({ from: '2018-09-24', to: '2018-09-24' }, TODAY)).toMatchObject({ to: '2018-09-24', count: 1 })
  expect(wholeDays({ from: '1970-01-01', to: TODAY }, TODAY)).toBeUndefined()
  expect(rangesOf('1d', {}, TODAY).words).toMatch(/^Today so far/)
  expect(rangesOf('7d', {}, TODAY).words).toMatch(/leave out today/)
})

it('draws days without a rating as such', () => {
  const rows = [
    { day: '2026-11-26', value: 3 },
    { day: '2026-11-28', value: 5 },
  ]
  const days = { from: '2026-11-25', to: TODAY }
  expect(courseOf(rows, days, 0)).toEqual([0, 3, 0, 5, 0])
  expect(courseOf(rows, days, undefined)).toEqual([undefined, 3, undefined, 5, undefined])
  expect(courseOf(rows, { ...days, from: '1970-01-01' }, 0)).toEqual([3, 0, 5])
  const quarters = [
    { day: '2025-10-01', grain: 'quarter', value: 3 },
    { day: '2026-04-01', grain: 'quarter', value: 5 },
  ]
  expect(courseOf(quarters, { from: '2025-11-01', to: '2026-08-01' }, 0)).toEqual([3, 0, 5, 0])
})

it('says how many ratings a range leaves out, where it leaves out any', () => {
  const shown = [
    { day: '2026-11-28', ratings: 2 },
    { day: TODAY, ratings: 1 },
  ]
  expect(outsideOf(shown, { ratings: 900 })).toBe(' 3 of all 900 ratings are of these days.')
  expect(outsideOf([], { ratings: 900 })).toBe(' 0 of all 900 ratings are of these days.')
  expect(outsideOf(shown, { ratings: 3 })).toBe('')
  expect(outsideOf(undefined, { ratings: 900 })).toBe('')
  expect(outsideOf(shown, undefined)).toBe('')
})

it('takes a few ratings beside a thousand times as many for next to nothing, and none beside none not', () => {
  const day = (ratings: number) => [{ day: TODAY, ratings }]
  expect(isNextToNothing(day(3), { ratings: 100_839 })).toBe(true)
  expect(isNextToNothing(day(101), { ratings: 100_839 })).toBe(false)
  expect(isNextToNothing([], { ratings: 5 })).toBe(true)
  expect(isNextToNothing([], { ratings: 0 })).toBe(false)
  expect(isNextToNothing([], undefined)).toBe(false)
})
