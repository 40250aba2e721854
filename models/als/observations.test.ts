import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HistoryEntry } from '../history/types.ts'
import { arbitraryObservations } from './arbitrary.fixture.ts'
import { observe, transpose } from './observations.ts'

const hyperParameters = {
  factors: 4,
  epochs: 1,
  seed: 1,
  positiveFrom: 4,
  dislikeWeight: 0.5,
  unobservedWeight: 0.3,
  regularization: 0.01,
  regularizationExponent: 1,
}
const indexOf = new Map(['a', 'b', 'c', 'd'].map((id, index) => [id, index]))

function historyOf(values: Record<string, number | null>): Map<string, HistoryEntry> {
  const entries = Object.entries(values).map(([itemId, value], offset): [string, HistoryEntry] => [
    itemId,
    { itemId, value, occurredAt: 0, offset, eventId: `${offset}`, superseded: [] },
  ])
  return new Map(entries)
}

describe('observe', () => {
  it('takes positives and weighted dislikes of items of the generation, in dense order', () => {
    const { columns, weights, targets } = observe(historyOf({ d: 5, unknown: 5, b: null, c: 2, a: 4 }), {
      indexOf,
      hyperParameters,
    })
    expect([...columns]).toEqual([0, 2, 3])
    expect([...(weights ?? [])]).toEqual([1, 0.5, 1])
    expect([...(targets ?? [])]).toEqual([1, 0, 1])
  })

  it('leaves dislikes without weight out, and what the caller names', () => {
    const generation = { indexOf, hyperParameters: { ...hyperParameters, dislikeWeight: 0 } }
    const { columns } = observe(historyOf({ d: 5, c: 2, a: 4 }), generation, (itemId) => itemId === 'd')
    expect([...columns]).toEqual([0])
  })
})

describe('transpose', () => {
  it('holds the same pairs, rows ascending, and undoes itself', () => {
    fc.assert(
      fc.property(arbitraryObservations(5, 7), (observations) => {
        const byColumn = transpose(observations, 7)
        expect(byColumn.rows).toBe(7)
        const back = transpose(byColumn, 5)
        for (let r = 0; r < 5; r++)
          expect(pairsOf(back, r)).toEqual(pairsOf(observations, r).sort((x, y) => x[0] - y[0]))
        for (let c = 0; c < 7; c++) {
          const rows = pairsOf(byColumn, c).map(([row]) => row)
          expect(rows).toEqual(rows.toSorted((x, y) => x - y))
        }
      }),
    )
  })
})

function pairsOf({ starts, columns, weights, targets }: ReturnType<typeof transpose>, r: number) {
  const [from, to] = [starts[r] as number, starts[r + 1] as number]
  return Array.from(columns.subarray(from, to), (column, e): [number, number, number] => [
    column,
    weights?.[from + e] ?? 1,
    targets?.[from + e] ?? 1,
  ])
}
