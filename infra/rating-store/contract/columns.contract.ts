import { expect, it } from 'vitest'
import { latest, MAX_HISTORY, type Opened, row } from './rows.fixture.ts'

/** What comes back is what came in. */
export function columnsContract(at: Opened): void {
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
    const rows = odd.flatMap((userId, u) => odd.map((itemId, i) => row({ offset: u * odd.length + i, userId, itemId })))
    await at.store.insertRatings(rows)
    const expected = rows.map(({ event }) => JSON.stringify([event.userId, event.itemId, 4]))
    const ratings = await latest(at.store)
    expect(ratings.map((each) => JSON.stringify(each)).sort()).toEqual(expected.sort())
    await at.store.eraseUsers(odd.map((userId) => ({ userId, partition: 0, before: rows.length, at: 1 })))
    expect(await at.store.counts()).toEqual({ events: 0, latest: 0 })
  })

  it('keeps every column of an event', async () => {
    const eventId = '01890a5d-ac96-774b-bcce-b302099a8057'
    await at.store.insertRatings([
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
    const [first, second] = await at.sql(
      'SELECT toString(event_id) AS id, user_id, item_id, value, toString(occurred_at) AS at, toString(ingested_at) AS ingested, partition, toString(offset) AS offset, recommendation_id FROM ratings ORDER BY item_id',
    )
    expect(first).toMatchObject({ id: eventId, user_id: 'u', item_id: 'i', value: null, partition: 7 })
    expect(first).toMatchObject({ at: '1969-12-31 23:59:59.999', offset: '1099511627777', recommendation_id: '' })
    expect(second).toMatchObject({ value: 0.1, at: '2023-11-14 22:13:20.123', ingested: '2023-11-14 22:13:20.003' })
    expect(second).toMatchObject({ recommendation_id: 'r é' })
  })

  it('refuses, whole, a batch with a value that is no number or an id that is no UUID', async () => {
    for (const bad of [row({ offset: 1, value: Number.NaN }), row({ offset: 1, eventId: 'x' })]) {
      await expect(at.store.insertRatings([row({ offset: 0 }), bad])).rejects.toThrow(RangeError)
    }
    expect(await at.store.counts()).toEqual({ events: 0, latest: 0 })
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
    await at.sql('SYSTEM STOP MERGES ratings')
    await at.store.insertRatings(rows)
    await at.store.insertRatings(rows.slice(0, 7_000))
    await at.store.insertRatings([])
    const parts = await at.sql(
      "SELECT toUInt32(rows) AS rows FROM system.parts WHERE active AND database = currentDatabase() AND table = 'ratings' ORDER BY rows",
    )
    expect(parts).toEqual([{ rows: 7_000 }, { rows: 120_000 }])

    const read: string[] = []
    let blocks = 0
    for await (const { users, items, values } of at.store.latestRatings([rows.length], MAX_HISTORY)) {
      users.forEach((user, index) => {
        read.push(`${user}\n${items[index]}\n${values[index]}`)
      })
      blocks++
    }
    expect(blocks).toBe(2)
    const expected = rows.map(({ event }) => `${event.userId}\n${event.itemId}\n${event.value}`)
    expect(read).toEqual(expected.sort())
    expect(await at.store.counts()).toEqual({ events: 120_000, latest: 120_000 })
  })
}
