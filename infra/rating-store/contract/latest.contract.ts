import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eventsArbitrary, folded, latest, MAX_HISTORY, type Opened, row } from './rows.fixture.ts'

/** What counts, and which rating of a user for an item is the latest. */
export function latestContract(at: Opened): void {
  describe('counting once', () => {
    it('counts rows that are inserted twice once', async () => {
      const rows = [row({ offset: 0 }), row({ offset: 1, itemId: 'j' })]
      await at.store.insertRatings(rows)
      await at.store.insertRatings(rows)
      expect(await at.store.counts()).toEqual({ events: 2, latest: 2 })
    })

    it.each(['one insert', 'two inserts', 'two inserts, merged'])(
      'lets the first occurrence of an event win: %s',
      async (how) => {
        const first = row({ offset: 5, value: 2, occurredAt: 10 })
        const retry = row({ ...first.event, offset: 9, value: 5, occurredAt: 20 })
        if (how === 'one insert') await at.store.insertRatings([first, retry])
        else for (const occurrence of [first, retry]) await at.store.insertRatings([occurrence])
        if (how === 'two inserts, merged') await at.sql('OPTIMIZE TABLE ratings FINAL')
        expect(await at.store.counts()).toEqual({ events: 1, latest: 1 })
        expect(await latest(at.store)).toEqual([['u', 'i', 2]])
      },
    )

    it('takes the same event id of another user or item for another event', async () => {
      const { eventId } = row({ offset: 0 }).event
      await at.store.insertRatings([
        row({ offset: 0, eventId }),
        row({ offset: 1, eventId, itemId: 'j' }),
        row({ offset: 2, eventId, userId: 'v' }),
      ])
      expect(await at.store.counts()).toEqual({ events: 3, latest: 3 })
    })
  })

  describe('the latest rating', () => {
    it('is the one that occurred last, not the one that came last', async () => {
      await at.store.insertRatings([row({ offset: 0, occurredAt: 20, value: 1 }), row({ offset: 1, occurredAt: 10 })])
      expect(await latest(at.store)).toEqual([['u', 'i', 1]])
    })

    it('is, of two at the same time, the one of the greater offset', async () => {
      await at.store.insertRatings([row({ offset: 8, value: 5 })])
      await at.store.insertRatings([row({ offset: 7, value: 1 })])
      expect(await latest(at.store)).toEqual([['u', 'i', 5]])
    })

    it('is none once it was withdrawn, although an older event comes late', async () => {
      await at.store.insertRatings([
        row({ offset: 0, occurredAt: 10 }),
        row({ offset: 1, occurredAt: 30, value: null }),
      ])
      await at.store.insertRatings([row({ offset: 2, occurredAt: 20, value: 5 })])
      expect(await latest(at.store)).toEqual([])
      expect(await at.store.counts()).toEqual({ events: 3, latest: 0 })
    })

    it('is back when it is rated again after a withdrawal', async () => {
      await at.store.insertRatings([
        row({ offset: 0, occurredAt: 10, value: null }),
        row({ offset: 1, occurredAt: 20, value: 3.5 }),
      ])
      expect(await latest(at.store)).toEqual([['u', 'i', 3.5]])
    })

    it('is, in the view and in the blocks, the same', async () => {
      await at.store.insertRatings([
        row({ offset: 0, userId: 'v', value: -0.1 }),
        row({ offset: 1, occurredAt: 2, value: null }),
        row({ offset: 2, itemId: 'j', occurredAt: 3, value: 0.1 + 0.2 }),
        row({ offset: 3, itemId: 'j', occurredAt: 2, value: 5 }),
      ])
      const view = (condition: string) =>
        at.sql(`SELECT user_id, item_id, value FROM latest_ratings WHERE ${condition} ORDER BY user_id, item_id`)
      const all = await view('1')
      expect(all.map((each) => Object.values(each))).toEqual(await latest(at.store))
      expect(all).toHaveLength(2)
      // A condition holds for latest ratings; it does not choose the rating that is the latest.
      expect(await view('value > 4')).toEqual([])
      expect(await view("occurred_at < '1970-01-01 00:00:00.003' AND user_id = 'u'")).toEqual([])
      expect(await view("item_id = 'j'")).toEqual([{ user_id: 'u', item_id: 'j', value: 0.1 + 0.2 }])
    })

    it('is read below the watermark of its partition only', async () => {
      await at.store.insertRatings([
        row({ offset: 4, value: 1, occurredAt: 1 }),
        row({ offset: 5, value: 2, occurredAt: 2 }),
        row({ offset: 4, partition: 1, userId: 'v', value: 3 }),
      ])
      const watermark = await at.store.watermark(2)
      expect(watermark).toEqual([6, 5])
      await at.store.insertRatings([
        row({ offset: 6, value: 5, occurredAt: 3 }),
        row({ offset: 5, partition: 1, userId: 'w', value: 5 }),
      ])
      expect(await latest(at.store, { watermark })).toEqual([
        ['u', 'i', 2],
        ['v', 'i', 3],
      ])
      expect(await latest(at.store, { watermark: [5] })).toEqual([['u', 'i', 1]])
    })

    it('is cut to those of each user that are the latest, tombstones counted', async () => {
      await at.store.insertRatings([
        row({ offset: 0, itemId: 'a', occurredAt: 10 }),
        row({ offset: 1, itemId: 'b', occurredAt: 40, value: null }),
        row({ offset: 2, itemId: 'c', occurredAt: 30, value: 2 }),
        row({ offset: 3, itemId: 'd', occurredAt: 20, value: 3 }),
        row({ offset: 4, itemId: 'e', occurredAt: 20, value: 5 }),
        row({ offset: 5, userId: 'v' }),
      ])
      expect(await latest(at.store, { maxHistory: 3 })).toEqual([
        ['u', 'c', 2],
        ['u', 'e', 5],
        ['v', 'i', 4],
      ])
    })
  })

  it.each([
    ['with retries', true, MAX_HISTORY],
    // The user state has forgotten the events of an item that was cut, and would take a retry for news.
    ['cut to the three latest', false, 3],
  ])('gives the ratings that the user state has, %s', async (_, hasRetries, maxHistory) => {
    const batches = fc.integer({ min: 1, max: 12 })
    const property = fc.asyncProperty(eventsArbitrary(hasRetries), batches, async (rows, size) => {
      await at.sql('TRUNCATE TABLE ratings')
      for (let first = 0; first < rows.length; first += size) {
        // Each batch begins with the last rows of the one before, as after a restart.
        await at.store.insertRatings(rows.slice(Math.max(0, first - 2), first + size))
      }
      expect(await latest(at.store, { maxHistory })).toEqual(folded(rows, maxHistory))
    })
    await fc.assert(property, { numRuns: 40, endOnFailure: true })
  })
}
