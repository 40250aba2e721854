import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { clickhouseSink, SINK_GROUP } from '../../consumers/clickhouse-sink.ts'
import { consume } from '../../consumers/consume.ts'
import { encodeEvent } from '../../models/events/codec.ts'
import type { Event, Item, RatingEvent } from '../../models/events/types.ts'
import { UnknownChartError } from '../errors.ts'
import { openEmbeddedLog } from '../event-log/embedded.ts'
import type { EventLog } from '../event-log/port.ts'
import { silent } from '../logging.ts'
import { createMetrics } from '../metrics.ts'
import type { AnalysedRatingStore } from '../rating-store/clickhouse.ts'
import type { RatingRow } from '../rating-store/port.ts'
import { openTestData } from '../system.fixture.ts'
import { dayOf, type Known, type ServedList } from './known.fixture.ts'
import type { Analytics } from './port.ts'
import { recompute } from './recomputed.fixture.ts'

export interface Opened {
  readonly store: AnalysedRatingStore
  sql(query: string): Promise<Record<string, unknown>[]>
  /** Of the views. */
  readonly database: string
  dispose(): Promise<void>
}

const STARS = { min: 0.5, max: 5, positiveFrom: 4 }
const CHUNK = 10_000
const LIST_LENGTH = 10
const DAY_MS = 86_400_000
/** Today among them. */
const DAYS_SERVED = 90
const tools = { logger: silent, metrics: createMetrics() }
/** After every rating of the dataset. */
const LATER = Date.UTC(2020, 0, 1)

/**
 * One suite for ClickHouse wherever it runs. Its ratings come through the real sink.
 * @param everyNth  1: all ratings of the dataset, 2: half of them, …
 */
export function analyticsContract(name: string, everyNth: number, open: () => Promise<Opened>): void {
  describe(`analytics: ${name}`, { timeout: 120_000 }, () => {
    let opened: Opened
    let store: AnalysedRatingStore
    let analytics: Analytics
    let log: EventLog
    let folder: string
    const events: RatingEvent[] = []
    const items = new Map<string, Item>()
    const served: ServedList[] = []
    /** When each record came onto the log, by its place there. */
    const arrived = new Map<string, number>()
    let erased: ReadonlySet<string> = new Set()

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'foldstream-analytics-'))
      opened = await open()
      store = opened.store
      analytics = store.analytics
      log = await openEmbeddedLog(join(folder, 'log'), STARS)
      await store.bind(log.identity)
      const dataset = await openTestData(folder)
      let read = 0
      for await (const { lines } of dataset.items())
        for (const { value } of lines) if (value) items.set(value.itemId, value)
      for await (const { lines } of dataset.ratings())
        for (const { value } of lines) if (value && ++read % everyNth === 0) events.push(value)
      await append(
        'items',
        [...items.values()].map((item) => [item.itemId, item]),
      )
      await append(
        'ratings',
        events.map((event) => [event.userId, event]),
      )
      await sink()
    }, 120_000)
    afterAll(async () => {
      await opened.dispose()
      await log.close()
      await rm(folder, { recursive: true })
    })

    async function append(topic: 'ratings' | 'items', keyed: readonly (readonly [string, Event])[]): Promise<void> {
      for (let from = 0; from < keyed.length; from += CHUNK)
        await log.append(
          topic,
          keyed.slice(from, from + CHUNK).map(([key, event]) => ({ key, value: encodeEvent(event) })),
        )
    }

    /** Until the sink has had its effect on all that is there. @param onto  what it writes into */
    async function sink(onto: AnalysedRatingStore = store): Promise<void> {
      const noting: AnalysedRatingStore = {
        ...onto,
        async insertRatings(rows) {
          for (const { partition, offset, ingestedAt } of rows) arrived.set(`${partition} ${offset}`, ingestedAt)
          await onto.insertRatings(rows)
        },
      }
      const consuming = await consume(log, { ...clickhouseSink(log, noting, tools), maxAgeMs: 5 }, tools)
      for (const topic of ['ratings', 'items'] as const) {
        const ends = await log.ends(topic)
        await vi.waitFor(
          async () => {
            const committed = await log.committed(topic, SINK_GROUP)
            expect(ends.map((_, partition) => committed[partition] ?? 0)).toEqual(ends)
          },
          { timeout: 60_000, interval: 20 },
        )
      }
      await consuming.close()
    }

    /** What counts of what stands on the log, by the rule of latest. */
    function known(): Known {
      const latest = new Map<string, RatingEvent>()
      const seen = new Set<string>()
      for (const event of events) {
        const key = `${event.userId}\n${event.itemId}`
        if (erased.has(event.userId) || seen.has(`${key}\n${event.eventId}`)) continue
        seen.add(`${key}\n${event.eventId}`)
        const former = latest.get(key)
        // In the order of the log: of two of one time the later one counts.
        if (former === undefined || event.occurredAt >= former.occurredAt) latest.set(key, event)
      }
      const ratings = [...latest.values()].flatMap(({ value, recommendationId, ...event }) =>
        value === null ? [] : [{ ...event, value, recommendationId: recommendationId ?? '' }],
      )
      return {
        ratings,
        items,
        served: served.filter(({ userId, occurredAt }) => !erased.has(userId) && occurredAt >= firstServedDay()),
        arrived: [...arrived.values()],
        positiveFrom: STARS.positiveFrom,
      }
    }

    /** Lists of before then are in no view. */
    const firstServedDay = (): number => DAY_MS * (Math.floor(Date.now() / DAY_MS) + 1 - DAYS_SERVED)

    async function expectViews(of: Known, only?: readonly string[]): Promise<void> {
      for (const [view, rows] of Object.entries(recompute(of))) {
        if (only?.includes(view) === false) continue
        const actual = await opened.sql(
          `SELECT * FROM ${opened.database}.${view} SETTINGS output_format_json_quote_64bit_integers = 0`,
        )
        expect(sorted(actual), view).toEqual(sorted(rows))
      }
    }

    const change = (event: RatingEvent, changed: Partial<RatingEvent>): RatingEvent => ({
      ...event,
      eventId: crypto.randomUUID(),
      occurredAt: LATER,
      ...changed,
    })
    async function add(...more: RatingEvent[]): Promise<void> {
      events.push(...more)
      await append(
        'ratings',
        more.map((event) => [event.userId, event]),
      )
    }

    it('shows nothing before it is filled', async () => {
      expect(await analytics.shownBelow()).toEqual([])
      const { rows, asOf, isCut } = await analytics.run('rating-histogram', {})
      expect({ rows, asOf, isCut }).toEqual({ rows: [], asOf: undefined, isCut: false })
    })

    it('shows what is rated', async () => {
      expect(await analytics.refresh()).toMatchObject({ isNew: true })
      expect(await analytics.shownBelow()).toEqual(await log.ends('ratings'))
      await expectViews(known())
    })

    it('is not filled anew where nothing came in', async () => {
      expect(await analytics.refresh()).toMatchObject({ isNew: false })
    })

    it('shows once what is delivered again, retried with other values, or changed, nothing of what is withdrawn, and what comes of lists', async () => {
      const batches: (readonly RatingRow[])[] = []
      const again = events.filter((_, n) => n % 97 === 0)
      await append(
        'ratings',
        again.map((event) => [event.userId, { ...event, value: 1, occurredAt: LATER }]),
      )
      const noting = async (rows: readonly RatingRow[]) => {
        batches.push(rows)
        await store.insertRatings(rows)
      }
      await sink({ ...store, insertRatings: noting, resumeAt: async () => 0 })
      expect(batches.flat().length).toBe(events.length + again.length)

      const strategies = ['fold-in', 'popular', 'trending']
      const some = events.filter((_, n) => n % 211 === 0)
      const now = Date.now()
      for (const [n, { userId }] of some.entries())
        served.push({
          recommendationId: `list-${n}`,
          userId: n % 5 === 0 ? '' : userId,
          items: some.slice(n, n + LIST_LENGTH).map(({ itemId }) => itemId),
          strategy: strategies[n % 3] as string,
          generation: n % 2 === 0 ? 'first' : 'second',
          occurredAt: now - (n % 30) ** 2 * 1e7,
        })
      const list = served[0] as ServedList
      served.push({ ...list, recommendationId: 'of-nothing-rated', items: ['nobody-rated-this'] })
      const [first, last] = [firstServedDay(), firstServedDay() - 1]
      served.push({ ...list, recommendationId: 'of-the-first-day', occurredAt: first })
      served.push({ ...list, recommendationId: 'of-the-day-before', occurredAt: last })
      const rows = served.map(({ items, ...list }, offset) => ({
        event: { type: 'served' as const, ...list, itemIds: items, propensities: null, firstPosition: 1 },
        ...{ partition: 0, offset, ingestedAt: list.occurredAt },
      }))
      await store.insertServed(rows)
      await store.insertServed(rows.slice(0, 50))
      await add(
        ...some.map((event, n) =>
          change(event, {
            value: (n % 10) / 2 + 0.5,
            recommendationId: `list-${n % 200}`,
            occurredAt: LATER - (n % 60) * DAY_MS,
          }),
        ),
        ...Array.from({ length: 16 }, (_, n) =>
          change(events[0] as RatingEvent, {
            ...{ userId: `of-late-${n}`, itemId: n % 2 === 0 ? 'rising' : 'falling' },
            occurredAt: LATER - (n % 2 === 0 ? 10 : 50) * DAY_MS,
          }),
        ),
        ...events.filter((_, n) => n % 301 === 7).map((event) => change(event, { value: null, occurredAt: LATER + 1 })),
      )
      await sink()
      await analytics.refresh()
      await expectViews(known())
    })

    it('shows nothing of who was erased, and says from when on', async () => {
      erased = new Set(
        ['1', '414', '610', 'user-1', 'user-2'].filter((user) => events.some(({ userId }) => userId === user)),
      )
      expect(erased.size).toBeGreaterThan(1)
      const erasures = [...erased].map((userId) => ({
        type: 'user-erased' as const,
        ...{ eventId: crypto.randomUUID(), userId, occurredAt: Date.now() },
      }))
      await append(
        'ratings',
        erasures.map((event) => [event.userId, event]),
      )
      await sink()
      expect(await analytics.hasErasureAhead()).toBe(true)
      expect(await analytics.shownBelow()).not.toEqual(await log.ends('ratings'))
      await analytics.refresh()
      expect(await analytics.hasErasureAhead()).toBe(false)
      expect(await analytics.shownBelow()).toEqual(await log.ends('ratings'))
      await expectViews(known())
    })

    it('tells how soon ratings counted, and how far consumers were behind', async () => {
      const minute = 60_000
      const began = Math.floor(Date.now() / minute) * minute - 10 * minute
      const measured = (metric: string, variant: string, value: number, weight: number, after: number) => ({
        type: 'measurement' as const,
        ...{ metric, variant, generation: 'none', value, weight, occurredAt: began + after },
      })
      const measurements = [
        // Of two updaters: the median by how much each of them did, the slower one's p99.
        measured('freshness-seconds', 'p50', 0.002, 30, 1_000),
        measured('freshness-seconds', 'p50', 0.006, 10, 2_000),
        measured('freshness-seconds', 'p99', 0.1, 30, 1_000),
        measured('freshness-seconds', 'p99', 0.4, 10, 2_000),
        measured('lag-records', 'updater', 7, 1, 1_000),
        measured('lag-records', 'sink', 9, 1, 1_000),
        measured('lag-records', 'sink', 3, 1, minute),
      ]
      const rows = measurements.map((event, n) => ({
        ...{ event, partition: 0, offset: 1_000 + n, ingestedAt: event.occurredAt },
      }))
      for (const _ of ['once', 'twice']) await store.insertMeasurements(rows)
      const range = { from: began, to: began + minute }
      const freshness = await analytics.run('freshness', range)
      expect(freshness.rows).toMatchObject([
        { grain: 'minute', typical: expect.closeTo(0.003, 6), p99: 0.4, batches: 40 },
      ])
      expect(freshness.sentence).toMatch(/^Of 40 batches .* within 3 ms; in the slowest minute, .* within 400 ms\.$/)
      const lag = await analytics.run('lag', range)
      expect(lag.rows.map(({ updater, sink }) => [updater, sink])).toEqual([
        [7, 9],
        [null, 3],
      ])
      await analytics.refresh()
      expect(
        await opened.sql(`SELECT count() AS n FROM ${opened.database}.prequential WHERE metric NOT LIKE '%@10'`),
      ).toEqual([{ n: expect.toSatisfy((n) => Number(n) === 0) }])
    })

    it('tells how good the models were', async () => {
      const hour = 3_600_000
      // Lately: older measurements are in no view.
      const began = Math.floor(Date.now() / hour) * hour - DAY_MS
      const measured = (variant: string, value: number, weight: number, minute: number, generation = 'first') => ({
        type: 'measurement' as const,
        ...{ metric: 'hr@10', variant, generation, value, weight, occurredAt: began + minute * 60_000 },
      })
      const measurements = [
        measured('folded-in', 0.5, 10, 0),
        measured('folded-in', 0.2, 20, 59),
        measured('at-watermark', 0.1, 30, 59),
        measured('folded-in', 1, 1, 60, 'second'),
        measured('folded-in', 0, 1_000, -400 * 24 * 60),
      ]
      const rows = measurements.map((event, offset) => ({ event, partition: 0, offset, ingestedAt: event.occurredAt }))
      for (const _ of ['once', 'twice']) await store.insertMeasurements(rows)
      for (const id of ['first', 'second'])
        await store.recordGeneration({
          ...{
            id,
            createdAt: LATER,
            hyperParameters: {},
            metrics: { 'ndcg@10': 0.25 },
            users: 1,
            items: 1,
            ratings: 7,
          },
          ...{ watermark: [], trainSeconds: 1 },
        })
      await analytics.refresh()
      const ofFirst = await opened.sql(
        `SELECT measured, metric, round(value, 6) AS value, ratings FROM ${opened.database}.quality_by_generation WHERE generation = 'first' ORDER BY measured`,
      )
      expect(ofFirst).toEqual([
        { measured: 'at-watermark', metric: 'hr@10', value: 0.1, ratings: 30 },
        { measured: 'folded-in', metric: 'hr@10', value: 0.3, ratings: 30 },
        { measured: 'held-out', metric: 'ndcg@10', value: 0.25, ratings: 0 },
      ])
      const { rows: uplift, sentence } = await analytics.run('uplift-of-fold-in', {
        ...{ from: began, to: began + hour },
      })
      expect(uplift.map(({ variant, ratings }) => [variant, ratings])).toEqual([
        ['at-watermark', 30],
        ['folded-in', 30],
        ['folded-in', 1],
      ])
      expect(sentence).toMatch(/folded in, 32.3 % .* without, 10 %\. That is of 31 ratings/)
    })

    describe('charts', () => {
      it('each have the columns that they tell, and say something', async () => {
        const first = Math.min(...events.map(({ occurredAt }) => occurredAt))
        for (const { name, parameters, columns } of analytics.charts) {
          const given = {
            ...(parameters.includes('from') && { from: first, to: Date.now() }),
            ...(parameters.includes('itemId') && { itemId: '1' }),
          }
          const answer = await analytics.run(name, given)
          expect(answer.rows.length, name).toBeGreaterThan(0)
          for (const row of answer.rows) expect(Object.keys(row), name).toEqual(columns.map((column) => column.name))
          expect(answer.sentence, name).toMatch(/^[^a-z].*\.$/)
          expect(answer.sentence, name).not.toMatch(/NaN|undefined|Infinity/)
          const csv = (await analytics.csv(name, given)).trim().split('\n')
          expect(
            csv[0]?.split(',').map((column) => JSON.parse(column)),
            name,
          ).toEqual(columns.map((column) => column.name))
          if (name !== 'events-per-minute') expect(csv.length - 1, name).toBe(answer.rows.length)
        }
      })

      it('count users and items of a range once', async () => {
        const { ratings, served, items } = known()
        const available = [...items.values()].filter((item) => item.available).length
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
          const { rows } = await analytics.run('figures', { from, to })
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

      it('rank items by the ratings of whole months', async () => {
        const { ratings, items } = known()
        const year = 2015
        const ranges = [
          ...[
            [year, 2],
            [year, 0],
            [year - 1, 6],
          ].map(([y, m]) => ({ from: Date.UTC(y as number, m as number, 9) })),
          { from: 0 },
        ].flatMap(({ from }) =>
          [Date.UTC(year, 4, 2), Date.UTC(year, 11, 31), Date.UTC(year + 2, 1), Date.now()].map((to) => ({ from, to })),
        )
        for (const genre of [undefined, 'Comedy'])
          for (const { from, to } of ranges) {
            const monthOf = (at: number) => dayOf(at).slice(0, 7)
            const theirs = Map.groupBy(
              ratings.filter(
                ({ itemId, occurredAt: at }) =>
                  monthOf(at) >= monthOf(from) &&
                  monthOf(at) <= monthOf(to) &&
                  (genre === undefined || items.get(itemId)?.genres.includes(genre)),
              ),
              ({ itemId }) => itemId,
            )
            const most = [...theirs]
              .map(([item_id, all]) => ({ item_id, ratings: all.length }))
              .sort((x, y) => y.ratings - x.ratings || (x.item_id < y.item_id ? -1 : 1))
              .slice(0, 20)
            const { rows, sentence } = await analytics.run('top-items', { from, to, genre })
            const ofAll = dayOf(to) < dayOf(Date.now()) ? `in all months up to ${monthOf(to)}.` : 'in all.'
            expect(sentence).toContain(from === 0 ? ofAll : `in the whole months ${monthOf(from)} to ${monthOf(to)}.`)
            expect(rows.map(({ item_id, ratings }) => ({ item_id, ratings }))).toEqual(most)
          }
      })

      it('lay the shares of genres side by side', async () => {
        for (const from of [0, Date.UTC(2010, 0), Date.UTC(2017, 6)]) {
          const { rows } = await analytics.run('genre-shares', { from, to: Date.now() })
          const periods = Map.groupBy(rows, ({ month }) => String(month))
          expect(periods.size).toBeLessThan(130)
          for (const [, theirs] of periods)
            expect(theirs.reduce((sum, { share }) => sum + Number(share), 0)).toBeCloseTo(1, 9)
          const genres = rows.map(({ genre }) => genre)
          expect(new Set(genres).size).toBe(6)
          expect(genres).toContain('(other)')
        }
      })

      it('count by days, or by more where the range is long, each user once in each', async () => {
        // Where each range begins and ends, somebody rates. The first week of all begins before the first day that ClickHouse knows.
        const days = [...new Set(GRAINS.flatMap(([, from, to]) => [from, to]))]
        const one = { ...(events[0] as RatingEvent), recommendationId: null, value: 5 }
        await add(
          ...days.flatMap((day) => {
            const occurredAt = Date.parse(day)
            const ofOneUser = change(one, { userId: 'of-old', itemId: `of-${day}`, occurredAt })
            return [ofOneUser, change(one, { userId: `of-${day}`, itemId: 'of-old', occurredAt })]
          }),
        )
        await sink()
        await analytics.refresh()
        const { ratings } = known()
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
            await analytics.run('daily-ratings', asked),
            await analytics.run('active-users', asked),
          ]
          const told = volume.rows.map((row, n) => ({ ...row, ...users.rows[n] }))
          expect(told, grain).toEqual(expected)
          expect(users.rows.length).toBe(expected.length)
          for (const { sentence } of [volume, users]) expect(sentence).toContain(`the busiest ${grain}, `)
          expect(await analytics.csv('active-users', asked)).toContain(`,"${grain}",`)
          const { rows, sentence } = await analytics.run('figures-by-day', asked)
          const valuesOf = (name: string) => rows.filter(({ figure }) => figure === name).map(({ value }) => value)
          expect(valuesOf('ratings')).toEqual(expected.map((time) => time.ratings))
          expect(valuesOf('active users')).toEqual(expected.map((time) => time.active_users))
          expect(sentence).toContain(`active users by ${grain}, ratings by ${grain}`)
        }
      })

      it('tell how an item does by months, or by more where the range is long', async () => {
        for (const [grain, from, to] of GRAINS.filter(([grain]) => grain !== 'day' && grain !== 'week')) {
          const of = { from: Date.parse(from), to: Date.parse(to), itemId: 'of-old' }
          const { rows, sentence } = await analytics.run('item-history', of)
          const theirs = known().ratings.filter(
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

      it('end at the newest rating where the data are old', async () => {
        const { from, to, asOf } = await analytics.run('daily-ratings', {})
        const newest = known().ratings.reduce((last, { occurredAt }) => Math.max(last, occurredAt), 0)
        expect(to).toBe(newest - (newest % DAY_MS))
        expect(((to ?? 0) - (from ?? 0)) / DAY_MS).toBe(89)
        expect(Math.abs(Date.now() - (asOf ?? 0))).toBeLessThan(300_000)
      })

      it('end today where lists are of today, however old the ratings are', async () => {
        const lists = known().served.filter(({ occurredAt }) => occurredAt >= firstServedDay())
        for (const name of ['funnel', 'coverage', 'popularity-bias', 'figures', 'uplift-of-fold-in']) {
          const { to, rows } = await analytics.run(name, {})
          expect(dayOf(to ?? 0), name).toBe(dayOf(Date.now()))
          if (name === 'funnel') expect(rows.reduce((sum, row) => sum + Number(row.lists), 0)).toBe(lists.length)
        }
      })

      it('tell how many came back of those whose month after is over', async () => {
        const newest = Math.max(...known().ratings.map(({ occurredAt }) => occurredAt))
        const firsts = new Map<string, number>()
        for (const { userId, occurredAt } of known().ratings)
          firsts.set(userId, Math.min(firsts.get(userId) ?? occurredAt, occurredAt))
        const [from, last] = [Date.UTC(2000, 0), Math.max(...firsts.values())]
        for (const to of [Date.now(), Date.UTC(2017, 5, 29), Date.UTC(2017, 5, 30)]) {
          const known = DAY_MS * (Math.floor(Math.min(newest, to) / DAY_MS) + 1)
          const came = [...firsts.values()].filter((first) => {
            const at = new Date(first)
            return first >= from && Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 2) <= known
          })
          const { sentence } = await analytics.run('cohort-return', { from, to })
          expect(sentence).toContain(`Of ${came.length.toLocaleString('en')} users`)
        }
        const { sentence } = await analytics.run('cohort-return', { from: last, to: last })
        expect(sentence).toMatch(/Too soon to tell/)
        // Every month and the two years after it, however long people go on: no month is cut off for want of rows.
        const { rows } = await analytics.run('cohort-return', { from: 0, to: Date.now() })
        const monthOf = (at: number) => `${dayOf(at).slice(0, 7)}-01`
        expect(new Set(rows.map(({ cohort }) => cohort))).toEqual(new Set([...firsts.values()].map(monthOf)))
        for (const { months_later } of rows) expect(Number(months_later)).toBeLessThanOrEqual(24)
      })

      it('call rising and falling what is so beyond chance, and say up to when', async () => {
        const stats = await opened.sql(
          `SELECT countIf(trend > 2) AS rising, countIf(trend < -2) AS falling, toString(toDate(any(ends_at))) AS until FROM ${opened.database}.trending WHERE window_days = 30 SETTINGS output_format_json_quote_64bit_integers = 0`,
        )
        for (const way of ['rising', 'falling']) {
          const { rows, sentence } = await analytics.run(`${way}-items`, {})
          expect(rows[0]?.item_id).toBe(way)
          expect(rows.length).toBe(Math.min(20, Number(stats[0]?.[way])))
          for (const { trend } of rows) expect(Math.abs(Number(trend))).toBeGreaterThan(2)
          expect(sentence).toContain(`up to ${stats[0]?.until}`)
        }
      })

      it('say so where nothing was recommended', async () => {
        const years = Date.UTC(2015, 5, 15)
        const { sentence } = await analytics.run('popularity-bias', { from: years, to: years + 30 * DAY_MS })
        expect(sentence).toContain('nothing was recommended')
      })

      it('take text as text', async () => {
        const { rows } = await analytics.run('top-items', { genre: "x') OR 1 = 1 --" })
        expect(rows).toEqual([])
        await expect(analytics.run("x'; DROP TABLE ratings", {})).rejects.toThrow(UnknownChartError)
      })
    })

    it('believes that a list led to a rating only where it can have', async () => {
      const minute = 60_000
      const at = Date.now() - 60 * minute
      const listOf = (recommendationId: string, userId: string): ServedList => ({
        ...{ recommendationId, userId, items: ['1', '2', '3'], strategy: recommendationId, generation: 'first' },
        occurredAt: at,
      })
      const [own, nobodys, others] = [listOf('own', 'reader'), listOf('nobodys', ''), listOf('others', 'somebody')]
      const lists = [own, nobodys, others]
      served.push(...lists)
      await store.insertServed(
        lists.map(({ items, ...list }, n) => ({
          event: { type: 'served' as const, ...list, itemIds: items, propensities: null, firstPosition: 1 },
          ...{ partition: 1, offset: n, ingestedAt: at },
        })),
      )
      const rating = (userId: string, itemId: string, { recommendationId }: ServedList, after: number) =>
        change(events[0] as RatingEvent, { ...{ userId, itemId, recommendationId, value: 5 }, occurredAt: at + after })
      await add(
        rating('reader', '1', own, minute),
        // By a clock that is behind.
        rating('reader', '2', own, -4 * minute),
        rating('reader', '3', own, -6 * minute),
        rating('reader', '4', own, minute),
        rating('guest', '1', own, minute),
        rating('guest', '2', nobodys, minute),
        rating('guest', '4', nobodys, minute),
        rating('guest', '3', others, minute),
      )
      await sink()
      await analytics.refresh()
      const { rows } = await analytics.run('funnel', {})
      const outcomes = new Map(rows.map(({ strategy, ratings, lists_rated }) => [strategy, [ratings, lists_rated]]))
      expect(['own', 'nobodys', 'others'].map((strategy) => outcomes.get(strategy))).toEqual([
        [2, 1],
        [1, 1],
        [0, 0],
      ])
      await expectViews(known(), ['served_days', 'funnel'])
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

/** In one order, numbers with nine digits: sums may be taken in any order. */
function sorted(rows: readonly Record<string, unknown>[]): string[] {
  const plain = (value: unknown): unknown => (typeof value === 'number' ? Number(value.toPrecision(9)) : value)
  return rows
    .map((row) =>
      JSON.stringify(
        Object.entries(row)
          .map(([name, value]) => [name, plain(value)])
          .sort(([x], [y]) => (String(x) < String(y) ? -1 : 1)),
      ),
    )
    .sort()
}
