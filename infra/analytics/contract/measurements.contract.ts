import { describe, expect, it } from 'vitest'
import { seededRandom } from '../../../models/linalg/random.ts'
import { dayOf } from '../known.fixture.ts'
import { GRAINS_MS, recomputeOperation } from '../recomputed-operation.fixture.ts'
import { DAY_MS, LATER, type World } from './world.fixture.ts'

/** What the system measures of itself and of its models. */
export function measurementsContract(world: World): void {
  describe('measurements', () => {
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
      for (const _ of ['once', 'twice']) await world.store.insertMeasurements(rows)
      const range = { from: began, to: began + minute }
      const freshness = await world.analytics.run('freshness', range)
      expect(freshness.rows).toMatchObject([
        { grain: 'minute', typical: expect.closeTo(0.003, 6), p99: 0.4, batches: 40 },
      ])
      expect(freshness.sentence).toMatch(/^Of the last 40 batches .* within 3 ms; 99 of 100 did within 400 ms\.$/)
      const lag = await world.analytics.run('lag', range)
      expect(lag.rows.map(({ updater, sink }) => [updater, sink])).toEqual([
        [7, 9],
        [null, 3],
      ])
      await world.analytics.refresh()
      expect(
        await world.sql(`SELECT count() AS n FROM ${world.database}.prequential WHERE metric NOT LIKE '%@10'`),
      ).toEqual([{ n: expect.toSatisfy((n) => Number(n) === 0) }])
    })

    it('counts each measurement of the system once, by minutes, hours and days', async () => {
      const random = seededRandom(27)
      const today = Math.floor(Date.now() / DAY_MS) * DAY_MS
      // Two updaters and a sink, some minutes with ratings and some with none, at the ends of days as well.
      const minutes = [0, 1, 1439, 1440, ...Array.from({ length: 800 }, () => Math.floor(random() * 90 * 1440))]
      const measurements = minutes.flatMap((minute) => {
        const occurredAt = today - 95 * DAY_MS + minute * GRAINS_MS.minute + Math.floor(random() * GRAINS_MS.minute)
        const one = { type: 'measurement' as const, generation: 'none', occurredAt }
        const lag = (variant: string) => ({
          ...{ ...one, metric: 'lag-records', variant, value: Math.floor(random() * 50), weight: 1 },
        })
        const fresh = () => {
          const weight = 1 + Math.floor(random() * 9)
          return ['p50', 'p99'].map((variant) => ({
            ...{ ...one, metric: 'freshness-seconds', variant, value: random(), weight },
          }))
        }
        return [...(random() < 0.7 ? [...fresh(), ...fresh(), lag('updater')] : []), lag('sink')]
      })
      const rows = measurements.map((event, n) => ({
        ...{ event, partition: n % 2, offset: 5_000 + n, ingestedAt: event.occurredAt },
      }))
      await world.store.insertMeasurements(rows)
      // What is delivered again comes in other batches than before.
      for (const half of [rows.slice(0, 700), rows.slice(300)]) await world.store.insertMeasurements(half)
      for (const [grain, days] of [
        ['minute', 2],
        ['hour', 60],
        ['day', 95],
      ] as const) {
        const range = { from: today - 95 * DAY_MS, to: today - (96 - days) * DAY_MS }
        const within = measurements.filter(({ occurredAt: at }) => at >= range.from && at < range.to + DAY_MS)
        const expected = recomputeOperation(within, grain)
        const near = (row: (typeof expected.freshness)[number]) => ({
          ...row,
          typical: expect.closeTo(Number(row.typical), 9),
        })
        const [freshness, lag] = [
          await world.analytics.run('freshness', range),
          await world.analytics.run('lag', range),
        ]
        expect(expected.lag.length, grain).toBeGreaterThan(2)
        expect(freshness.rows, grain).toEqual(expected.freshness.map(near))
        expect(lag.rows, grain).toEqual(expected.lag)
      }
      // For people, who find both in one row.
      const told = await world.sql(
        `SELECT formatDateTime(minute, '%FT%TZ') AS time, freshness_p50, freshness_p99, batches, lag_updater, lag_sink FROM ${world.database}.operation
         WHERE minute < toDateTime('${dayOf(today - 4 * DAY_MS)}', 'UTC') ORDER BY minute`,
      )
      const byMinute = recomputeOperation(measurements, 'minute')
      expect(told).toEqual(
        byMinute.lag.map(({ time, updater, sink }) => {
          const fresh = byMinute.freshness.find((one) => one.time === time)
          return {
            ...{ time, freshness_p99: fresh?.p99 ?? null, batches: fresh?.batches ?? 0 },
            freshness_p50: fresh === undefined ? null : expect.closeTo(Number(fresh.typical), 9),
            ...{ lag_updater: updater, lag_sink: sink },
          }
        }),
      )
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
      for (const _ of ['once', 'twice']) await world.store.insertMeasurements(rows)
      for (const id of ['first', 'second'])
        await world.store.recordGeneration({
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
      await world.analytics.refresh()
      const ofFirst = await world.sql(
        `SELECT measured, metric, round(value, 6) AS value, ratings FROM ${world.database}.quality_by_generation WHERE generation = 'first' ORDER BY measured`,
      )
      expect(ofFirst).toEqual([
        { measured: 'at-watermark', metric: 'hr@10', value: 0.1, ratings: 30 },
        { measured: 'folded-in', metric: 'hr@10', value: 0.3, ratings: 30 },
        { measured: 'held-out', metric: 'ndcg@10', value: 0.25, ratings: 0 },
      ])
      const { rows: uplift, sentence } = await world.analytics.run('uplift-of-fold-in', {
        ...{ from: began, to: began + hour },
      })
      // One like foretells nothing: it counts in the sum, and not by itself.
      expect(uplift.map(({ variant, ratings, value }) => [variant, ratings, value])).toEqual([
        ['at-watermark', 30, expect.closeTo(0.1, 9)],
        ['folded-in', 30, expect.closeTo(0.3, 9)],
        ['folded-in', 1, null],
      ])
      expect(sentence).toMatch(
        /folded in, 32.3 % of 31 likes .* without, 10 %\. .* each hour with fewer than 30 likes\.$/,
      )
      const { rows: figures } = await world.analytics.run('figures', { from: began, to: Date.now() })
      const isOfToday = dayOf(began + hour) === dayOf(Date.now())
      expect(figures.find(({ figure }) => figure === 'live hit rate')).toMatchObject({
        ...{ of_ratings: 31, of_ratings_of_whole_days: isOfToday ? 30 : 31, of_ratings_before: 0, value_before: null },
      })
    })
  })
}
