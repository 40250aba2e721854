import fc from 'fast-check'
import { gramian } from '../linalg/gramian.ts'
import type { Factors, FixedSide, ObservationRows, Regularization } from './types.ts'

/** Entries a model could hold: neither so small nor so large that rounding alone decides a test. */
const entry = fc.integer({ min: -200, max: 200 }).map((n) => n / 100)

export function arbitraryFactors(rows: number, d: number): fc.Arbitrary<Factors> {
  return fc
    .array(entry, { minLength: rows * d, maxLength: rows * d })
    .map((values) => ({ rows, d, data: Float32Array.from(values) }))
}

/** Rows of observed pairs over `columnCount` columns, empty rows and weights of zero among them. */
export function arbitraryObservations(rows: number, columnCount: number): fc.Arbitrary<ObservationRows> {
  const weight = fc.constantFrom(0, 0.25, 1, 3)
  const pair = fc.record({ column: fc.nat(columnCount - 1), weight, target: fc.constantFrom(0, 1) })
  const row = fc.uniqueArray(pair, { selector: ({ column }) => column, maxLength: columnCount })
  return fc.array(row, { minLength: rows, maxLength: rows }).map((all) => {
    const pairs = all.flat()
    let end = 0
    return {
      rows,
      starts: Int32Array.from([0, ...all.map(({ length }) => (end += length))]),
      columns: Int32Array.from(pairs, ({ column }) => column),
      weights: Float32Array.from(pairs, ({ weight }) => weight),
      targets: Float32Array.from(pairs, ({ target }) => target),
    }
  })
}

const arbitraryRegularization: fc.Arbitrary<Regularization> = fc.record({
  unobservedWeight: fc.constantFrom(0, 0.01, 0.3, 2),
  regularization: fc.constantFrom(0.01, 0.1, 1),
  regularizationExponent: fc.constantFrom(0, 0.5, 1),
})

export interface HalfStepProblem {
  readonly fixed: FixedSide
  readonly observations: ObservationRows
  readonly regularization: Regularization
}

export const arbitraryHalfStep: fc.Arbitrary<HalfStepProblem> = fc
  .record({ d: fc.integer({ min: 1, max: 9 }), columnCount: fc.integer({ min: 1, max: 12 }), rows: fc.nat(5) })
  .chain(({ d, columnCount, rows }) =>
    fc.record({
      fixed: arbitraryFactors(columnCount, d).map((factors) => ({ factors, gramian: gramian(factors) })),
      observations: arbitraryObservations(rows, columnCount),
      regularization: arbitraryRegularization,
    }),
  )
