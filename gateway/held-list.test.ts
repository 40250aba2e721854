import fc from 'fast-check'
import { expect, it } from 'vitest'
import { packed, unpacked } from './held-list.ts'

it('comes back as it was held, to the last bit of a score', () => {
  const item = fc.record(
    { itemId: fc.string(), score: fc.double({ noNaN: true }), isNew: fc.constant(true as const) },
    { requiredKeys: ['itemId', 'score'], noNullPrototype: true },
  )
  const head = { userId: 'u', strategy: 'fold-in', generation: 'g' } as const
  fc.assert(
    fc.property(fc.array(item), fc.boolean(), fc.boolean(), (items, isKnown, isExplained) => {
      const knownBy = { itemId: 'i', eventId: 'e' }
      const list = {
        ...head,
        items,
        ...(isKnown && { knownBy }),
        ...(isExplained && { explain: { contextItemId: 'i' } }),
      }
      expect(unpacked(packed({ knownBy: undefined, ...list }))).toEqual(list)
    }),
  )
})
