import fc from 'fast-check'
import { expect, it } from 'vitest'
import { placeFactors } from '../als/placed.ts'
import type { Factors } from '../als/types.ts'
import { dot } from '../linalg/dot.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { buildDirections, directionOf, reciprocalOf } from './directions.ts'
import { finish } from './layout.ts'
import { createScorer } from './scorer.ts'
import { arbitraryCase } from './search.fixture.ts'

/** The definition: the score of the rows, times the reciprocals of their lengths, sorted. */
function plainly({ rows, d, data }: Factors, query: Float32Array, k: number, isHidden: (index: number) => boolean) {
  return scoresOf({ rows, d, data }, query)
    .filter(({ index, score }) => !isHidden(index) && score > -Infinity)
    .sort((x, y) => (x.score === y.score ? x.index - y.index : y.score - x.score))
    .slice(0, k)
}

const scoresOf = ({ rows, d, data }: Factors, query: Float32Array) =>
  Array.from({ length: rows }, (_, index) => {
    const reciprocal = reciprocalOf(data.subarray(index * d, (index + 1) * d))
    return { index, score: Math.fround(dot(query, data, index * d) * reciprocal) + 0 }
  })

it.each(['f32', 'int8'] as const)(
  'finds what points most nearly the same way, with the bitmaps of the other scorer (%s)',
  (layout) => {
    const workspace = createWorkspace()
    fc.assert(
      fc.property(arbitraryCase, fc.boolean(), ({ items, user, k, isHidden }, isUnit) => {
        const mark = workspace.mark()
        const placed = placeFactors(workspace, items)
        const scorer = createScorer(placed, { workspace, layout })
        const directions = finish(buildDirections(scorer, placed))
        const hidden = scorer.bitmap()
        for (let index = 0; index < items.rows; index++) if (isHidden(index)) hidden.hide(index)
        const query = (isUnit ? directionOf(user) : undefined) ?? user
        expect(directions.topK(query, k, hidden)).toEqual(plainly(items, query, k, isHidden))

        const expected = scoresOf(items, query).map(({ score }) => score)
        const scores = new Float32Array(items.rows)
        directions.scores(query, scores)
        expect([...scores]).toEqual(expected)
        const some = [...expected.keys()].filter((index) => index % 3 === 1).reverse()
        expect([...directions.scoresOf(query, some)]).toEqual(some.map((index) => expected[index]))
        workspace.release(mark)
      }),
      { numRuns: 3000 },
    )
  },
)

it.each([
  ['one is missing', Number.NaN],
  ['one is infinite', Infinity],
  ['one is huge', 3e38],
  ['one is tiny', 1e-44],
])('is exact where of the numbers %s', (_, odd) => {
  const [rows, d] = [1000, 3]
  const data = Float32Array.from({ length: rows * d }, (_, n) =>
    n === 777 ? odd : n > 1500 && n < 1600 ? 0 : Math.sin(n),
  )
  const workspace = createWorkspace()
  const placed = placeFactors(workspace, { rows, d, data })
  const directions = finish(buildDirections(createScorer(placed, { workspace, layout: 'int8' }), placed))
  for (const query of [Float32Array.of(1, 1, 0.5), Float32Array.of(0, 0, 0), Float32Array.of(-1, odd, 1)]) {
    expect(directions.topK(query, 7)).toEqual(plainly({ rows, d, data }, query, 7, () => false))
  }
})

it('scores cosines, whatever the lengths', () => {
  const workspace = createWorkspace()
  const items = { rows: 5, d: 2, data: Float32Array.of(1, 0, 9, 1, 0, 0, 0.5, 0, -1, 0) }
  const placed = placeFactors(workspace, items)
  const directions = finish(buildDirections(createScorer(placed, { workspace }), placed))
  const ranked = directions.topK(Float32Array.of(1, 0), 5)
  expect(ranked.map(({ index }) => index)).toEqual([0, 3, 1, 2, 4])
  expect(ranked.map(({ score }) => score)).toEqual([1, 1, expect.closeTo(9 / Math.sqrt(82)), 0, -1])
})
