import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HistoryEntry } from '../../models/history/types.ts'
import type { ItemStatistics } from '../../models/ranking/types.ts'
import type { StateChange, UserRecord, UserState } from './port.ts'
import { erasedAt } from './record.ts'

/** A plausible record, for whoever tests with a user state. */
export function exampleRecord(userId: string, appliedOffset: number, ratings = 3): UserRecord {
  const entries = Array.from({ length: ratings }, (_, i): [string, HistoryEntry] => [
    `item-${i}`,
    {
      itemId: `item-${i}`,
      value: (i % 10) / 2,
      occurredAt: 1.7e12 + i,
      offset: i,
      eventId: randomUUID(),
      superseded: [],
    },
  ])
  return { userId, history: new Map(entries), vector: Float32Array.of(0.1, -0.2), generation: 'g1', appliedOffset }
}

const statistics = (count: number): ItemStatistics => ({
  count,
  sum: count * 3.7,
  positives: 1,
  decayed: [0.1, 0.3, 0.7],
  decayedAt: 1.7e12,
})

/** What every user state must do. @param openEmpty opens one on empty data; the suite closes it */
export function userStateContract(name: string, openEmpty: () => Promise<UserState>): void {
  describe(`user state: ${name}`, () => {
    let state: UserState
    beforeEach(async () => {
      state = await openEmpty()
    })
    afterEach(() => state.close())

    const write = async (next: UserRecord, expectedOffset?: number) =>
      (await state.writeMany([{ userId: next.userId, next, expectedOffset }]))[0]
    const remove = async (userId: string, expectedOffset: number | undefined, at = expectedOffset ?? 0) =>
      (await state.writeMany([{ userId, next: erasedAt(userId, at), expectedOffset }]))[0]

    describe('users', () => {
      it('knows nobody at first', async () => {
        expect(await state.read('ada')).toBeUndefined()
        expect(await state.readMany([])).toEqual([])
        expect(await state.writeMany([])).toEqual([])
      })

      it('gives back the record that is known while nothing of it has changed', async () => {
        const first = exampleRecord('ada', 1)
        await write(first)
        await write({ ...first, userId: 'bob' })
        const known = (await state.read('ada')) as UserRecord
        expect(await state.read('ada', known)).toBe(known)
        expect(await state.read('bob', known)).toEqual({ ...first, userId: 'bob' })
        const both = await state.readMany(['ada', 'bob'], () => known)
        expect(both[0]).toBe(known)
        expect(both[1]).toEqual({ ...first, userId: 'bob' })
        const solvedAgain = { ...first, generation: 'g2', vector: Float32Array.of(1, 2) }
        await write(solvedAgain, 1)
        expect(await state.read('ada', known)).toEqual(solvedAgain)
        await remove('ada', 1)
        expect(await state.read('ada', known)).toBeUndefined()
      })

      it('stores a first record where none stood, and the next over the offset it was read with', async () => {
        const first = exampleRecord('ada', 0)
        const second = exampleRecord('ada', 9_007_199_254_740_991)
        expect(await write(first)).toEqual(first)
        expect(await write(second, 0)).toEqual(second)
        expect(await state.read('ada')).toEqual(second)
        expect(await write(first, 9_007_199_254_740_991)).toEqual(first)
      })

      it('refuses a write whose expected offset is no longer the stored one, and tells what stands', async () => {
        const standing = exampleRecord('ada', 7)
        await write(standing)
        for (const expected of [undefined, 0, 6, 8]) {
          expect(await write(exampleRecord('ada', 9), expected)).toEqual(standing)
          expect(await remove('ada', expected)).toEqual(standing)
        }
        expect(await state.read('ada')).toEqual(standing)
        expect(await write(exampleRecord('bob', 9), 3)).toBeUndefined()
        expect(await state.read('bob')).toBeUndefined()
      })

      it('removes a record, after which somebody new may come', async () => {
        await write(exampleRecord('ada', 7))
        expect(await remove('ada', 7, 8)).toEqual(erasedAt('ada', 8))
        expect([await state.read('ada'), await state.readMany(['ada'])]).toEqual([undefined, [undefined]])
        expect(await Array.fromAsync(state.scan())).toEqual([])
        expect((await write(exampleRecord('ada', 9), 7))?.appliedOffset).not.toBe(9)
        const again = exampleRecord('ada', 9)
        // Who did not read the erasure is told of it once, in a store of several writers.
        const told = await write(again)
        if (told !== again) expect(told).toEqual(erasedAt('ada', 8))
        if (told !== again) expect(await write(again, 8)).toEqual(again)
        expect(await state.read('ada')).toEqual(again)
      })

      it('lets each of many writes stand or fail by itself', async () => {
        const standing = exampleRecord('bob', 5)
        await write(standing)
        const [ada, bob, eve] = [exampleRecord('ada', 1), exampleRecord('bob', 6), exampleRecord('eve', 2)]
        const outcomes = await state.writeMany([
          { userId: 'ada', next: ada, expectedOffset: undefined },
          { userId: 'bob', next: bob, expectedOffset: 4 },
          { userId: 'eve', next: eve, expectedOffset: undefined },
        ])
        expect(outcomes).toEqual([ada, standing, eve])
        expect(await state.readMany(['eve', 'nobody', 'bob', 'ada', 'eve'])).toEqual([
          eve,
          undefined,
          standing,
          ada,
          eve,
        ])
      })

      it('applies writes of the same user one after another', async () => {
        const [first, second, late] = [exampleRecord('ada', 1), exampleRecord('ada', 2), exampleRecord('ada', 3)]
        const outcomes = await state.writeMany([
          { userId: 'ada', next: first, expectedOffset: undefined },
          { userId: 'ada', next: second, expectedOffset: 1 },
          { userId: 'ada', next: late, expectedOffset: 1 },
        ])
        expect(outcomes).toEqual([first, second, second])
      })

      it('lets exactly one of concurrent writers win each round', async () => {
        await fc.assert(
          fc.asyncProperty(fc.integer({ min: 2, max: 8 }), fc.integer({ min: 1, max: 5 }), async (writers, rounds) => {
            const userId = randomUUID()
            for (let round = 0; round < rounds; round++) {
              const expectedOffset = (await state.read(userId))?.appliedOffset
              expect(expectedOffset).toBe(round === 0 ? undefined : round - 1)
              const candidates = Array.from({ length: writers }, (_, i) => ({
                ...exampleRecord(userId, round),
                generation: `writer ${i}`,
              }))
              const stands = await Promise.all(candidates.map((next) => write(next, expectedOffset)))
              expect(stands.filter((record, i) => record?.generation === `writer ${i}`)).toHaveLength(1)
              expect(new Set(stands.map((record) => record?.generation)).size).toBe(1)
            }
          }),
          { numRuns: 10 },
        )
      })

      it('keeps tombstones, superseded events and the bits of the vector', async () => {
        const bits = Uint32Array.of(0x7fc00001, 0x80000000, 0x00000001, 0x3f800000)
        const entry = {
          value: null,
          occurredAt: 1,
          offset: 4,
          eventId: 'not a UUID',
          superseded: [randomUUID(), 'x', ''],
        }
        const record: UserRecord = {
          ...exampleRecord('ada', 4),
          history: new Map([['i', { itemId: 'i', ...entry }]]),
          vector: new Float32Array(bits.buffer),
        }
        await write(record)
        const read = await state.read('ada')
        expect(read?.history).toEqual(record.history)
        expect(new Uint32Array(read?.vector?.buffer ?? new ArrayBuffer())).toEqual(bits)
        const unsolved = { ...exampleRecord('ada', 5), vector: undefined, generation: undefined }
        await write(unsolved, 4)
        expect(await state.read('ada')).toEqual(unsolved)
      })

      it('keeps a history of 10,000 ratings', async () => {
        const record = exampleRecord('ada', 10_000, 10_000)
        await write(record)
        expect(await state.read('ada')).toEqual(record)
      })

      it('keeps users apart whatever their ids look like', async () => {
        const ids = [
          '1',
          '01',
          ' 1',
          '{1}',
          '{}',
          '}',
          'a}b{c',
          'user:1',
          'Å',
          'A\u030a',
          '😀',
          '*',
          '\\',
          '%',
          "'",
          '愛'.repeat(128),
        ]
        await state.writeMany(
          ids.map((userId, i) => ({ userId, next: exampleRecord(userId, i), expectedOffset: undefined })),
        )
        expect((await state.readMany(ids)).map((record) => record?.appliedOffset)).toEqual(ids.map((_, i) => i))
        expect((await Array.fromAsync(state.scan())).map(({ userId }) => userId).toSorted()).toEqual(ids.toSorted())
      })

      it('scans every record once', async () => {
        const ids = Array.from({ length: 2_500 }, (_, i) => `user ${i}`)
        await state.writeMany(
          ids.map((userId, i) => ({ userId, next: exampleRecord(userId, i), expectedOffset: undefined })),
        )
        const scanned = await Array.fromAsync(state.scan())
        expect(scanned.map(({ userId }) => userId).toSorted()).toEqual(ids.toSorted())
        expect(scanned[0]?.history.size).toBe(3)
      })
    })

    describe('partitions', () => {
      it('starts before the first offset', async () => {
        expect(await state.offsets(0)).toEqual({ counted: -1, applied: -1 })
        expect(await state.statistics(0)).toEqual(new Map())
        expect(await state.readStatistics(0, ['a'])).toEqual([undefined])
      })

      it('stores statistics only together with the counted offset they belong to', async () => {
        expect(
          await state.count(
            3,
            -1,
            10,
            new Map([
              ['a', statistics(1)],
              ['b', statistics(2)],
            ]),
          ),
        ).toBe(true)
        expect(await state.count(3, -1, 20, new Map([['a', statistics(9)]]))).toBe(false)
        expect(await state.count(3, 9, 20, new Map([['a', statistics(9)]]))).toBe(false)
        expect(await state.offsets(3)).toEqual({ counted: 10, applied: -1 })
        expect(await state.statistics(3)).toEqual(
          new Map([
            ['a', statistics(1)],
            ['b', statistics(2)],
          ]),
        )
        expect(await state.count(3, 10, 11, new Map())).toBe(true)
        expect(await state.offsets(3)).toEqual({ counted: 11, applied: -1 })
        expect(await state.statistics(2)).toEqual(new Map())
      })

      it('keeps who rated an item, in their order', async () => {
        const raters = [
          { userId: '{ada} 😀', occurredAt: 1.7e12, offset: 9_007_199_254_740_991 },
          { userId: randomUUID(), occurredAt: 1.6e12 + 1, offset: 0 },
        ]
        const rated = { ...statistics(2), raters }
        await state.count(0, -1, 1, new Map([['a', rated]]))
        expect(await state.readStatistics(0, ['a'])).toEqual([rated])
        expect(await state.statistics(0)).toEqual(new Map([['a', rated]]))
        await state.count(0, 1, 2, new Map([['a', statistics(2)]]))
        expect(await state.readStatistics(0, ['a'])).toEqual([statistics(2)])
      })

      it('drops an item that nobody rates any more', async () => {
        await state.count(
          0,
          -1,
          1,
          new Map([
            ['a', statistics(1)],
            ['b', statistics(2)],
          ]),
        )
        await state.count(
          0,
          1,
          2,
          new Map([
            ['a', statistics(0)],
            ['never there', statistics(0)],
          ]),
        )
        expect(await state.statistics(0)).toEqual(new Map([['b', statistics(2)]]))
        expect(await state.readStatistics(0, ['a', 'b', 'c'])).toEqual([undefined, statistics(2), undefined])
      })

      it('takes a batch that touches 20,000 items', async () => {
        const touched = new Map(Array.from({ length: 20_000 }, (_, i) => [`{item} ${i}`, statistics(1 + (i % 5))]))
        expect(await state.count(0, -1, 5, touched)).toBe(true)
        expect(await state.statistics(0)).toEqual(touched)
        expect((await state.readStatistics(0, [...touched.keys()])).every(Boolean)).toBe(true)
      })

      it('lets one of two counters of the same batch win', async () => {
        const touched = new Map([['a', statistics(1)]])
        const wins = await Promise.all(Array.from({ length: 5 }, () => state.count(1, -1, 4, touched)))
        expect(wins.filter(Boolean)).toHaveLength(1)
      })

      it('never moves the applied watermark back, and leaves the counted offset alone', async () => {
        await state.count(0, -1, 8, new Map())
        for (const applied of [0, 7, 3, 7, -1]) await state.advance(0, applied)
        expect(await state.offsets(0)).toEqual({ counted: 8, applied: 7 })
      })
    })

    describe('changes', () => {
      it('tells every listener of writes that stood and of watermarks that moved, and of nothing else', async () => {
        const seen: StateChange[] = []
        const stop = state.changes((change) => seen.push(change))
        const other = vi.fn()
        state.changes(other)
        await write(exampleRecord('{ada} 😀', 1))
        await write(exampleRecord('{ada} 😀', 2))
        await remove('{ada} 😀', 1)
        await state.advance(2, 5)
        await state.advance(2, 4)
        await state.advance(2, 6)
        const user = { type: 'user', userId: '{ada} 😀' }
        const expected = [
          user,
          user,
          { type: 'watermark', partition: 2, applied: 5 },
          { type: 'watermark', partition: 2, applied: 6 },
        ]
        await vi.waitFor(() => expect(seen).toEqual(expected))
        stop()
        await state.advance(2, 7)
        await vi.waitFor(() => expect(other).toHaveBeenCalledTimes(5))
        expect(seen).toEqual(expected)
      })

      it('tells of the items whose statistics were stored, those that were dropped too, and of nothing else', async () => {
        const seen: StateChange[] = []
        state.changes((change) => seen.push(change))
        const touched = new Map([
          ['{a} 😀', statistics(1)],
          ['b', statistics(2)],
        ])
        await state.count(3, -1, 10, touched)
        await state.count(3, -1, 11, new Map([['c', statistics(1)]]))
        await state.count(3, 10, 20, new Map())
        await state.count(3, 20, 30, new Map([['b', statistics(0)]]))
        await state.advance(3, 30)
        const expected = [
          { type: 'items', partition: 3, counted: 10, itemIds: ['{a} 😀', 'b'] },
          { type: 'items', partition: 3, counted: 30, itemIds: ['b'] },
          { type: 'watermark', partition: 3, applied: 30 },
        ]
        await vi.waitFor(() => expect(seen).toEqual(expected))
      })

      it('takes a batch that touches 100,000 items, and tells of it in changes of a thousand at most', async () => {
        const seen: StateChange[] = []
        state.changes((change) => seen.push(change))
        const itemIds = Array.from({ length: 100_000 }, (_, i) => `item ${i}`)
        const touched = new Map(itemIds.map((itemId) => [itemId, statistics(1)]))
        expect(await state.count(1, -1, 7, touched)).toBe(true)
        expect((await state.readStatistics(1, itemIds)).every(Boolean)).toBe(true)
        const told = () => seen.flatMap((change) => (change.type === 'items' ? change.itemIds : []))
        await vi.waitFor(() => expect(told()).toHaveLength(itemIds.length))
        expect(told()).toEqual(itemIds)
        for (const change of seen) {
          expect(change).toMatchObject({ type: 'items', partition: 1, counted: 7 })
          expect(change.type === 'items' && change.itemIds.length).toBeLessThanOrEqual(1_000)
        }
      })

      it('shows a listener what it is told of', async () => {
        const shown = (type: StateChange['type'], read: () => Promise<unknown>) =>
          new Promise((resolve) => state.changes((change) => void (change.type === type && resolve(read()))))
        const seen = Promise.all([
          shown('user', () => state.read('ada')),
          shown('items', () => state.readStatistics(0, ['a'])),
          shown('watermark', () => state.offsets(0)),
        ])
        const record = exampleRecord('ada', 1)
        await write(record)
        await state.count(0, -1, 3, new Map([['a', statistics(2)]]))
        await state.advance(0, 3)
        expect(await seen).toEqual([record, [statistics(2)], { counted: 3, applied: 3 }])
      })
    })

    describe('pages', () => {
      const LONG_MS = 600_000

      it('are there for whoever has their id, until they end', async () => {
        const json = JSON.stringify({ itemIds: Array.from({ length: 1_000 }, (_, i) => `item ${i} 😀`) })
        await state.putPage('held', json, LONG_MS)
        await state.putPage('brief', '{}', 40)
        await vi.waitFor(async () => expect(await state.page('brief')).toBeUndefined())
        expect(await state.page('held')).toBe(json)
        expect(await state.page('brief')).toBeUndefined()
      })

      it('of the same id replace one another, with their end', async () => {
        await state.putPage('p', '1', 40)
        await state.putPage('p', '2', LONG_MS)
        await state.putPage('q', '1', LONG_MS)
        await state.putPage('q', '2', 40)
        await vi.waitFor(async () => expect(await state.page('q')).toBeUndefined())
        await state.putPage('another', '', LONG_MS)
        expect(await state.page('p')).toBe('2')
      })

      it('that nobody put are not there, whatever their id looks like', async () => {
        for (const id of ['', 'x', '{x}', '*', '愛'.repeat(500), 'x'.repeat(100_000)])
          expect(await state.page(id)).toBeUndefined()
      })

      it('are no users', async () => {
        await state.putPage('ada', '{}', LONG_MS)
        expect(await Array.fromAsync(state.scan())).toEqual([])
        expect(await state.read('ada')).toBeUndefined()
      })
    })

    it('belongs to the first log it is bound to', async () => {
      const identity = {
        id: randomUUID(),
        clusterId: undefined,
        partitions: 8,
        scale: { min: 0.5, max: 5, positiveFrom: 4 },
      }
      expect(await state.bind(identity)).toEqual(identity)
      expect(await state.bind({ ...identity, id: randomUUID(), clusterId: 'k1' })).toEqual(identity)
    })

    it('tells the last sign of life of each process, until it is too old', async () => {
      const now = Date.now()
      const beat = { role: 'updater', process: 'a', at: now - 1_000, details: { lag: [1, 2], version: '1' } }
      const old = { ...beat, process: 'b', at: now - 60_000 }
      for (const heartbeat of [{ ...beat, at: now - 2_000 }, beat, old]) await state.beat(heartbeat)
      expect(await state.heartbeats(30_000)).toEqual([beat])
      expect(await state.heartbeats(90_000)).toHaveLength(2)
      await state.beat({ ...old, at: now - 48 * 3_600_000 })
      await state.beat(beat)
      expect(await state.heartbeats(72 * 3_600_000)).toEqual([beat])
    })

    it('answers, and keeps its incarnation while nothing is lost', async () => {
      const incarnation = await state.incarnation()
      await state.ping()
      await write(exampleRecord('ada', 1))
      expect(await state.incarnation()).toBe(incarnation)
      expect(incarnation).not.toBe('')
    })
  })
}
