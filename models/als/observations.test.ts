import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { HistoryEntry } from '../history/types.ts'
import { arbitraryObservations } from './arbitrary.fixture.ts'
import { observationsOf, observe, pairCode, transpose } from './observations.ts'
import type { Preference } from './types.ts'

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

describe('graded feedback', () => {
  const graded = { ...hyperParameters, positiveFrom: 3, topValue: 5, dislikeWeight: 0.5 }
  const weightsOf = (values: Record<string, number>, more: Partial<Preference>) => {
    const { weights, targets } = observe(historyOf(values), { indexOf, hyperParameters: { ...graded, ...more } })
    return { weights: [...(weights ?? [])].map((w) => Math.round(w * 1e4) / 1e4), targets: [...(targets ?? [])] }
  }

  it('weighs positives by their height on the scale, and dislikes alike', () => {
    const values = { a: 3, b: 4, c: 5, d: 1 }
    expect(weightsOf(values, { topWeight: 2 })).toEqual({ weights: [1, 1.5, 2, 0.5], targets: [1, 1, 1, 0] })
    expect(weightsOf({ a: 7, b: 3 }, { topWeight: 2 }).weights).toEqual([2, 1])
    expect(weightsOf(values, { topWeight: 2, topValue: undefined }).weights).toEqual([1, 1, 1, 0.5])
    expect(weightsOf(values, { topWeight: 2, positiveFrom: -Infinity }).weights).toEqual([1, 1, 1, 1])
    expect(weightsOf(values, { topWeight: 2, positiveFrom: 5 }).weights).toEqual([0.5, 0.5, 1, 0.5])
  })

  it('weighs the positives of people with many less, their dislikes alike', () => {
    const { weights } = weightsOf({ a: 5, b: 5, c: 3, d: 1 }, { activityExponent: 0.5 })
    const factor = Math.round((3 / 60) ** -0.5 * 1e4) / 1e4
    expect(weights).toEqual([factor, factor, factor, 0.5])
    // 60 positives weigh 1 each, whatever the exponent.
    const codes = Int32Array.from({ length: 60 }, (_, column) => pairCode(column, 5, graded) as number)
    expect(observationsOf(codes, { ...graded, activityExponent: 0.7 }).weights?.every((w) => w === 1)).toBe(true)
  })

  it('counts the positives of each row by itself', () => {
    const codes = [0, 1, 0].map((column) => pairCode(column, 5, graded) as number)
    const both = observationsOf(Int32Array.from(codes), { ...graded, activityExponent: 1 }, [0, 2, 3])
    expect([...(both.weights ?? [])]).toEqual([30, 30, 60])
  })

  it('leaves weights out where all are 1', () => {
    const codes = Int32Array.of(pairCode(7, 5, graded) as number)
    expect(observationsOf(codes, { ...graded, dislikeWeight: 0 })).toEqual({ columns: Int32Array.of(7) })
    expect(observationsOf(codes, { ...graded, dislikeWeight: 0, topWeight: 3 }).weights).toEqual(Float32Array.of(3))
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
