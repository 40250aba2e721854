import { describe, expect, it, vi } from 'vitest'
import type { StateChange } from '../port.ts'
import { exampleRecord, type Opened, statistics, writersOf } from './examples.fixture.ts'

/** Who listens is told of what was stored, and of nothing else. */
export function changesContract(at: Opened): void {
  const { write, remove } = writersOf(at)

  describe('changes', () => {
    it('tells every listener of writes that stood and of watermarks that moved, and of nothing else', async () => {
      const seen: StateChange[] = []
      const stop = at.state.changes((change) => seen.push(change))
      const other = vi.fn()
      at.state.changes(other)
      await write(exampleRecord('{ada} 😀', 1))
      await write(exampleRecord('{ada} 😀', 2))
      await remove('{ada} 😀', 1)
      await at.state.advance(2, 5)
      await at.state.advance(2, 4)
      await at.state.advance(2, 6)
      const user = { type: 'user', userId: '{ada} 😀' }
      const expected = [
        user,
        user,
        { type: 'watermark', partition: 2, applied: 5 },
        { type: 'watermark', partition: 2, applied: 6 },
      ]
      await vi.waitFor(() => expect(seen).toEqual(expected))
      stop()
      await at.state.advance(2, 7)
      await vi.waitFor(() => expect(other).toHaveBeenCalledTimes(5))
      expect(seen).toEqual(expected)
    })

    it('tells of the items whose statistics were stored, those that were dropped too, and of nothing else', async () => {
      const seen: StateChange[] = []
      at.state.changes((change) => seen.push(change))
      const touched = new Map([
        ['{a} 😀', statistics(1)],
        ['b', statistics(2)],
      ])
      await at.state.count(3, -1, 10, touched)
      await at.state.count(3, -1, 11, new Map([['c', statistics(1)]]))
      await at.state.count(3, 10, 20, new Map())
      await at.state.count(3, 20, 30, new Map([['b', statistics(0)]]))
      await at.state.advance(3, 30)
      const expected = [
        { type: 'items', partition: 3, counted: 10, itemIds: ['{a} 😀', 'b'] },
        { type: 'items', partition: 3, counted: 30, itemIds: ['b'] },
        { type: 'watermark', partition: 3, applied: 30 },
      ]
      await vi.waitFor(() => expect(seen).toEqual(expected))
    })

    it('takes a batch that touches 100,000 items, and tells of it in changes of a thousand at most', async () => {
      const seen: StateChange[] = []
      at.state.changes((change) => seen.push(change))
      const itemIds = Array.from({ length: 100_000 }, (_, i) => `item ${i}`)
      const touched = new Map(itemIds.map((itemId) => [itemId, statistics(1)]))
      expect(await at.state.count(1, -1, 7, touched)).toBe(true)
      expect((await at.state.readStatistics(1, itemIds)).every(Boolean)).toBe(true)
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
        new Promise((resolve) => at.state.changes((change) => void (change.type === type && resolve(read()))))
      const seen = Promise.all([
        shown('user', () => at.state.read('ada')),
        shown('items', () => at.state.readStatistics(0, ['a'])),
        shown('watermark', () => at.state.offsets(0)),
      ])
      const record = exampleRecord('ada', 1)
      await write(record)
      await at.state.count(0, -1, 3, new Map([['a', statistics(2)]]))
      await at.state.advance(0, 3)
      expect(await seen).toEqual([record, [statistics(2)], { counted: 3, applied: 3 }])
    })
  })
}
