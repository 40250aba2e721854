import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBitmap } from './bitmap.ts'
import { leastOf, topOf } from './least-misery.ts'
import { topRescored } from './rescored.ts'

const someScores = fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: 1, maxLength: 400 })

/** As plainly as it can be said. */
function plainly(scores: ArrayLike<number>, k: number, isHidden: (index: number) => boolean) {
  return Array.from(scores, (score, index) => ({ index, score }))
    .filter(({ index }) => !isHidden(index))
    .sort((x, y) => y.score - x.score || x.index - y.index)
    .slice(0, k)
}

describe('topRescored', () => {
  it('is what multiplying every score gives', async () => {
    const problems = fc.record({
      scores: someScores,
      factors: fc.array(fc.constantFrom(0.01, 0.5, 1, 1, 1, 1, 3, 100), { minLength: 400, maxLength: 400 }),
      hidden: fc.array(fc.nat(399), { maxLength: 50 }),
      k: fc.integer({ min: 0, max: 40 }),
    })
    await fc.assert(
      fc.asyncProperty(problems, async ({ scores, factors, hidden: hiddenIndices, k }) => {
        const hidden = createBitmap(scores.length)
        for (const index of hiddenIndices) if (index < scores.length) hidden.hide(index)
        const factorOf = (index: number) => factors[index] as number
        const found = await topRescored(k, {
          search: async (count) => plainly(scores, count, hidden.isHidden),
          scores: () => Float32Array.from(scores),
          hidden,
          factorOf,
          maxFactor: Math.max(1, ...factors),
        })
        const rescored = scores.map((score, index) => (score < 0 ? score / factorOf(index) : score * factorOf(index)))
        expect(found).toEqual(plainly(rescored, k, hidden.isHidden))
      }),
    )
  })

  it('does not score every item where the best by plain score settle it', async () => {
    const scores = Array.from({ length: 1000 }, (_, index) => 1000 - index)
    const found = await topRescored(3, {
      search: async (count) => plainly(scores, count, () => false),
      scores: () => {
        throw new Error('every item was scored')
      },
      hidden: createBitmap(scores.length),
      factorOf: (index) => (index === 5 ? 1.01 : 1),
      maxFactor: 1.01,
    })
    expect(found.map(({ index }) => index)).toEqual([5, 0, 1])
  })
})

describe('least misery', () => {
  it('ranks by whom an item suits least', () => {
    const groups = fc.integer({ min: 1, max: 100 }).chain((items) =>
      fc.array(fc.array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: items, maxLength: items }), {
        minLength: 1,
        maxLength: 5,
      }),
    )
    fc.assert(
      fc.property(groups, fc.nat(20), (members, k) => {
        const arrays = members.map((scores) => Float32Array.from(scores))
        const least = Array.from(arrays[0] as Float32Array, (_, index) =>
          Math.min(...arrays.map((scores) => scores[index] as number)),
        )
        const hidden = createBitmap(least.length)
        hidden.hide(0)
        expect(topOf(leastOf(arrays), k, hidden)).toEqual(plainly(least, k, (index) => index === 0))
      }),
    )
  })
})
