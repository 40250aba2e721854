import { describe, expect, it } from 'vitest'
import { dayOf } from '../known.fixture.ts'
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
      expect(uplift.map(({ variant, ratings }) => [variant, ratings])).toEqual([
        ['at-watermark', 30],
        ['folded-in', 30],
        ['folded-in', 1],
      ])
      expect(sentence).toMatch(/folded in, 32.3 % of 31 likes .* without, 10 %\./)
      const { rows: figures } = await world.analytics.run('figures', { from: began, to: Date.now() })
      const isOfToday = dayOf(began + hour) === dayOf(Date.now())
      expect(figures.find(({ figure }) => figure === 'live hit rate')).toMatchObject({
        ...{ of_ratings: 31, of_ratings_of_whole_days: isOfToday ? 30 : 31, of_ratings_before: 0, value_before: null },
      })
    })
  })
}
