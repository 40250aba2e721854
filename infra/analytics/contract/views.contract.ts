import { describe, expect, it } from 'vitest'
import type { RatingEvent } from '../../../models/events/types.ts'
import type { RatingRow } from '../../rating-store/port.ts'
import type { ServedList } from '../known.fixture.ts'
import { recompute } from '../recomputed.fixture.ts'
import { change, DAY_MS, firstServedDay, LATER, type World } from './world.fixture.ts'

const LIST_LENGTH = 10

const OF_MEASUREMENTS = 'made of measurements: compared with those in measurements.contract.ts'
const OF_FILLING = 'tells of how views were filled, not of events: see refresh.test.ts'
/** Tables and views that are compared with nothing here, and why. */
const NOT_RECOMPUTED = {
  ...{ measurements: OF_MEASUREMENTS, operation: OF_MEASUREMENTS, prequential: OF_MEASUREMENTS },
  quality_by_generation: OF_MEASUREMENTS,
  ...{ refresh_log: OF_FILLING, refreshes: OF_FILLING },
}

/** What is in the views, each beside a plain recomputation: after a delivery, another one, changes, withdrawals and erasures. */
export function viewsContract(world: World): void {
  describe('views', () => {
    it('shows nothing before it is filled', async () => {
      expect(await world.analytics.shownBelow()).toEqual([])
      const { rows, asOf, isCut } = await world.analytics.run('rating-histogram', {})
      expect({ rows, asOf, isCut }).toEqual({ rows: [], asOf: undefined, isCut: false })
    })

    it('shows what is rated', async () => {
      expect(await world.analytics.refresh()).toMatchObject({ isNew: true })
      expect(await world.analytics.shownBelow()).toEqual(await world.log.ends('ratings'))
      await world.expectViews(world.known())
    })

    it('recomputes all that can be read, or says why not', async () => {
      const tables = await world.sql(
        `SELECT name FROM system.tables WHERE database = '${world.database}' AND NOT endsWith(name, '_now')`,
      )
      const compared = [...Object.keys(recompute(world.known())), ...Object.keys(NOT_RECOMPUTED)]
      expect(tables.map(({ name }) => name).sort()).toEqual(compared.sort())
    })

    it('is not filled anew where nothing came in', async () => {
      expect(await world.analytics.refresh()).toMatchObject({ isNew: false })
    })

    it('shows what is put into the catalogue anew, hidden, or deleted, described before or not', async () => {
      const items = [...world.known().items.values()]
      const every = (rest: number) => items.filter((_, n) => n % 97 === rest)
      await world.remove('falling', 'nobody-knew-this', ...[...every(3), ...every(7)].map(({ itemId }) => itemId))
      await world.put(
        ...every(5).map((item) => ({ ...item, available: false })),
        ...every(7).map((item) => ({
          ...item,
          title: `${item.title} again`,
          genres: [],
          year: null,
          updatedAt: LATER,
        })),
      )
      await world.sink()
      await world.expectViews(world.known(), ['catalogue'])
    })

    it('shows once what is delivered again, retried with other values, or changed, nothing of what is withdrawn, and what comes of lists', async () => {
      const batches: (readonly RatingRow[])[] = []
      const again = world.events.filter((_, n) => n % 97 === 0)
      await world.append(
        'ratings',
        again.map((event) => [event.userId, { ...event, value: 1, occurredAt: LATER }]),
      )
      const noting = async (rows: readonly RatingRow[]) => {
        batches.push(rows)
        await world.store.insertRatings(rows)
      }
      await world.sink({ ...world.store, insertRatings: noting, resumeAt: async () => 0 })
      expect(batches.flat().length).toBe(world.events.length + again.length)

      const strategies = ['fold-in', 'popular', 'trending']
      const some = world.events.filter((_, n) => n % 211 === 0)
      const now = Date.now()
      for (const [n, { userId }] of some.entries())
        world.served.push({
          recommendationId: `list-${n}`,
          userId: n % 5 === 0 ? '' : userId,
          items: some.slice(n, n + LIST_LENGTH).map(({ itemId }) => itemId),
          strategy: strategies[n % 3] as string,
          generation: n % 2 === 0 ? 'first' : 'second',
          occurredAt: now - (n % 30) ** 2 * 1e7,
        })
      const list = world.served[0] as ServedList
      world.served.push({ ...list, recommendationId: 'of-nothing-rated', items: ['nobody-rated-this'] })
      const [first, last] = [firstServedDay(), firstServedDay() - 1]
      world.served.push({ ...list, recommendationId: 'of-the-first-day', occurredAt: first })
      world.served.push({ ...list, recommendationId: 'of-the-day-before', occurredAt: last })
      const rows = world.served.map(({ items, ...list }, offset) => ({
        event: { type: 'served' as const, ...list, itemIds: items, propensities: null, firstPosition: 1 },
        ...{ partition: 0, offset, ingestedAt: list.occurredAt },
      }))
      await world.store.insertServed(rows)
      await world.store.insertServed(rows.slice(0, 50))
      await world.add(
        ...some.map((event, n) =>
          change(event, {
            value: (n % 10) / 2 + 0.5,
            recommendationId: `list-${n % 200}`,
            occurredAt: LATER - (n % 60) * DAY_MS,
          }),
        ),
        ...Array.from({ length: 16 }, (_, n) =>
          change(world.events[0] as RatingEvent, {
            ...{ userId: `of-late-${n}`, itemId: n % 2 === 0 ? 'rising' : 'falling' },
            occurredAt: LATER - (n % 2 === 0 ? 10 : 50) * DAY_MS,
          }),
        ),
        ...world.events
          .filter((_, n) => n % 301 === 7)
          .map((event) => change(event, { value: null, occurredAt: LATER + 1 })),
      )
      await world.sink()
      await world.analytics.refresh()
      await world.expectViews(world.known())
    })

    it('shows nothing of who was erased, and says from when on', async () => {
      const erased = new Set(
        ['1', '414', '610', 'user-1', 'user-2'].filter((user) => world.events.some(({ userId }) => userId === user)),
      )
      expect(erased.size).toBeGreaterThan(1)
      world.erase(erased)
      const erasures = [...erased].map((userId) => ({
        type: 'user-erased' as const,
        ...{ eventId: crypto.randomUUID(), userId, occurredAt: Date.now() },
      }))
      await world.append(
        'ratings',
        erasures.map((event) => [event.userId, event]),
      )
      await world.sink()
      expect(await world.analytics.hasErasureAhead()).toBe(true)
      expect(await world.analytics.shownBelow()).not.toEqual(await world.log.ends('ratings'))
      await world.analytics.refresh()
      expect(await world.analytics.hasErasureAhead()).toBe(false)
      expect(await world.analytics.shownBelow()).toEqual(await world.log.ends('ratings'))
      await world.expectViews(world.known())
    })
  })
}
