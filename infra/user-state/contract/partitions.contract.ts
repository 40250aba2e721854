import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Opened, statistics } from './examples.fixture.ts'

/** How far each partition is counted and applied, and the statistics of its items. */
export function partitionsContract(at: Opened): void {
  describe('partitions', () => {
    it('starts before the first offset', async () => {
      expect(await at.state.offsets(0)).toEqual({ counted: -1, applied: -1 })
      expect(await at.state.statistics(0)).toEqual(new Map())
      expect(await at.state.readStatistics(0, ['a'])).toEqual([undefined])
    })

    it('stores statistics only together with the counted offset they belong to', async () => {
      expect(
        await at.state.count(
          3,
          -1,
          10,
          new Map([
            ['a', statistics(1)],
            ['b', statistics(2)],
          ]),
        ),
      ).toBe(true)
      expect(await at.state.count(3, -1, 20, new Map([['a', statistics(9)]]))).toBe(false)
      expect(await at.state.count(3, 9, 20, new Map([['a', statistics(9)]]))).toBe(false)
      expect(await at.state.offsets(3)).toEqual({ counted: 10, applied: -1 })
      expect(await at.state.statistics(3)).toEqual(
        new Map([
          ['a', statistics(1)],
          ['b', statistics(2)],
        ]),
      )
      expect(await at.state.count(3, 10, 11, new Map())).toBe(true)
      expect(await at.state.offsets(3)).toEqual({ counted: 11, applied: -1 })
      expect(await at.state.statistics(2)).toEqual(new Map())
    })

    it('keeps who rated an item, in their order', async () => {
      const raters = [
        { userId: '{ada} 😀', occurredAt: 1.7e12, offset: 9_007_199_254_740_991 },
        { userId: randomUUID(), occurredAt: 1.6e12 + 1, offset: 0 },
      ]
      const rated = { ...statistics(2), raters }
      await at.state.count(0, -1, 1, new Map([['a', rated]]))
      expect(await at.state.readStatistics(0, ['a'])).toEqual([rated])
      expect(await at.state.statistics(0)).toEqual(new Map([['a', rated]]))
      await at.state.count(0, 1, 2, new Map([['a', statistics(2)]]))
      expect(await at.state.readStatistics(0, ['a'])).toEqual([statistics(2)])
    })

    it('drops an item that nobody rates any more', async () => {
      await at.state.count(
        0,
        -1,
        1,
        new Map([
          ['a', statistics(1)],
          ['b', statistics(2)],
        ]),
      )
      await at.state.count(
        0,
        1,
        2,
        new Map([
          ['a', statistics(0)],
          ['never there', statistics(0)],
        ]),
      )
      expect(await at.state.statistics(0)).toEqual(new Map([['b', statistics(2)]]))
      expect(await at.state.readStatistics(0, ['a', 'b', 'c'])).toEqual([undefined, statistics(2), undefined])
    })

    it('takes a batch that touches 20,000 items', async () => {
      const touched = new Map(Array.from({ length: 20_000 }, (_, i) => [`{item} ${i}`, statistics(1 + (i % 5))]))
      expect(await at.state.count(0, -1, 5, touched)).toBe(true)
      expect(await at.state.statistics(0)).toEqual(touched)
      expect((await at.state.readStatistics(0, [...touched.keys()])).every(Boolean)).toBe(true)
    })

    it('lets one of two counters of the same batch win', async () => {
      const touched = new Map([['a', statistics(1)]])
      const wins = await Promise.all(Array.from({ length: 5 }, () => at.state.count(1, -1, 4, touched)))
      expect(wins.filter(Boolean)).toHaveLength(1)
    })

    it('never moves the applied watermark back, and leaves the counted offset alone', async () => {
      await at.state.count(0, -1, 8, new Map())
      for (const applied of [0, 7, 3, 7, -1]) await at.state.advance(0, applied)
      expect(await at.state.offsets(0)).toEqual({ counted: 8, applied: 7 })
    })
  })
}
