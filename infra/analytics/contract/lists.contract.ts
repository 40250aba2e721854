import { describe, expect, it } from 'vitest'
import type { RatingEvent } from '../../../models/events/types.ts'
import type { ServedList } from '../known.fixture.ts'
import { change, type World } from './world.fixture.ts'

/** What came of lists. Its ratings are of today: the last part. */
export function listsContract(world: World): void {
  describe('lists', () => {
    it('believes that a list led to a rating only where it can have', async () => {
      const minute = 60_000
      const at = Date.now() - 60 * minute
      const listOf = (recommendationId: string, userId: string): ServedList => ({
        ...{ recommendationId, userId, items: ['1', '2', '3'], strategy: recommendationId, generation: 'first' },
        occurredAt: at,
      })
      const [own, nobodys, others] = [listOf('own', 'reader'), listOf('nobodys', ''), listOf('others', 'somebody')]
      const lists = [own, nobodys, others]
      world.served.push(...lists)
      await world.store.insertServed(
        lists.map(({ items, ...list }, n) => ({
          event: { type: 'served' as const, ...list, itemIds: items, propensities: null, firstPosition: 1 },
          ...{ partition: 1, offset: n, ingestedAt: at },
        })),
      )
      const rating = (userId: string, itemId: string, { recommendationId }: ServedList, after: number) =>
        change(world.events[0] as RatingEvent, {
          ...{ userId, itemId, recommendationId, value: 5 },
          occurredAt: at + after,
        })
      await world.add(
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
      await world.sink()
      await world.analytics.refresh()
      const { rows } = await world.analytics.run('funnel', {})
      const outcomes = new Map(rows.map(({ strategy, ratings, lists_rated }) => [strategy, [ratings, lists_rated]]))
      expect(['own', 'nobodys', 'others'].map((strategy) => outcomes.get(strategy))).toEqual([
        [2, 1],
        [1, 1],
        [0, 0],
      ])
      await world.expectViews(world.known(), ['served_days', 'funnel'])
    })
  })
}
