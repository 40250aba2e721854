import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CorruptRecordError } from './corrupt-record.ts'
import { arbitraryStatistics } from './records.fixture.ts'
import { decodeStatistics, encodeStatistics } from './statistics-record.ts'

describe('codec of item statistics', () => {
  it('gives back what it was given', () => {
    fc.assert(
      fc.property(arbitraryStatistics, (s) => void expect(decodeStatistics('1', encodeStatistics(s))).toEqual(s)),
    )
  })

  it('names the item whose bytes were cut', () => {
    fc.assert(
      fc.property(arbitraryStatistics, fc.nat(), (s, place) => {
        const bytes = encodeStatistics(s)
        const cut = bytes.subarray(0, place % bytes.length)
        expect(() => decodeStatistics('tt0111161', cut)).toThrow(CorruptRecordError)
        expect(() => decodeStatistics('tt0111161', cut)).toThrow(/"tt0111161"/)
      }),
    )
  })

  it('reads version 2, which ended before the fortnights', () => {
    fc.assert(
      fc.property(arbitraryStatistics, ({ fortnights: _, ...s }) => {
        const former = encodeStatistics(s).subarray(0, -1)
        former[0] = 2
        expect(decodeStatistics('1', former)).toEqual(s)
      }),
    )
  })

  describe('of version 1', () => {
    /** As they were written: one sum, over a week; three positives of one age. */
    const former = (positives: number, overWeek: number): Buffer => {
      const bytes = Buffer.alloc(27)
      bytes.set([1, 5, positives])
      bytes.writeDoubleLE(18.5, 3)
      bytes.writeDoubleLE(overWeek, 11)
      bytes.writeDoubleLE(1.7e12, 19)
      return bytes
    }

    it('keep their sum, and get the others from the age it tells', () => {
      const read = decodeStatistics('1', former(3, 3 * 2 ** -2))
      expect(read).toMatchObject({ count: 5, positives: 3, sum: 18.5, decayedAt: 1.7e12 })
      // Two weeks old: as much as after 14 half-lives of a day, and 14/30 of one of a month.
      const expected = [3 * 2 ** -14, 3 * 2 ** -2, 3 * 2 ** (-14 / 30)]
      read.decayed.forEach((sum, i) => {
        expect(sum).toBeCloseTo(expected[i] as number, 12)
      })
      expect(decodeStatistics('1', encodeStatistics(read))).toEqual(read)
    })

    it('have no sums without positives', () => {
      expect(decodeStatistics('1', former(0, 0)).decayed).toEqual([0, 0, 0])
    })
  })
})
