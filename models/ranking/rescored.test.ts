import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createWorkspace } from '../linalg/workspace.ts'
import { createBitmap } from './bitmap.ts'
import { finish } from './layout.ts'
import { leastOf, topOf } from './least-misery.ts'
import { rescore, topRescored } from './rescored.ts'
import { createScorer } from './scorer.ts'
import { arbitraryCase } from './search.fixture.ts'
import type { Scored } from './selection.ts'

const workspace = createWorkspace()
const best = (scored: Scored[], k: number): Scored[] =>
  scored
    .filter(({ score }) => score > -Infinity)
    .sort((x, y) => (x.score === y.score ? x.index - y.index : y.score - x.score))
    .slice(0, k)

const factors = fc.record({
  /** Few different ones, so that scores tie, or many. */
  factor: fc.constantFrom(
    () => 1,
    (n: number) => [0.5, 1, 2][n % 3] as number,
    (n: number) => (n % 50 === 7 ? 20 : 1),
    (n: number) => 2 ** -(n % 17.3),
  ),
  isKnownExactly: fc.boolean(),
})

it('items are rescored as if everything were', async () => {
  await fc.assert(
    fc.asyncProperty(arbitraryCase, factors, async ({ items, user, k, isHidden }, { factor, isKnownExactly }) => {
      const mark = workspace.mark()
      const scorer = createScorer(items, { workspace })
      const hidden = scorer.bitmap()
      for (let index = 0; index < items.rows; index++) if (isHidden(index)) hidden.hide(index)
      const scores = new Float32Array(items.rows)
      scorer.scores(user, scores)
      const greatest = Math.max(...scores.keys().map(factor), 0.01)
      const found = await topRescored(k, {
        factorOf: factor,
        maxFactor: isKnownExactly ? greatest : 2 * greatest,
        search: async (count) => scorer.topK(user, count, hidden),
        scores: () => scores,
        hidden,
      })
      const all = Array.from(scores, (score, index) => ({ index, score: rescore(score, factor(index)) }))
      expect(found).toEqual(
        best(
          all.filter(({ index }) => !isHidden(index)),
          k,
        ),
      )
      workspace.release(mark)
    }),
    { numRuns: 1000 },
  )
})

it('rescoring searches for as many as it needs, and asks only of items that may be among the best', async () => {
  const rows = 10_000
  const items = { rows, d: 1, data: Float32Array.from({ length: rows }, (_, n) => rows - n) }
  const scorer = createScorer(items, { workspace })
  const user = Float32Array.of(1)
  const scores = new Float32Array(rows)
  scorer.scores(user, scores)
  const ask = async (maxFactor: number) => {
    const asked: number[] = []
    const counts: number[] = []
    await topRescored(3, {
      factorOf: (index) => asked.push(index) && (index === 500 ? maxFactor : 1),
      maxFactor,
      search: async (count) => {
        counts.push(count)
        return scorer.topK(user, count)
      },
      scores: () => scores,
      hidden: scorer.bitmap(),
    })
    return { counts, asked: new Set(asked).size }
  }
  expect(await ask(1.001)).toEqual({ counts: [64], asked: 64 })
  expect(await ask(1.05)).toEqual({ counts: [64, 256, 1024], asked: 1024 })
  const { counts, asked } = await ask(2)
  expect(counts.at(-1)).toBe(4096)
  expect(asked).toBeGreaterThan(4096)
  expect(asked).toBeLessThan(6000)
})

describe('least misery', () => {
  it('ranks by whom an item suits least', () => {
    const scores = fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 20, maxLength: 20 })
    fc.assert(
      fc.property(fc.array(scores, { minLength: 1, maxLength: 4 }), fc.nat(25), fc.nat(20), (members, k, from) => {
        const hidden = createBitmap(20)
        for (let index = from; index < 20; index++) hidden.hide(index)
        const arrays = members.map((member) => Float32Array.from(member))
        const all = Array.from({ length: from }, (_, index) => ({
          index,
          score: Math.min(...members.map((member) => member[index] as number)),
        }))
        expect(finish(topOf(finish(leastOf(arrays)), k, hidden))).toEqual(best(all, k))
      }),
    )
  })
})
