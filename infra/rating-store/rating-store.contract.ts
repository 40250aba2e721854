import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Item, RatingEvent, Served } from '../../models/events/types.ts'
import { applyEvents } from '../../models/history/apply.ts'
import type { RatingRow, RatingStore, ServedRow } from './port.ts'
import { rowHash } from './row-hash.ts'

/** A store that is empty, a way to open it once more, and a way past the port into its tables. */
export interface Opened {
  readonly store: RatingStore
  sql(statement: string): Promise<Record<string, unknown>[]>
  reopen(): Promise<RatingStore>
  /** Closes everything that was opened. */
  dispose(): Promise<void>
}

const MAX_HISTORY = 10_000

type Sketch = Partial<RatingEvent> & { readonly offset: number; readonly partition?: number }

/** A row of user `u`, item `i`, value 4 at time 1, where the sketch does not say otherwise. */
function row({ offset, partition = 0, ...event }: Sketch): RatingRow {
  const defaults: RatingEvent = {
    type: 'rating',
    eventId: randomUUID(),
    userId: 'u',
    itemId: 'i',
    value: 4,
    occurredAt: 1,
    recommendationId: null,
  }
  return { partition, offset, ingestedAt: 1_700_000_000_000 + offset, event: { ...defaults, ...event } }
}

type SketchedList = Partial<Served> & { readonly offset: number; readonly partition?: number }

/** Lists are not kept for ever. */
const LATELY = Date.now() - 3_600_000

/** A list of user `u`, answered two ms before it was appended. */
function served({ offset, partition = 0, ...event }: SketchedList, ingestedAt = LATELY): ServedRow {
  const defaults: Served = {
    ...{ type: 'served', recommendationId: `r${offset}`, userId: 'u', itemIds: ['i'], strategy: 'fold-in' },
    ...{ generation: 'g', propensities: null, firstPosition: 1, occurredAt: ingestedAt - 2 },
  }
  return { partition, offset, ingestedAt, event: { ...defaults, ...event } }
}

const item = (fields: Partial<Item>): Item => ({
  type: 'item',
  itemId: 'i',
  title: 'A film',
  genres: ['Drama'],
  year: 1999,
  poster: null,
  available: true,
  attributes: {},
  updatedAt: 1_700_000_000_000,
  ...fields,
})

/** Latest ratings as `[user, item, value]`. */
async function latest(
  store: RatingStore,
  { watermark = [1_000_000_000], maxHistory = MAX_HISTORY }: { watermark?: number[]; maxHistory?: number } = {},
): Promise<[string, string, number][]> {
  const ratings: [string, string, number][] = []
  for await (const { users, items, values } of store.latestRatings(watermark, maxHistory)) {
    users.forEach((user, index) => {
      ratings.push([user, items[index] as string, values[index] as number])
    })
  }
  return ratings
}

/** What the user state makes of the same rows. */
function folded(rows: readonly RatingRow[], maxHistory: number): [string, string, number][] {
  const byUser = Map.groupBy(rows, ({ event }) => event.userId)
  return [...byUser]
    .flatMap(([userId, theirs]) => {
      const { history } = applyEvents(new Map(), theirs, maxHistory)
      return [...history.values()].map(({ itemId, value }) => [userId, itemId, value] as const)
    })
    .filter((rating): rating is [string, string, number] => rating[2] !== null)
    .sort((a, b) => (a.slice(0, 2).join() < b.slice(0, 2).join() ? -1 : 1))
}

/** Few users, items and times, so that events meet; a retry carries a value and a time of its own. */
const eventsArbitrary = (hasRetries: boolean) =>
  fc
    .array(
      fc.record({
        userId: fc.constantFrom('u', 'v'),
        itemId: fc.constantFrom('a', 'b', 'c', 'd'),
        value: fc.option(fc.integer({ min: 1, max: 5 })),
        occurredAt: fc.integer({ min: 0, max: 4 }),
        retryOf: fc.option(fc.nat(), { freq: 3 }),
      }),
      { maxLength: 40 },
    )
    .map((sketches) => {
      const rows: RatingRow[] = []
      for (const [offset, { retryOf, ...sketch }] of sketches.entries()) {
        const earlier = hasRetries && retryOf !== null ? rows[retryOf % Math.max(rows.length, 1)]?.event : undefined
        const { value, occurredAt } = sketch
        rows.push(row(earlier ? { ...earlier, value, occurredAt, offset } : { ...sketch, offset }))
      }
      return rows
    })

export function ratingStoreContract(name: string, open: () => Promise<Opened>): void {
  describe(`rating store: ${name}`, () => {
    let opened: Opened
    let store: RatingStore
    beforeEach(async () => {
      opened = await open()
      store = opened.store
    })
    afterEach(() => opened.dispose())

    it('has nothing at first', async () => {
      expect(await store.counts()).toEqual({ events: 0, latest: 0 })
      expect(await store.resumeAt(3)).toBe(0)
      expect(await store.resumeItemsAt()).toBe(0)
      expect(await store.watermark(2)).toEqual([0, 0])
      expect(await latest(store)).toEqual([])
      await store.ping()
    })

    describe('counting once', () => {
      it('counts rows that are inserted twice once', async () => {
        const rows = [row({ offset: 0 }), row({ offset: 1, itemId: 'j' })]
        await store.insertRatings(rows)
        await store.insertRatings(rows)
        expect(await store.counts()).toEqual({ events: 2, latest: 2 })
      })

      it.each(['one insert', 'two inserts', 'two inserts, merged'])(
        'lets the first occurrence of an event win: %s',
        async (how) => {
          const first = row({ offset: 5, value: 2, occurredAt: 10 })
          const retry = row({ ...first.event, offset: 9, value: 5, occurredAt: 20 })
          if (how === 'one insert') await store.insertRatings([first, retry])
          else for (const occurrence of [first, retry]) await store.insertRatings([occurrence])
          if (how === 'two inserts, merged') await opened.sql('OPTIMIZE TABLE ratings FINAL')
          expect(await store.counts()).toEqual({ events: 1, latest: 1 })
          expect(await latest(store)).toEqual([['u', 'i', 2]])
        },
      )

      it('takes the same event id of another user or item for another event', async () => {
        const { eventId } = row({ offset: 0 }).event
        await store.insertRatings([
          row({ offset: 0, eventId }),
          row({ offset: 1, eventId, itemId: 'j' }),
          row({ offset: 2, eventId, userId: 'v' }),
        ])
        expect(await store.counts()).toEqual({ events: 3, latest: 3 })
      })
    })

    describe('the latest rating', () => {
      it('is the one that occurred last, not the one that came last', async () => {
        await store.insertRatings([row({ offset: 0, occurredAt: 20, value: 1 }), row({ offset: 1, occurredAt: 10 })])
        expect(await latest(store)).toEqual([['u', 'i', 1]])
      })

      it('is, of two at the same time, the one of the greater offset', async () => {
        await store.insertRatings([row({ offset: 8, value: 5 })])
        await store.insertRatings([row({ offset: 7, value: 1 })])
        expect(await latest(store)).toEqual([['u', 'i', 5]])
      })

      it('is none once it was withdrawn, although an older event comes late', async () => {
        await store.insertRatings([row({ offset: 0, occurredAt: 10 }), row({ offset: 1, occurredAt: 30, value: null })])
        await store.insertRatings([row({ offset: 2, occurredAt: 20, value: 5 })])
        expect(await latest(store)).toEqual([])
        expect(await store.counts()).toEqual({ events: 3, latest: 0 })
      })

      it('is back when it is rated again after a withdrawal', async () => {
        await store.insertRatings([
          row({ offset: 0, occurredAt: 10, value: null }),
          row({ offset: 1, occurredAt: 20, value: 3.5 }),
        ])
        expect(await latest(store)).toEqual([['u', 'i', 3.5]])
      })

      it('is, in the view and in the blocks, the same', async () => {
        await store.insertRatings([
          row({ offset: 0, userId: 'v', value: -0.1 }),
          row({ offset: 1, occurredAt: 2, value: null }),
          row({ offset: 2, itemId: 'j', occurredAt: 3, value: 0.1 + 0.2 }),
          row({ offset: 3, itemId: 'j', occurredAt: 2, value: 5 }),
        ])
        const view = (condition: string) =>
          opened.sql(`SELECT user_id, item_id, value FROM latest_ratings WHERE ${condition} ORDER BY user_id, item_id`)
        const all = await view('1')
        expect(all.map((each) => Object.values(each))).toEqual(await latest(store))
        expect(all).toHaveLength(2)
        // A condition holds for latest ratings; it does not choose the rating that is the latest.
        expect(await view('value > 4')).toEqual([])
        expect(await view("occurred_at < '1970-01-01 00:00:00.003' AND user_id = 'u'")).toEqual([])
        expect(await view("item_id = 'j'")).toEqual([{ user_id: 'u', item_id: 'j', value: 0.1 + 0.2 }])
      })

      it('is read below the watermark of its partition only', async () => {
        await store.insertRatings([
          row({ offset: 4, value: 1, occurredAt: 1 }),
          row({ offset: 5, value: 2, occurredAt: 2 }),
          row({ offset: 4, partition: 1, userId: 'v', value: 3 }),
        ])
        const watermark = await store.watermark(2)
        expect(watermark).toEqual([6, 5])
        await store.insertRatings([
          row({ offset: 6, value: 5, occurredAt: 3 }),
          row({ offset: 5, partition: 1, userId: 'w', value: 5 }),
        ])
        expect(await latest(store, { watermark })).toEqual([
          ['u', 'i', 2],
          ['v', 'i', 3],
        ])
        expect(await latest(store, { watermark: [5] })).toEqual([['u', 'i', 1]])
      })

      it('is cut to those of each user that are the latest, tombstones counted', async () => {
        await store.insertRatings([
          row({ offset: 0, itemId: 'a', occurredAt: 10 }),
          row({ offset: 1, itemId: 'b', occurredAt: 40, value: null }),
          row({ offset: 2, itemId: 'c', occurredAt: 30, value: 2 }),
          row({ offset: 3, itemId: 'd', occurredAt: 20, value: 3 }),
          row({ offset: 4, itemId: 'e', occurredAt: 20, value: 5 }),
          row({ offset: 5, userId: 'v' }),
        ])
        expect(await latest(store, { maxHistory: 3 })).toEqual([
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
        await opened.sql('TRUNCATE TABLE ratings')
        for (let first = 0; first < rows.length; first += size) {
          // Each batch begins with the last rows of the one before, as after a restart.
          await store.insertRatings(rows.slice(Math.max(0, first - 2), first + size))
        }
        expect(await latest(store, { maxHistory })).toEqual(folded(rows, maxHistory))
      })
      await fc.assert(property, { numRuns: 40, endOnFailure: true })
    })

    it('gives back every string as it came', async () => {
      const odd = [
        "it's",
        'a\\b',
        'line\nbreak',
        'tab\t\r\b',
        '🎬 é',
        '"quoted"',
        '{x:String}',
        '%',
        '\\N',
        'ａ',
        'a'.repeat(128),
      ]
      const rows = odd.flatMap((userId, u) =>
        odd.map((itemId, i) => row({ offset: u * odd.length + i, userId, itemId })),
      )
      await store.insertRatings(rows)
      const expected = rows.map(({ event }) => JSON.stringify([event.userId, event.itemId, 4]))
      const ratings = await latest(store)
      expect(ratings.map((each) => JSON.stringify(each)).sort()).toEqual(expected.sort())
      await store.eraseUsers(odd.map((userId) => ({ userId, partition: 0, before: rows.length, at: 1 })))
      expect(await store.counts()).toEqual({ events: 0, latest: 0 })
    })

    it('keeps every column of an event', async () => {
      const eventId = '01890a5d-ac96-774b-bcce-b302099a8057'
      await store.insertRatings([
        row({ offset: 2 ** 40 + 1, partition: 7, eventId, occurredAt: -1, value: null }),
        row({
          offset: 3,
          partition: 7,
          itemId: 'j',
          occurredAt: 1_700_000_000_123,
          value: 0.1,
          recommendationId: 'r é',
        }),
      ])
      const [first, second] = await opened.sql(
        'SELECT toString(event_id) AS id, user_id, item_id, value, toString(occurred_at) AS at, toString(ingested_at) AS ingested, partition, toString(offset) AS offset, recommendation_id FROM ratings ORDER BY item_id',
      )
      expect(first).toMatchObject({ id: eventId, user_id: 'u', item_id: 'i', value: null, partition: 7 })
      expect(first).toMatchObject({ at: '1969-12-31 23:59:59.999', offset: '1099511627777', recommendation_id: '' })
      expect(second).toMatchObject({ value: 0.1, at: '2023-11-14 22:13:20.123', ingested: '2023-11-14 22:13:20.003' })
      expect(second).toMatchObject({ recommendation_id: 'r é' })
    })

    it('refuses, whole, a batch with a value that is no number or an id that is no UUID', async () => {
      for (const bad of [row({ offset: 1, value: Number.NaN }), row({ offset: 1, eventId: 'x' })]) {
        await expect(store.insertRatings([row({ offset: 0 }), bad])).rejects.toThrow(RangeError)
      }
      expect(await store.counts()).toEqual({ events: 0, latest: 0 })
    })

    it('stores 120,000 rows as one part, and reads them in order, block by block', async () => {
      const rows = Array.from({ length: 120_000 }, (_, offset) =>
        row({
          offset,
          userId: `user ${offset % 6_001}`,
          itemId: `item ${Math.floor(offset / 6_001)}`,
          value: offset % 5,
        }),
      )
      await opened.sql('SYSTEM STOP MERGES ratings')
      await store.insertRatings(rows)
      await store.insertRatings(rows.slice(0, 7_000))
      await store.insertRatings([])
      const parts = await opened.sql(
        "SELECT toUInt32(rows) AS rows FROM system.parts WHERE active AND database = currentDatabase() AND table = 'ratings' ORDER BY rows",
      )
      expect(parts).toEqual([{ rows: 7_000 }, { rows: 120_000 }])

      const read: string[] = []
      let blocks = 0
      for await (const { users, items, values } of store.latestRatings([rows.length], MAX_HISTORY)) {
        users.forEach((user, index) => {
          read.push(`${user}\n${items[index]}\n${values[index]}`)
        })
        blocks++
      }
      expect(blocks).toBe(2)
      const expected = rows.map(({ event }) => `${event.userId}\n${event.itemId}\n${event.value}`)
      expect(read).toEqual(expected.sort())
      expect(await store.counts()).toEqual({ events: 120_000, latest: 120_000 })
    })

    describe('where the sink resumes', () => {
      it('is after the last row of each partition', async () => {
        await store.insertRatings([row({ offset: 3 }), row({ offset: 11 }), row({ offset: 7, partition: 5 })])
        expect([await store.resumeAt(0), await store.resumeAt(5), await store.resumeAt(1)]).toEqual([12, 8, 0])
        const again = await opened.reopen()
        expect(await again.watermark(6)).toEqual([12, 0, 0, 0, 0, 8])
      })

      it('is after the noted progress where that is greater', async () => {
        await store.insertRatings([row({ offset: 3 })])
        await store.noteProgress(0, 9)
        await store.noteProgress(0, 6)
        await store.noteProgress(1, 2)
        expect([await store.resumeAt(0), await store.resumeAt(1)]).toEqual([9, 2])
        await store.insertRatings([row({ offset: 9 })])
        expect(await store.resumeAt(0)).toBe(10)
      })

      it('does not fall back when an erasure took the last rows', async () => {
        await store.insertRatings([row({ offset: 0, userId: 'v' }), row({ offset: 1 })])
        await store.noteProgress(0, 2)
        await store.eraseUsers([{ userId: 'u', partition: 0, before: 2, at: 1 }])
        expect(await store.resumeAt(0)).toBe(2)
      })

      it('is the beginning when the tables were emptied', async () => {
        await store.insertRatings([row({ offset: 3 })])
        await store.noteProgress(0, 9)
        await store.insertItems([{ itemId: 'i', offset: 3, item: item({}) }])
        for (const table of ['ratings', 'sink_progress', 'items']) await opened.sql(`TRUNCATE TABLE ${table}`)
        expect([await store.resumeAt(0), await store.resumeItemsAt()]).toEqual([0, 0])
      })
    })

    describe('erasure', () => {
      it("removes the user's ratings before it, and nothing else", async () => {
        await store.insertRatings([
          row({ offset: 0, value: 1 }),
          row({ offset: 1, userId: 'v', value: 2 }),
          row({ offset: 2, itemId: 'j', value: 3 }),
          row({ offset: 9, value: 5, occurredAt: 0 }),
        ])
        await store.eraseUsers([{ userId: 'u', partition: 0, before: 9, at: 1 }])
        expect(await latest(store)).toEqual([
          ['u', 'i', 5],
          ['v', 'i', 2],
        ])
        expect(await opened.sql("SELECT value FROM ratings WHERE user_id = 'u'")).toEqual([{ value: 5 }])
      })

      it('may come again, and for a user of whom nothing is known', async () => {
        await store.insertRatings([row({ offset: 0 }), row({ offset: 2, itemId: 'j' })])
        for (let i = 0; i < 2; i++) await store.eraseUsers([{ userId: 'u', partition: 0, before: 2, at: 1 }])
        await store.eraseUsers([{ userId: 'nobody', partition: 0, before: 2, at: 1 }])
        expect(await latest(store)).toEqual([['u', 'j', 4]])
      })

      it('leaves no trace of the user in any table, nor in what ClickHouse keeps of its deletions', {
        timeout: 60_000,
      }, async () => {
        await store.insertRatings([row({ offset: 0, userId: 'zaphod' }), row({ offset: 1 })])
        await store.insertServed([served({ offset: 0, userId: 'zaphod' }), served({ offset: 1 })])
        await store.eraseUsers([{ userId: 'zaphod', partition: 0, before: 2, at: served({ offset: 0 }).ingestedAt }])
        // As of the second start on, it looks every second for parts to remove.
        for (const verb of ['DETACH', 'ATTACH'])
          for (const table of ['ratings', 'served']) await opened.sql(`${verb} TABLE ${table}`)
        await store.purge()
        const tables = await opened.sql('SELECT name FROM system.tables WHERE database = currentDatabase()')
        expect(tables.length).toBeGreaterThan(8)
        const mentions = async (from: string) =>
          (
            await opened.sql(`SELECT count() AS n FROM ${from} AS t WHERE position(toString(tuple(t.*)), 'zaphod') > 0`)
          )[0]?.n
        for (const { name } of tables)
          if (!/^incoming_|_intake$/.test(name as string))
            expect([name, Number(await mentions(name as string))]).toEqual([name, 0])
        expect(Number(await mentions('system.mutations'))).toBe(0)
        const [parts] = await opened.sql(
          "SELECT countIf(active) AS active, count() AS all, sum(has_lightweight_delete) AS masked FROM system.parts WHERE table IN ('ratings', 'served') AND database = currentDatabase()",
        )
        expect(Number(parts?.masked)).toBe(0)
        expect(parts?.all).toEqual(parts?.active)
      })

      it('lets an event id of the erased user count again after it', async () => {
        const first = row({ offset: 0, value: 1 })
        await store.insertRatings([first])
        await store.eraseUsers([{ userId: 'u', partition: 0, before: 1, at: 1 }])
        await store.insertRatings([row({ ...first.event, offset: 2, value: 5 })])
        expect(await latest(store)).toEqual([['u', 'i', 5]])
      })
    })

    describe('after an erasure', () => {
      it('refuses what came before it, and takes what came after', async () => {
        await store.eraseUsers([
          { userId: 'u', partition: 0, before: 5, at: 1 },
          { userId: "it's", partition: 3, before: 7, at: 1 },
        ])
        await store.insertRatings([
          row({ offset: 4, itemId: 'early' }),
          row({ offset: 5, itemId: 'late' }),
          row({ offset: 4, userId: 'v' }),
          row({ offset: 6, partition: 3, userId: "it's" }),
          row({ offset: 6, partition: 3 }),
        ])
        await store.eraseUsers([{ userId: 'u', partition: 0, before: 3, at: 1 }])
        await store.insertRatings([row({ offset: 4, itemId: 'early' })])
        const left = await opened.sql('SELECT user_id, item_id, partition FROM ratings ORDER BY ALL')
        expect(left).toEqual([
          { user_id: 'u', item_id: 'i', partition: 3 },
          { user_id: 'u', item_id: 'late', partition: 0 },
          { user_id: 'v', item_id: 'i', partition: 0 },
        ])
      })

      it('keeps no id', async () => {
        await store.eraseUsers([{ userId: 'somebody-erased', partition: 0, before: 5, at: 1 }])
        const rows = await opened.sql('SELECT * FROM erasures')
        expect(rows).toHaveLength(1)
        expect(JSON.stringify(rows)).not.toContain('somebody')
      })

      it('of many at once, each goes as far as it says', async () => {
        const rows = Array.from({ length: 240 }, (_, offset) => row({ offset, userId: `user ${offset % 120}` }))
        await store.insertRatings(rows)
        const erasures = Array.from({ length: 120 }, (_, n) => ({
          userId: `user ${n}`,
          partition: 0,
          before: 120 + (n % 2) * n,
          at: 1,
        }))
        await store.eraseUsers(erasures)
        const left = await opened.sql('SELECT toString(offset) AS offset FROM ratings ORDER BY ratings.offset')
        const expected = rows.filter(({ offset }) => offset >= (erasures[offset % 120]?.before ?? 0))
        expect(left.map(({ offset }) => Number(offset))).toEqual(expected.map(({ offset }) => offset))
      })
    })

    describe('lists that were answered', () => {
      const all = async () =>
        (await opened.sql('SELECT user_id AS id, toString(offset) AS offset FROM served FINAL ORDER BY ALL')).map(
          ({ id, offset }) => `${id} ${offset}`,
        )
      const MINUTE_MS = 60_000

      it('keep every column, and count once when they come twice', async () => {
        const one = served({
          offset: 2 ** 40,
          partition: 7,
          itemIds: ['a|b', "it's", 'é'],
          propensities: [1, 0.5, 1e-9],
          firstPosition: 11,
        })
        const anonymous = served({ offset: 1, partition: 7, userId: '', itemIds: [], generation: '' })
        for (let i = 0; i < 2; i++) await store.insertServed([one, anonymous])
        const rows = await opened.sql(
          'SELECT * REPLACE (toString(occurred_at) AS occurred_at, toString(ingested_at) AS ingested_at, toString(offset) AS offset) FROM served FINAL ORDER BY user_id',
        )
        const timeOf = (at: number) => new Date(at).toISOString().replace('T', ' ').slice(0, -1)
        const times = { occurred_at: timeOf(LATELY - 2), ingested_at: timeOf(LATELY) }
        const shared = { strategy: 'fold-in', partition: 7, ...times }
        expect(rows).toEqual([
          {
            ...shared,
            recommendation_id: 'r1',
            user_id: '',
            items: [],
            generation: '',
            propensities: [],
            offset: '1',
            first_position: 1,
          },
          {
            ...{ ...shared, recommendation_id: `r${2 ** 40}`, user_id: 'u', items: ['a|b', "it's", 'é'] },
            ...{ generation: 'g', propensities: [1, 0.5, 1e-9], offset: String(2 ** 40), first_position: 11 },
          },
        ])
        expect(await store.resumePassingAt('served', 7)).toBe(2 ** 40 + 1)
        expect(await store.resumePassingAt('served', 0)).toBe(0)
      })

      it("go after 90 days, by the gateway's clock or the log's", async () => {
        const old = LATELY - 90 * 86_400_000
        await store.insertServed([
          served({ offset: 0, occurredAt: old }),
          served({ offset: 1, occurredAt: LATELY }, old),
          served({ offset: 2, occurredAt: old + 2 * 3_600_000 }, old + 2 * 3_600_000),
        ])
        await opened.sql('OPTIMIZE TABLE served FINAL')
        expect(await all()).toEqual(['u 2'])
      })

      it('go with their user, and come no more, but for those after the erasure', async () => {
        const { ingestedAt: at } = served({ offset: 0 })
        const later = at + 60 * MINUTE_MS
        await store.insertServed([
          served({ offset: 0 }),
          served({ offset: 1, userId: '' }),
          served({ offset: 2, userId: 'v' }),
          served({ offset: 3, occurredAt: later }, later),
          // Its gateway's clock is fast, the log's is not.
          served({ offset: 4, occurredAt: later }),
        ])
        await store.eraseUsers([{ userId: 'u', partition: 0, before: 9, at }])
        expect(await all()).toEqual([' 1', 'u 3', 'v 2'])
        await store.insertServed([
          // It waited in its gateway.
          served({ offset: 5, occurredAt: at - 2 }, later),
          served({ offset: 6, occurredAt: later }, later),
          served({ offset: 7, userId: 'v' }),
        ])
        expect(await all()).toEqual([' 1', 'u 3', 'u 6', 'v 2', 'v 7'])
      })
    })

    it('keeps every column of a measurement, once', async () => {
      const event = { metric: 'hr@10', variant: 'folded-in', generation: 'g', value: 0.25, weight: 40 } as const
      const row = { partition: 0, offset: 6, ingestedAt: LATELY + 1 }
      const rows = [{ ...row, event: { type: 'measurement', ...event, occurredAt: LATELY } as const }]
      for (let i = 0; i < 2; i++) await store.insertMeasurements(rows)
      expect(await opened.sql('SELECT * EXCEPT (occurred_at, ingested_at, offset) FROM measurements FINAL')).toEqual([
        { ...event, partition: 0 },
      ])
      expect(await store.resumePassingAt('measurements', 0)).toBe(7)
    })

    describe('digests', () => {
      const digestOf = (rows: readonly RatingRow[]) => ({
        rows: rows.length,
        hash: BigInt.asUintN(
          64,
          rows.map(rowHash).reduce((sum, hash) => sum + hash, 0n),
        ),
      })

      it('are of everything that a row says, in ranges of offsets below the watermark', async () => {
        const odd = ["it's", '\\N', '🎬 é', 'a b', 'ａ'.repeat(128)]
        const values = [null, 0, -0, 0.1, 5, -1e300, 2 ** 53]
        const rows = Array.from({ length: 60 }, (_, offset) =>
          row({
            offset,
            partition: offset % 2,
            userId: odd[offset % odd.length] as string,
            itemId: `${odd[(offset + 1) % odd.length]}${offset}`,
            value: values[offset % values.length] as number | null,
            occurredAt: offset * 1_000_000_007 - 1,
            eventId: offset % 3 === 0 ? randomUUID().toUpperCase() : randomUUID(),
          }),
        )
        const repeated = row({ ...rows[4]?.event, offset: 58, partition: 0, value: 1 })
        await store.insertRatings([...rows.filter(({ offset }) => offset !== 58), repeated])
        const shown = rows.filter(({ offset }) => offset !== 58)
        const of = (partition: number, from: number, to: number) =>
          shown.filter((one) => one.partition === partition && one.offset >= from && one.offset < to)
        expect(await store.digests([60, 25], 20)).toEqual([
          { partition: 0, from: 0, to: 20, ...digestOf(of(0, 0, 20)) },
          { partition: 0, from: 20, to: 40, ...digestOf(of(0, 20, 40)) },
          { partition: 0, from: 40, to: 60, ...digestOf(of(0, 40, 60)) },
          { partition: 1, from: 0, to: 20, ...digestOf(of(1, 0, 20)) },
          { partition: 1, from: 20, to: 40, ...digestOf(of(1, 20, 25)) },
        ])
        expect(await store.rowsIn({ partition: 1, from: 20, to: 40 })).toEqual(
          of(1, 20, 40).map((one) => ({ offset: one.offset, userId: one.event.userId, hash: rowHash(one) })),
        )
      })

      it('differ when anything differs', async () => {
        const one = row({ offset: 0, value: 4 })
        await store.insertRatings([one])
        const [digest] = await store.digests([1], 10)
        for (const change of [{ value: 4.5 }, { value: null }, { occurredAt: 2 }, { itemId: 'j' }, { userId: 'v' }])
          expect(rowHash(row({ ...one.event, offset: 0, ...change }))).not.toBe(digest?.hash)
        expect(rowHash(one)).toBe(digest?.hash)
      })

      it('are none of an empty store, or of partitions that the watermark does not know', async () => {
        expect(await store.digests([9], 10)).toEqual([])
        await store.insertRatings([row({ offset: 0, partition: 3 })])
        expect(await store.digests([9], 10)).toEqual([])
      })
    })

    it('keeps the newest state of each item', async () => {
      const odd = item({
        title: "L'été\n\\",
        genres: ['Film-Noir', "Children's"],
        year: null,
        attributes: { colour: false },
      })
      await store.insertItems([
        { itemId: 'i', offset: 0, item: item({}) },
        { itemId: 'j', offset: 1, item: odd },
      ])
      await store.insertItems([{ itemId: 'i', offset: 4, item: null }])
      await store.insertItems([{ itemId: 'i', offset: 0, item: item({}) }])
      expect(await store.resumeItemsAt()).toBe(5)
      expect((await store.itemRows()).sort((one, other) => one.offset - other.offset)).toEqual([
        { itemId: 'j', offset: 1, isDeleted: false },
        { itemId: 'i', offset: 4, isDeleted: true },
      ])
      expect(await opened.sql('SELECT * EXCEPT (updated_at, offset) FROM items FINAL WHERE NOT deleted')).toEqual([
        {
          ...{ item_id: 'j', title: "L'été\n\\", genres: ['Film-Noir', "Children's"], year: null, poster: null },
          ...{ available: true, attributes: '{"colour":false}', deleted: false },
        },
      ])
    })

    it('records a generation', async () => {
      const generation = {
        ...{ id: 'g-1', createdAt: 1_700_000_000_123, hyperParameters: { factors: 64, regularization: 0.01 } },
        ...{ metrics: { 'ndcg@10': 0.25 }, users: 3, items: 2, ratings: 5, watermark: [7, 0], trainSeconds: 1.5 },
      }
      await store.recordGeneration(generation)
      // Whoever hands over more than a row, such as a whole model, stores the row.
      await store.recordGeneration({ ...generation, ...{ factors: new Float32Array(100_000) } })
      expect(await opened.sql('SELECT *, toString(created_at) AS created_at FROM generations FINAL')).toMatchObject([
        {
          ...{ id: 'g-1', created_at: '2023-11-14 22:13:20.123', metrics: { 'ndcg@10': 0.25 }, train_seconds: 1.5 },
          hyper_parameters: '{"factors":64,"regularization":0.01}',
        },
      ])
    })

    it('remembers the first log it was bound to', async () => {
      const scale = { min: 0.5, max: 5, positiveFrom: 4 }
      const identity = { id: 'first', clusterId: undefined, partitions: 8, scale }
      expect(await store.bind(identity)).toEqual(identity)
      expect(await store.bind({ id: 'second', clusterId: 'c', partitions: 4, scale })).toEqual(identity)
      expect(await (await opened.reopen()).bind({ ...identity, id: 'third' })).toEqual(identity)
    })

    it('refuses a schema that is newer than the program', async () => {
      await opened.sql("INSERT INTO schema_migrations (version, name, sha256) VALUES (1000, '1000_later.sql', '')")
      await expect(opened.reopen()).rejects.toThrow(/version 1000.*newer program/)
    })

    it('refuses to go on when an applied migration was edited', async () => {
      await opened.sql("INSERT INTO schema_migrations (version, name, sha256) VALUES (1, '001_ratings.sql', 'other')")
      await expect(opened.reopen()).rejects.toThrow(/001_ratings.sql.*edited/)
    })
  })
}
