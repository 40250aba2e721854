import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Factors } from '../als/types.ts'
import { dot } from '../linalg/dot.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { createScorer } from './scorer.ts'
import { arbitraryCase } from './search.fixture.ts'
import type { Scored } from './selection.ts'
import { topK } from './top-k.ts'

type IsHidden = (index: number) => boolean
type Search = (items: Factors, user: Float32Array, k: number, isHidden: IsHidden) => Scored[]

const workspace = createWorkspace()

const onKernels =
  (layout: 'f32' | 'int8'): Search =>
  (items, user, k, isHidden) => {
    const mark = workspace.mark()
    const scorer = createScorer(items, { workspace, layout })
    const hidden = scorer.bitmap()
    for (let index = 0; index < items.rows; index++) if (isHidden(index)) hidden.hide(index)
    const best = scorer.topK(user, k, hidden)
    workspace.release(mark)
    return best
  }

const IMPLEMENTATIONS: Record<string, Search> = {
  'plain TypeScript': (items, user, k, isHidden) => topK(items, user, k, (index) => !isHidden(index)),
  'f32 kernel': onKernels('f32'),
  'int8 kernel': onKernels('int8'),
}

/** The definition: every score, sorted. One that is not a number, or negative and beyond f32, is none. */
const sortedScan: Search = (items, user, k, isHidden) =>
  Array.from({ length: items.rows }, (_, index) => ({ index, score: dot(user, items.data, index * items.d) }))
    .filter(({ index, score }) => !isHidden(index) && score > -Infinity)
    .sort((x, y) => (x.score === y.score ? x.index - y.index : y.score - x.score))
    .slice(0, k)

describe.each(Object.entries(IMPLEMENTATIONS))('top-K by %s', (name, search) => {
  it('is the head of all items that are not hidden, sorted by score, then index', () => {
    fc.assert(
      fc.property(arbitraryCase, ({ items, user, k, isHidden }) => {
        expect(search(items, user, k, isHidden)).toEqual(sortedScan(items, user, k, isHidden))
      }),
      { numRuns: name === 'plain TypeScript' ? 500 : 5000 },
    )
  })

  it.each([
    ['all items are one', () => 1, 5000],
    ['one number is missing', (n: number) => (n === 777 ? Number.NaN : Math.sin(n)), 1000],
    ['one number is infinite', (n: number) => (n === 777 ? Infinity : Math.sin(n)), 1000],
    ['all numbers are zero', () => 0, 1000],
  ])('is exact where %s', (_, number, rows) => {
    const items = { rows, d: 3, data: Float32Array.from({ length: 3 * rows }, (_, n) => number(n)) }
    for (const user of [Float32Array.of(1, 1, 0.5), Float32Array.of(0, 0, 0), Float32Array.of(-1, Infinity, 1)]) {
      expect(search(items, user, 7, (index) => index % 3 === 1)).toEqual(
        sortedScan(items, user, 7, (index) => index % 3 === 1),
      )
    }
  })
})

it('plain top-K asks nothing about items that would not enter the list', () => {
  const items = { rows: 1000, d: 1, data: Float32Array.from({ length: 1000 }, (_, n) => -n) }
  const asked: number[] = []
  topK(items, Float32Array.of(1), 3, (index) => asked.push(index) > 0)
  expect(asked).toEqual([0, 1, 2])
})
