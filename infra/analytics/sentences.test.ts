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
  expect(say('model-quality', [{ ...row, measured: 'held-out' }])).toContain('0.250 on held-out pairs; the best so far')
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
  const hits = { figure: 'live hit rate', value: 0.3, value_of_whole_days: null, value_before: null, of_ratings: 7 }
  expect(say('figures', [...rows, hits])).toMatch(/ The live hit rate is of 7 ratings\.$/)
})

it('counts no cohort as gone before the month after is over', () => {
  const rows = [
    ...[0, 1].map((months_later) => ({ cohort: '2026-09-01', months_later, users: 10, cohort_users: 20 })),
    { cohort: '2026-10-01', months_later: 0, users: 80, cohort_users: 80 },
  ]
  const asked = { from: '2026-09-01', to: '2026-11-29' }
  expect(say('cohort-return', rows, asked)).toMatch(/^Of 20 users .* up to 2026-09, 50 %/)
  expect(say('cohort-return', rows.slice(2), asked)).toMatch(/^Too soon/)
  expect(say('cohort-return', rows, { ...asked, newest: '2026-10-30' })).toMatch(/^Too soon/)
  const later = { ...asked, today: '2026-12-01', newest: '2026-12-01', to: '2026-12-01' }
  expect(say('cohort-return', rows, later)).toMatch(/^Of 100 users .* up to 2026-10, 10 %/)
})

it('names months where some are asked for, and none where all are', () => {
  const row = { item_id: '1', title: 'Heat', month: '2026-01-01', grain: 'year', ratings: 9 }
  expect(say('top-items', [row])).toBe('Heat: 9 ratings in the whole month 2026-11.')
  expect(say('top-items', [row], { from: '2026-09-02' })).toContain('in the whole months 2026-09 to 2026-11.')
  expect(say('top-items', [row], { from: '1970-01-01' })).toBe('Heat: 9 ratings in all.')
  expect(say('top-items', [row], { from: '1970-01-01', to: '2026-01-31' })).toContain('in all months up to 2026-01.')
  expect(say('item-history', [{ ...row, title: '' }])).toMatch(
    /^Item 1: 9 ratings in .*; the busiest year, 2026, has 9/,
  )
})

it('says up to when it is rising where that is over', () => {
  const row = { item_id: '1', title: 'Up', ratings: 9, ratings_before: 1, trend: 2.5, ends_at: '2018-09-24T14:00:00Z' }
  expect(say('rising-items', [row])).toBe('Up: 9 ratings in the 30 days up to 2018-09-24, 1 in the 30 before.')
  expect(say('rising-items', [{ ...row, ends_at: '2026-11-29T00:10:00Z' }])).toContain('9 ratings in 30 days,')
})
