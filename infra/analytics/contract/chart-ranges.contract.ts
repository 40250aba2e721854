import { describe, expect, it } from 'vitest'
import type { RatingEvent } from '../../../models/events/types.ts'
import { dayOf } from '../known.fixture.ts'
import { recommendable } from '../recomputed-serving.fixture.ts'
import { change, DAY_MS, firstServedDay, STARS, type World } from './world.fixture.ts'

/** What charts count in ranges of a day to many years. */
export function chartRangesContract(world: World): void {
  describe('charts of a range', () => {
    it('count users and items of a range once', async () => {
      const { ratings, served, items, deleted } = world.known()
      const available = recommendable({ items, deleted, ratings }).length
      const [now, years] = [Date.now(), Date.UTC(2015, 5, 15)]
      const ranges = [
        ...[1, 7, 30].map((days) => ({ from: now - (days - 1) * DAY_MS, to: now })),
        ...[1, 30, 400].map((days) => ({ from: years, to: years + (days - 1) * DAY_MS })),
        { from: 0, to: now },
      ]
      for (const { from, to } of ranges) {
        // Today goes on: what is set beside the days before is without it.
        const isOpen = dayOf(to) === dayOf(now)
        const days = Math.floor((to - from) / DAY_MS) + (isOpen ? 0 : 1)
        const lastWhole = isOpen ? to - DAY_MS : to
        const distinct = (all: readonly { id: string; at: number }[], before = 0, last = to): number => {
          const [start, end] = [from, last].map((at) => dayOf(Math.max(0, at - before * DAY_MS)))
          const isIn = (at: number) => dayOf(at) >= (start ?? '') && dayOf(at) <= (end ?? '')
          return new Set(all.filter(({ at }) => isIn(at)).map(({ id }) => id)).size
        }
        const users = ratings.map(({ userId, occurredAt }) => ({ id: userId, at: occurredAt }))
        const places = served.flatMap((list) => list.items.map((id) => ({ id, at: list.occurredAt })))
        const { rows } = await world.analytics.run('figures', { from, to })
        const figure = (name: string) => rows.find((row) => row.figure === name)
        const isOfAll = from === 0
        expect(figure('active users')).toMatchObject({
          value: distinct(users),
          value_of_whole_days: days === 0 ? null : distinct(users, 0, lastWhole),
          value_before: days === 0 ? null : isOfAll ? 0 : distinct(users, days, lastWhole),
        })
        expect(figure('coverage')?.value).toBeCloseTo(distinct(places) / available, 9)
        const isKept = days > 0 && from - days * DAY_MS >= firstServedDay()
        if (isKept)
          expect(figure('coverage')?.value_before).toBeCloseTo(distinct(places, days, lastWhole) / available, 9)
        else expect(figure('coverage')?.value_before).toBeNull()
      }
    })

    it('lay the shares of genres side by side', async () => {
      for (const from of [0, Date.UTC(2010, 0), Date.UTC(2017, 6)]) {
        const { rows } = await world.analytics.run('genre-shares', { from, to: Date.now() })
        const periods = Map.groupBy(rows, ({ month }) => String(month))
        expect(periods.size).toBeLessThan(130)
        for (const [month, theirs] of periods) {
          const sumOf = (column: 'ratings' | 'share') => theirs.reduce((sum, row) => sum + Number(row[column]), 0)
          if (sumOf('ratings') >= 29.5) expect(sumOf('share'), month).toBeCloseTo(1, 9)
          else expect(new Set(theirs.map(({ share }) => share)), month).toEqual(new Set([null]))
        }
        const genres = rows.map(({ genre }) => genre)
        expect(new Set(genres).size).toBe(6)
        expect(genres).toContain('(other)')
      }
    })

    it('count by days, or by more where the range is long, each user once in each', async () => {
      // Where each range begins and ends, somebody rates. The first week of all begins before the first day that ClickHouse knows.
      const days = [...new Set(GRAINS.flatMap(([, from, to]) => [from, to]))]
      const one = { ...(world.events[0] as RatingEvent), recommendationId: null, value: 5 }
      await world.add(
        ...days.flatMap((day) => {
          const occurredAt = Date.parse(day)
          const ofOneUser = change(one, { userId: 'of-old', itemId: `of-${day}`, occurredAt })
          return [ofOneUser, change(one, { userId: `of-${day}`, itemId: 'of-old', occurredAt })]
        }),
      )
      await world.sink()
      await world.analytics.refresh()
      const { ratings } = world.known()
      const dayOfUser = new Map<string, string>()
      for (const { userId, occurredAt } of ratings.toSorted((x, y) => y.occurredAt - x.occurredAt))
        dayOfUser.set(userId, dayOf(occurredAt))
      for (const [grain, from, to] of GRAINS) {
        const asked = { from: Date.parse(from), to: Date.parse(to) }
        const firstDay = FIRST_DAYS[grain]
        const within = ratings.filter(({ occurredAt: at }) => dayOf(at) >= from && dayOf(at) <= to)
        const times = [...Map.groupBy(within, ({ occurredAt }) => firstDay(dayOf(occurredAt)))].sort()
        const expected = times.map(([day, theirs]) => {
          const users = [...new Set(theirs.map(({ userId }) => userId))]
          const isNew = (userId: string, first = dayOfUser.get(userId) ?? '') =>
            first >= from && firstDay(first) === day
          return {
            ...{ day, grain, ratings: theirs.length, active_users: users.length },
            positives: theirs.filter(({ value }) => value >= STARS.positiveFrom).length,
            new_users: users.filter((userId) => isNew(userId)).length,
          }
        })
        const [volume, users] = [
          await world.analytics.run('daily-ratings', asked),
          await world.analytics.run('active-users', asked),
        ]
        const told = volume.rows.map((row, n) => ({ ...row, ...users.rows[n] }))
        expect(told, grain).toEqual(expected)
        expect(users.rows.length).toBe(expected.length)
        for (const { sentence } of [volume, users]) expect(sentence).toContain(`the busiest ${grain}, `)
        expect((await world.analytics.csv('active-users', asked)).csv).toContain(`,"${grain}",`)
        const { rows, sentence } = await world.analytics.run('figures-by-day', asked)
        const valuesOf = (name: string) => rows.filter(({ figure }) => figure === name).map(({ value }) => value)
        expect(valuesOf('ratings')).toEqual(expected.map((time) => time.ratings))
        expect(valuesOf('active users')).toEqual(expected.map((time) => time.active_users))
        expect(sentence).toContain(`active users by ${grain}, ratings by ${grain}`)
      }
    })

    it('tell how an item does by months, or by more where the range is long', async () => {
      for (const [grain, from, to] of GRAINS.filter(([grain]) => grain !== 'day' && grain !== 'week')) {
        const of = { from: Date.parse(from), to: Date.parse(to), itemId: 'of-old' }
        const { rows, sentence } = await world.analytics.run('item-history', of)
        const theirs = world
          .known()
          .ratings.filter(
            ({ itemId, occurredAt: at }) =>
              itemId === 'of-old' &&
              dayOf(at).slice(0, 7) >= from.slice(0, 7) &&
              dayOf(at).slice(0, 7) <= to.slice(0, 7),
          )
        const times = [...Map.groupBy(theirs, ({ occurredAt }) => FIRST_DAYS[grain](dayOf(occurredAt)))].sort()
        expect(rows.map(({ month, grain, ratings }) => ({ month, grain, ratings }))).toEqual(
          times.map(([month, { length: ratings }]) => ({ month, grain, ratings })),
        )
        expect(sentence).toContain(`the busiest ${grain}, `)
      }
    })
  })
}

/** By what is counted in ranges such as these. */
const GRAINS = [
  ['day', '2017-01-04', '2017-03-05'],
  ['week', '2016-05-12', '2017-11-09'],
  ['week', '1970-01-01', '1970-12-31'],
  ['month', '2010-05-12', '2017-11-09'],
  ['quarter', '1996-05-12', '2018-01-09'],
  ['year', '1970-01-01', '2018-01-09'],
] as const

/** Of the time that a day is of. */
const FIRST_DAYS = {
  day: (day: string) => day,
  week(day: string) {
    const at = Date.parse(day)
    return dayOf(Math.max(0, at - ((new Date(at).getUTCDay() + 6) % 7) * DAY_MS))
  },
  month: (day: string) => `${day.slice(0, 7)}-01`,
  quarter: (day: string) =>
    `${day.slice(0, 5)}${['01', '04', '07', '10'][Math.floor((Number(day.slice(5, 7)) - 1) / 3)]}-01`,
  year: (day: string) => `${day.slice(0, 4)}-01-01`,
}
