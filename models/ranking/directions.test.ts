import fc from 'fast-check'
import { expect, it } from 'vitest'
import { placeFactors } from '../als/placed.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { buildDirections, directionOf } from './directions.ts'
import { finish } from './layout.ts'
import { createScorer } from './scorer.ts'
import { arbitraryCase } from './search.fixture.ts'
import { topK } from './top-k.ts'

it.each(['f32', 'int8'] as const)(
  'finds what points most nearly the same way, with the bitmaps of the other scorer (%s)',
  (layout) => {
    const workspace = createWorkspace()
    fc.assert(
      fc.property(arbitraryCase, ({ items, user, k, isHidden }) => {
        const mark = workspace.mark()
        const placed = placeFactors(workspace, items)
        const scorer = createScorer(placed, { workspace, layout })
        const directions = finish(buildDirections(scorer, placed))
        const hidden = scorer.bitmap()
        for (let index = 0; index < items.rows; index++) if (isHidden(index)) hidden.hide(index)
        const query = directionOf(user) ?? user
        const unit = { ...items, data: items.data.slice() }
        for (let row = 0; row < items.rows; row++) {
          const vector = unit.data.subarray(row * items.d, (row + 1) * items.d)
          vector.set(directionOf(vector) ?? vector.fill(0))
        }
        expect(directions.topK(query, k, hidden)).toEqual(topK(unit, query, k, (index) => !isHidden(index)))
        workspace.release(mark)
      }),
      { numRuns: 500 },
    )
  },
)

it('scores cosines, whatever the lengths', () => {
  const workspace = createWorkspace()
  const items = { rows: 5, d: 2, data: Float32Array.of(1, 0, 9, 1, 0, 0, 0.5, 0, -1, 0) }
  const placed = placeFactors(workspace, items)
  const directions = finish(buildDirections(createScorer(placed, { workspace }), placed))
  const ranked = directions.topK(Float32Array.of(1, 0), 5)
  expect(ranked.map(({ index }) => index)).toEqual([0, 3, 1, 2, 4])
  expect(ranked.map(({ score }) => score)).toEqual([1, 1, expect.closeTo(9 / Math.sqrt(82)), 0, -1])
})
