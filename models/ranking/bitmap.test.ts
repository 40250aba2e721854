import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createBitmap } from './bitmap.ts'

it('counts and lists what is shown, in the order of the bits', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 130 }).chain((rows) =>
        fc.record({
          hidden: fc.array(fc.boolean(), { minLength: rows, maxLength: rows }),
          order: fc.option(fc.shuffledSubarray([...Array(rows).keys()], { minLength: rows }), { nil: undefined }),
        }),
      ),
      ({ hidden, order = [...hidden.keys()] }) => {
        const placeOf = new Int32Array(order.length)
        for (const [place, index] of order.entries()) placeOf[index] = place
        // As the layout has it: filled up with the last item.
        const filled = Int32Array.from({ length: 160 }, (_, place) => order[place] ?? order.at(-1) ?? 0)
        const bitmap = createBitmap(hidden.length, { placeOf, order: filled })
        for (const [index, isHidden] of hidden.entries()) if (isHidden) bitmap.hide(index)
        const shown = order.filter((index) => !hidden[index])
        expect(bitmap.countShown()).toBe(shown.length)
        expect([...bitmap.shown()]).toEqual(shown)
        expect([...bitmap.copy().shown()]).toEqual(shown)
      },
    ),
  )
})
