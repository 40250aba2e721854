import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { normal, seededRandom } from '../linalg/random.ts'
import { createCaps, diversified, mixed, pinned } from './arrange.ts'

interface Candidate {
  readonly id: number
  readonly score: number
  readonly vector: Float32Array | undefined
}

/** Best first; some have no vector, some have that of another. */
const ranked: fc.Arbitrary<Candidate[]> = fc.record({ seed: fc.nat(), length: fc.nat(260) }).map(({ seed, length }) => {
  const random = seededRandom(seed)
  const vectors = Array.from({ length: 40 }, () => Float32Array.from({ length: 3 }, () => normal(random)))
  const scores = Array.from({ length }, () => Math.round(8 * normal(random)) / 4).sort((x, y) => y - x)
  return scores.map((score, id) => ({ id, score, vector: vectors[Math.floor(random() * 44)] }))
})
const scoreOf = ({ score }: Candidate): number => score
const vectorOf = ({ vector }: Candidate): Float32Array | undefined => vector

describe('diversified', () => {
  const weight = fc.constantFrom(0, 0.1, 0.5, 0.9, 1)

  it('is all candidates in another order, of which fewer are the head', () => {
    fc.assert(
      fc.property(ranked, weight, fc.nat(300), (candidates, weight, count) => {
        const all = diversified(candidates, { weight, scoreOf, vectorOf, count: candidates.length })
        expect(all.toSorted((x, y) => x.id - y.id)).toEqual(candidates)
        expect(all.slice(200)).toEqual(candidates.slice(200))
        expect(diversified(candidates, { weight, scoreOf, vectorOf, count })).toEqual(all.slice(0, count))
      }),
      { numRuns: 50 },
    )
  })

  it('stays as it was when candidates are added to 200', () => {
    fc.assert(
      fc.property(ranked, weight, (candidates, weight) => {
        const options = { weight, scoreOf, vectorOf, count: 200 }
        expect(diversified(candidates.slice(0, 200), options)).toEqual(diversified(candidates, options))
      }),
      { numRuns: 20 },
    )
  })

  it('goes by score alone at 0, whatever the vectors', () => {
    fc.assert(
      fc.property(ranked, (candidates) => {
        expect(diversified(candidates, { weight: 0, scoreOf, vectorOf, count: 300 })).toEqual(candidates)
      }),
      { numRuns: 20 },
    )
  })

  it('takes what is unlike before what is better', () => {
    const north = Float32Array.of(0, 2)
    const candidates = [
      { id: 0, score: 10, vector: north },
      { id: 1, score: 9.8, vector: Float32Array.of(0, 0.1) },
      { id: 2, score: 9.6, vector: Float32Array.of(1, 1) },
      { id: 3, score: 9, vector: undefined },
      { id: 4, score: 5, vector: Float32Array.of(0, -7) },
      { id: 5, score: 0, vector: north },
    ]
    const idsAt = (weight: number) =>
      diversified(candidates, { weight, scoreOf, vectorOf, count: 6 }).map(({ id }) => id)
    expect(idsAt(0.02)).toEqual([0, 1, 2, 3, 4, 5])
    // The fourth gains by pointing the other way: .5 · .5 + .5 · 1.
    expect(idsAt(0.5)).toEqual([0, 4, 3, 2, 1, 5])
  })

  it('needs no scores that differ', () => {
    const candidates = [1, 2, 3].map((id) => ({ id, score: -7, vector: undefined }))
    expect(diversified(candidates, { weight: 0.5, scoreOf, vectorOf, count: 9 })).toEqual(candidates)
  })
})

describe('caps', () => {
  interface Film {
    readonly genres: readonly string[]
    readonly year: number
  }
  const genres = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 })
  const candidates = fc.array(fc.record({ genres, year: fc.nat(3) }), { maxLength: 40 })
  const caps = [
    { max: 3, valuesOf: ({ genres }: Film): readonly unknown[] => genres },
    { max: 5, valuesOf: ({ year }: Film): readonly unknown[] => [year] },
  ]

  it('leave no value too often in a list, and nothing out without need', () => {
    fc.assert(
      fc.property(candidates, (list) => {
        const kept = list.filter(createCaps(caps))
        const isFull = (before: readonly Film[], candidate: Film): boolean =>
          caps.some(({ max, valuesOf }) =>
            valuesOf(candidate).some(
              (value) => before.filter((other) => valuesOf(other).includes(value)).length >= max,
            ),
          )
        const expected: Film[] = []
        for (const candidate of list) if (!isFull(expected, candidate)) expected.push(candidate)
        expect(kept).toEqual(expected)
      }),
    )
  })
})

describe('mixed', () => {
  const share = fc.oneof(fc.constantFrom(0, 0.5, 1), fc.double({ min: 0, max: 1, noNaN: true }))

  it('is both lists in their orders, of which shorter ones are the head', () => {
    fc.assert(
      fc.property(fc.nat(30), fc.nat(30), fc.nat(70), share, (known, lessKnown, places, share) => {
        const [first, second] = [
          Array.from({ length: known }, (_, n) => n),
          Array.from({ length: lessKnown }, (_, n) => -1 - n),
        ]
        const list = mixed(first, second, share)
        expect(list.filter((id) => id >= 0)).toEqual(first)
        expect(list.filter((id) => id < 0)).toEqual(second)
        const head = mixed(first.slice(0, places), second.slice(0, places), share)
        expect(head.slice(0, places)).toEqual(list.slice(0, places))
        const due = Math.floor(Math.min(known, lessKnown) * share)
        expect(list.slice(0, Math.min(known, lessKnown)).filter((id) => id < 0)).toHaveLength(due)
      }),
    )
  })

  it('alternates by halves', () => {
    expect(mixed(['a', 'b', 'c'], ['x', 'y', 'z', 'zz'], 0.5)).toEqual(['a', 'x', 'b', 'y', 'c', 'z', 'zz'])
    expect(mixed(['a', 'b', 'c'], ['x'], 0.5)).toEqual(['a', 'x', 'b', 'c'])
  })
})

describe('pinned', () => {
  const pins = fc.array(fc.record({ position: fc.nat(40), item: fc.integer({ min: -5, max: 30 }) }), { maxLength: 8 })

  it('stand in their places, and the others in their order', () => {
    fc.assert(
      fc.property(fc.nat(30), pins, fc.nat(40), (length, pins, places) => {
        const list = Array.from({ length }, (_, n) => n)
        const arranged = pinned(list, pins)
        const items = new Set(pins.map(({ item }) => item))
        expect(arranged.filter((item) => !items.has(item))).toEqual(list.filter((item) => !items.has(item)))
        expect(arranged.filter((item) => items.has(item)).sort()).toEqual([...items].sort())
        const head = pinned(list.slice(0, places + pins.length), pins)
        expect(head.slice(0, places)).toEqual(arranged.slice(0, places))
        const positions = new Map(pins.toReversed().map(({ position, item }) => [item, position]))
        if (new Set(positions.values()).size === positions.size) {
          for (const [item, position] of positions) {
            if (position < arranged.length - items.size) expect(arranged[position]).toBe(item)
          }
        }
      }),
    )
  })

  it('are told apart as one likes', () => {
    const arranged = pinned([{ id: 1 }, { id: 2 }, { id: 3 }], [{ position: 0, item: { id: 3 } }], ({ id }) => id)
    expect(arranged).toEqual([{ id: 3 }, { id: 1 }, { id: 2 }])
    expect(
      pinned(
        [],
        [
          { position: 7, item: 1 },
          { position: 7, item: 2 },
          { position: 0, item: 2 },
        ],
      ),
    ).toEqual([1, 2])
  })
})
