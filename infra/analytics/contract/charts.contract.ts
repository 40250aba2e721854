import { describe, expect, it } from 'vitest'
import { UnknownChartError } from '../../errors.ts'
import { dayOf } from '../known.fixture.ts'
import { DAY_MS, firstServedDay, type World } from './world.fixture.ts'

/** What charts answer and say, and where their ranges end. */
export function chartsContract(world: World): void {
  describe('charts', () => {
    it('each have the columns that they tell, and say something', async () => {
      const first = Math.min(...world.events.map(({ occurredAt }) => occurredAt))
      const month = Date.now() - 29 * DAY_MS
      for (const { name, parameters, columns } of world.analytics.charts) {
        const given = {
          // What falls does so in a month: within a year it has risen, too.
          ...(parameters.includes('from') && { from: /^(rising|falling)/.test(name) ? month : first, to: Date.now() }),
          ...(parameters.includes('itemId') && { itemId: '1' }),
        }
        const answer = await world.analytics.run(name, given)
        expect(answer.rows.length, name).toBeGreaterThan(0)
        for (const row of answer.rows) expect(Object.keys(row), name).toEqual(columns.map((column) => column.name))
        expect(answer.sentence, name).toMatch(/^[^a-z].*\.$/)
        expect(answer.sentence, name).not.toMatch(/NaN|undefined|Infinity/)
        const file = await world.analytics.csv(name, given)
        expect([file.from, file.to], name).toEqual([answer.from, answer.to])
        const csv = file.csv.trim().split('\n')
        expect(
          csv[0]?.split(',').map((column) => JSON.parse(column)),
          name,
        ).toEqual(columns.map((column) => column.name))
        if (name !== 'events-per-minute') expect(csv.length - 1, name).toBe(answer.rows.length)
      }
    })

    it('end at the newest rating where the data are old', async () => {
      const { from, to, asOf } = await world.analytics.run('daily-ratings', {})
      const newest = world.known().ratings.reduce((last, { occurredAt }) => Math.max(last, occurredAt), 0)
      expect(to).toBe(newest - (newest % DAY_MS))
      expect(((to ?? 0) - (from ?? 0)) / DAY_MS).toBe(89)
      expect(Math.abs(Date.now() - (asOf ?? 0))).toBeLessThan(300_000)
    })

    it('end today where lists are of today, however old the ratings are', async () => {
      const lists = world.known().served.filter(({ occurredAt }) => occurredAt >= firstServedDay())
      for (const name of ['funnel', 'coverage', 'popularity-bias', 'figures', 'uplift-of-fold-in']) {
        const { to, rows } = await world.analytics.run(name, {})
        expect(dayOf(to ?? 0), name).toBe(dayOf(Date.now()))
        if (name === 'funnel') expect(rows.reduce((sum, row) => sum + Number(row.lists), 0)).toBe(lists.length)
      }
    })

    it('tell how many came back of those whose month after is over', async () => {
      const newest = Math.max(...world.known().ratings.map(({ occurredAt }) => occurredAt))
      const firsts = new Map<string, number>()
      for (const { userId, occurredAt } of world.known().ratings)
        firsts.set(userId, Math.min(firsts.get(userId) ?? occurredAt, occurredAt))
      const [from, last] = [Date.UTC(2000, 0), Math.max(...firsts.values())]
      for (const to of [Date.now(), Date.UTC(2017, 5, 29), Date.UTC(2017, 5, 30)]) {
        const known = DAY_MS * (Math.floor(Math.min(newest, to) / DAY_MS) + 1)
        const came = [...firsts.values()].filter((first) => {
          const at = new Date(first)
          return first >= from && Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 2) <= known
        })
        const { sentence } = await world.analytics.run('cohort-return', { from, to })
        expect(sentence).toContain(`Of ${came.length.toLocaleString('en')} users`)
      }
      const { sentence } = await world.analytics.run('cohort-return', { from: last, to: last })
      expect(sentence).toMatch(/Too soon to tell/)
      // Every month and the two years after it, however long people go on: no month is cut off for want of rows.
      const { rows } = await world.analytics.run('cohort-return', { from: 0, to: Date.now() })
      const monthOf = (at: number) => `${dayOf(at).slice(0, 7)}-01`
      expect(new Set(rows.map(({ cohort }) => cohort))).toEqual(new Set([...firsts.values()].map(monthOf)))
      for (const { months_later } of rows) expect(Number(months_later)).toBeLessThanOrEqual(24)
    })

    it.each([1, 7, 8, 30, 31, 400])(
      'call rising and falling what is so beyond chance, in the window that %i days fit in',
      async (days) => {
        const to = Math.max(...world.known().ratings.map(({ occurredAt }) => occurredAt))
        const window = days <= 7 ? 7 : days <= 30 ? 30 : 365
        const stats = await world.sql(
          `SELECT countIf(trend > 2) AS rising, countIf(trend < -2) AS falling, toString(toDate(any(ends_at))) AS until FROM ${world.database}.trending WHERE window_days = ${window} SETTINGS output_format_json_quote_64bit_integers = 0`,
        )
        for (const way of ['rising', 'falling']) {
          const { rows, sentence } = await world.analytics.run(`${way}-items`, { from: to - (days - 1) * DAY_MS, to })
          expect(rows.length).toBe(Math.min(20, Number(stats[0]?.[way])))
          for (const { trend, window_days } of rows) {
            expect(Math.abs(Number(trend))).toBeGreaterThan(2)
            expect(window_days).toBe(window)
          }
          if (window === 30) expect(rows[0]?.item_id).toBe(way)
          if (rows.length > 0) expect(sentence).toContain(`${window} days up to ${stats[0]?.until}`)
        }
      },
    )

    it('say so where nothing was recommended', async () => {
      const years = Date.UTC(2015, 5, 15)
      const { sentence } = await world.analytics.run('popularity-bias', { from: years, to: years + 30 * DAY_MS })
      expect(sentence).toContain('nothing was recommended')
    })

    it('take text as text', async () => {
      const { rows } = await world.analytics.run('top-items', { genre: "x') OR 1 = 1 --" })
      expect(rows).toEqual([])
      await expect(world.analytics.run("x'; DROP TABLE ratings", {})).rejects.toThrow(UnknownChartError)
    })
  })
}
