import fc from 'fast-check'
import { v5 } from 'uuid'
import { expect, it } from 'vitest'
import { NAMESPACE, ratingEventId } from './event-id.ts'

it('mints the UUIDv5 that any other implementation would', () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: 'grapheme' }), fc.string(), fc.nat(), (dataset, user, item, time) => {
      expect(ratingEventId(dataset, user, item, time)).toBe(v5(`${dataset}\n${user}\n${item}\n${time}`, NAMESPACE))
    }),
  )
})
