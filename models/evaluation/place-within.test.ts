import fc from 'fast-check'
import { expect, it } from 'vitest'
import { finish } from '../ranking/layout.ts'
import { placeWithin } from './place-within.ts'

it('is the place in the whole ranking of what is not hidden, where that is among the first k, in whatever order it looks', () => {
  const items = fc
    .array(fc.record({ score: fc.integer({ min: -3, max: 3 }), isHidden: fc.boolean() }), {
      minLength: 1,
      maxLength: 60,
    })
    .chain((all) =>
      fc.record({
        all: fc.constant(all),
        item: fc.nat(all.length - 1),
        k: fc.integer({ min: 1, max: 12 }),
        order: fc.shuffledSubarray([...all.keys()], { minLength: all.length }),
      }),
    )
  fc.assert(
    fc.property(items, ({ all, item, k, order }) => {
      const scoreOf = (index: number) => all[index]?.score as number
      const ranking = [...all.keys()]
        .filter((index) => index === item || !all[index]?.isHidden)
        .sort((a, b) => scoreOf(b) - scoreOf(a) || a - b)
      const place = ranking.indexOf(item)
      const isHidden = Uint8Array.from(all, ({ isHidden }) => (isHidden ? 1 : 0))
      const found = finish(placeWithin(k, item, scoreOf, Int32Array.from(order), isHidden))
      expect(found).toBe(place < k ? place : undefined)
    }),
  )
})
