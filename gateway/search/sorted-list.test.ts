import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createSortedList } from './sorted-list.ts'

it('is in order after any additions and removals, many more than a block holds', () => {
  const changes = fc.array(fc.tuple(fc.nat(2000), fc.boolean()), { minLength: 0, maxLength: 4000, size: 'max' })
  fc.assert(
    fc.property(changes, fc.nat(2000), (steps, from) => {
      const list = createSortedList<number>((x, y) => x - y)
      const expected = new Set<number>()
      for (const [number, isAddition] of steps) {
        if (!isAddition) {
          list.remove(number)
          expected.delete(number)
        } else if (!expected.has(number)) {
          list.add(number)
          expected.add(number)
        }
      }
      const sorted = [...expected].sort((x, y) => x - y)
      expect(list.blocks().flat()).toEqual(sorted)
      expect(list).toHaveLength(sorted.length)
      expect([...list.from((number) => number < from)]).toEqual(sorted.filter((number) => number >= from))
    }),
    { numRuns: 30 },
  )
})
