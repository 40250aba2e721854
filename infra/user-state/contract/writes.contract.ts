import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { UserRecord } from '../port.ts'
import { erasedAt } from '../record.ts'
import { exampleRecord, type Opened, writersOf } from './examples.fixture.ts'

/** A write stands where the record is still the one that was read, and fails by itself. */
export function writesContract(at: Opened): void {
  const { write, remove } = writersOf(at)

  describe('users', () => {
    it('knows nobody at first', async () => {
      expect(await at.state.read('ada')).toBeUndefined()
      expect(await at.state.readMany([])).toEqual([])
      expect(await at.state.writeMany([])).toEqual([])
    })

    it('gives back the record that is known while nothing of it has changed', async () => {
      const first = exampleRecord('ada', 1)
      await write(first)
      await write({ ...first, userId: 'bob' })
      const known = (await at.state.read('ada')) as UserRecord
      expect(await at.state.read('ada', known)).toBe(known)
      expect(await at.state.read('bob', known)).toEqual({ ...first, userId: 'bob' })
      const both = await at.state.readMany(['ada', 'bob'], () => known)
      expect(both[0]).toBe(known)
      expect(both[1]).toEqual({ ...first, userId: 'bob' })
      const solvedAgain = { ...first, generation: 'g2', vector: Float32Array.of(1, 2) }
      await write(solvedAgain, 1)
      expect(await at.state.read('ada', known)).toEqual(solvedAgain)
      await remove('ada', 1)
      expect(await at.state.read('ada', known)).toBeUndefined()
    })

    it('stores a first record where none stood, and the next over the offset it was read with', async () => {
      const first = exampleRecord('ada', 0)
      const second = exampleRecord('ada', 9_007_199_254_740_991)
      expect(await write(first)).toEqual(first)
      expect(await write(second, 0)).toEqual(second)
      expect(await at.state.read('ada')).toEqual(second)
      expect(await write(first, 9_007_199_254_740_991)).toEqual(first)
    })

    it('refuses a write whose expected offset is no longer the stored one, and tells what stands', async () => {
      const standing = exampleRecord('ada', 7)
      await write(standing)
      for (const expected of [undefined, 0, 6, 8]) {
        expect(await write(exampleRecord('ada', 9), expected)).toEqual(standing)
        expect(await remove('ada', expected)).toEqual(standing)
      }
      expect(await at.state.read('ada')).toEqual(standing)
      expect(await write(exampleRecord('bob', 9), 3)).toBeUndefined()
      expect(await at.state.read('bob')).toBeUndefined()
    })

    it('removes a record, after which somebody new may come', async () => {
      await write(exampleRecord('ada', 7))
      expect(await remove('ada', 7, 8)).toEqual(erasedAt('ada', 8))
      expect([await at.state.read('ada'), await at.state.readMany(['ada'])]).toEqual([undefined, [undefined]])
      expect(await Array.fromAsync(at.state.scan())).toEqual([])
      expect((await write(exampleRecord('ada', 9), 7))?.appliedOffset).not.toBe(9)
      const again = exampleRecord('ada', 9)
      // Who did not read the erasure is told of it once, in a store of several writers.
      const told = await write(again)
      if (told !== again) expect(told).toEqual(erasedAt('ada', 8))
      if (told !== again) expect(await write(again, 8)).toEqual(again)
      expect(await at.state.read('ada')).toEqual(again)
    })

    it('lets each of many writes stand or fail by itself', async () => {
      const standing = exampleRecord('bob', 5)
      await write(standing)
      const [ada, bob, eve] = [exampleRecord('ada', 1), exampleRecord('bob', 6), exampleRecord('eve', 2)]
      const outcomes = await at.state.writeMany([
        { userId: 'ada', next: ada, expectedOffset: undefined },
        { userId: 'bob', next: bob, expectedOffset: 4 },
        { userId: 'eve', next: eve, expectedOffset: undefined },
      ])
      expect(outcomes).toEqual([ada, standing, eve])
      expect(await at.state.readMany(['eve', 'nobody', 'bob', 'ada', 'eve'])).toEqual([
        eve,
        undefined,
        standing,
        ada,
        eve,
      ])
    })

    it('applies writes of the same user one after another', async () => {
      const [first, second, late] = [exampleRecord('ada', 1), exampleRecord('ada', 2), exampleRecord('ada', 3)]
      const outcomes = await at.state.writeMany([
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
            const expectedOffset = (await at.state.read(userId))?.appliedOffset
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
  })
}
