import { expect, it } from 'vitest'
import type { Asked } from './chart.ts'
import { CHARTS } from './charts.ts'
import type { ChartRow } from './port.ts'

const LIVE: Asked = { from: '2026-11-23', to: '2026-11-29', today: '2026-11-29', newest: '2026-11-29' }

const say = (name: string, rows: readonly ChartRow[], asked: Partial<Asked> = {}): string | undefined =>
  CHARTS.find((chart) => chart.name === name)?.sentence(rows, { ...LIVE, ...asked })

it('tells of models that none was measured on held-out pairs, where none was', () => {
  const row = { generation: 'g', created_at: '2026-11-01T00:00:00Z', metric: 'ndcg@10', value: 0.25 }
  expect(say('model-quality', [{ ...row, measured: 'folded-in' }])).toMatch(/^No model .* held-out/)
  const heldOut = { ...row, measured: 'held-out' }
  expect(say('model-quality', [heldOut])).toMatch(/^The only model measured so far .* 0\.250 on held-out pairs\.$/)
  expect(say('model-quality', [{ ...heldOut, value: 0.2 }, heldOut])).toMatch(/^The newest of 2 models .*; the best of/)
  expect(say('model-quality', [heldOut, { ...heldOut, value: 0.2 }])).toMatch(/ 0\.200 .*; the best of them has 0\.250/)
})

it('tells no hundredth of fewer than a hundred items', () => {
  const rows = [{ popularity_group: '1 to 5 %', share_of_ratings: 1, share_of_served: null }]
  expect(say('popularity-bias', rows)).toMatch(/fewer than a hundred/)
})

it('sets figures beside those of before, but not a day that goes on', () => {
  const rows = [
    { figure: 'ratings', value: 0, value_of_whole_days: 0, value_before: 0 },
    { figure: 'active users', value: 5, value_of_whole_days: 3, value_before: 0 },
    { figure: 'coverage', value: 0.5, value_of_whole_days: 0.5, value_before: null },
  ]
  expect(say('figures', rows)).toBe(
    'Without today, which is not over, and beside as many days before: ratings none, as before, active users from nothing.',
  )
  expect(say('figures', rows, { to: '2026-11-28' })).toMatch(/^Beside as many days before: /)
  expect(say('figures', rows, { from: LIVE.today })).toMatch(/^Today is not over/)
  expect(say('figures', rows.slice(2))).toMatch(/nothing is known/)
  const hits = { figure: 'live hit rate', value: 0.3, value_of_whole_days: null, value_before: null, of_ratings: 70 }
  expect(say('figures', [...rows, hits])).toMatch(/ The live hit rate is of 70 ratings\.$/)
  expect(say('figures', [...rows, { ...hits, value: null, of_ratings: 7 }])).toMatch(/ too few .*\(7 of 30\)\.$/)
})

it('tells nothing by a few, and of few how many there are', () => {
  const variants = ['folded-in', 'at-watermark', 'popular']
  const hitRates = (ratings: number, values: readonly number[]) =>
    variants.map((variant, n) => ({ variant, metric: 'hr@10', ratings, value_sum: ratings * (values[n] ?? 0) }))
  expect(say('uplift-of-fold-in', hitRates(7, [1, 0, 0]))).toBe('Too few likes to tell yet (7 of 30).')
  expect(say('uplift-of-fold-in', hitRates(70, [0.5, 0.25, 0.25]))).toMatch(
    /50 % of 70 likes .*; without, 25 %, and by popularity alone 25 %\.$/,
  )
  expect(say('uplift-of-fold-in', hitRates(70, [0.5, 0.25, 0.2]).slice(0, 2))).toMatch(/; without, 25 %\.$/)
  const few = { variant: 'folded-in', metric: 'hr@10', grain: 'day', value: null, ratings: 5, value_sum: 5 }
  expect(say('uplift-of-fold-in', [...hitRates(70, [0.5, 0.25, 0.25]), few])).toMatch(
    /53\.3 % of 75 likes .* Not drawn: each day with fewer than 30 likes\.$/,
  )
  const values = (ratings: number) => [
    { value: 1.5, ratings, share: 1 },
    { value: 2, ratings: 0, share: 0 },
  ]
  expect(say('rating-histogram', values(3))).toBe('Too few ratings to tell yet (3 of 30); 1.50 on average so far.')
  expect(say('rating-histogram', values(30))).toMatch(/^Most often 1\.5, 100 %/)
  expect(say('funnel', [{ lists: 7, lists_rated: 2 }])).toBe('2 of 7 lists led to a rating.')
})

it('tells no shares of genres by a few ratings, and up to when it tells them', () => {
  const genres = (month: string, ratings: number) =>
    ['Drama', 'Comedy'].map((genre, n) => ({
      ...{ month, grain: 'month', genre, ratings, share: 2 * ratings < 30 ? null : [0.6, 0.4][n] },
    })) as ChartRow[]
  const [october, november] = [genres('2026-10-01', 20), genres('2026-11-01', 2)]
  expect(say('genre-shares', october)).toMatch(/^In the latest month, 2026-10, most turn to Drama: 60 %/)
  expect(say('genre-shares', [...october, ...november])).toMatch(
    /^In the latest month with 30 ratings or more, 2026-10, most turn to Drama: 60 %/,
  )
  expect(say('genre-shares', november)).toBe('Too few ratings to tell yet (4 of 30).')
})

it('names no busiest time where there is only one', () => {
  const day = { day: '2026-11-29', grain: 'day', ratings: 50, positives: 25, active_users: 4, new_users: 4 }
  expect(say('daily-ratings', [day])).toBe('50 ratings, 50 % of them likes.')
  expect(say('daily-ratings', [day, day])).toContain('; the busiest day, 2026-11-29, has 50.')
  expect(say('active-users', [day])).toBe('4 users, all of them for the first time.')
  expect(say('active-users', [{ ...day, new_users: 0 }])).toBe('4 users, none of them for the first time.')
  const one = { ...day, active_users: 1 }
  expect(say('active-users', [{ ...one, new_users: 1 }])).toBe('1 user, for the first time.')
  expect(say('active-users', [{ ...one, new_users: 0 }])).toBe('1 user, who had rated before.')
  expect(
    say(
      'active-users',
      [one, one].map((row) => ({ ...row, new_users: 0 })),
    ),
  ).toMatch(/^Nobody rated for the first/)
})

it('counts no cohort as gone before the month after is over', () => {
  const rows = [
    ...[0, 1].map((months_later) => ({ cohort: '2026-09-01', months_later, users: 10, cohort_users: 20 })),
    { cohort: '2026-10-01', months_later: 0, users: 80, cohort_users: 80 },
  ]
  const asked = { from: '2026-09-01', to: '2026-11-29' }
  expect(say('cohort-return', rows, asked)).toMatch(/^Of 20 users .* up to 2026-09, 10 rated/)
  expect(say('cohort-return', rows.slice(2), asked)).toMatch(/^Too soon/)
  expect(say('cohort-return', rows, { ...asked, newest: '2026-10-30' })).toMatch(/^Too soon/)
  const later = { ...asked, today: '2026-12-01', newest: '2026-12-01', to: '2026-12-01' }
  expect(say('cohort-return', rows, later)).toMatch(/^Of 100 users .* up to 2026-10, 10 %/)
})

it('names months where some are asked for, and none where all are', () => {
  const row = { item_id: '1', title: 'Heat', month: '2026-01-01', grain: 'year', ratings: 9 }
  expect(say('top-items', [row])).toBe('Heat: 9 ratings in the whole of 2026-11.')
  expect(say('top-items', [row], { from: '2026-09-02' })).toContain('in the whole months 2026-09 to 2026-11.')
  expect(say('top-items', [row], { from: '1970-01-01' })).toBe('Heat: 9 ratings in all.')
  expect(say('top-items', [row], { from: '1970-01-01', to: '2026-01-31' })).toContain('in all months up to 2026-01.')
  expect(say('item-history', [{ ...row, title: '' }, row])).toMatch(
    /^Item 1: 18 ratings in .*; the busiest year, 2026, has 9/,
  )
})

it('says up to when it is rising where that is over', () => {
  const row = {
    ...{ item_id: '1', title: 'Up', window_days: 7, ratings: 9, ratings_before: 1, trend: 2.5 },
    ends_at: '2018-09-24T14:00:00Z',
  }
  expect(say('rising-items', [row])).toBe('Up: 9 ratings in the 7 days up to 2018-09-24, 1 in as many before.')
  expect(say('rising-items', [{ ...row, ends_at: '2026-11-29T00:10:00Z' }])).toContain('9 ratings in 7 days,')
})
