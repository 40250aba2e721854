import fc from 'fast-check'
import type { Factors } from '../als/types.ts'
import { normal, type Random, seededRandom } from '../linalg/random.ts'

/** One number of a vector. Those of one case are all of one kind. */
const KINDS: Record<string, (random: Random) => number> = {
  ordinary: normal,
  // Scores tie often.
  'small integers': (random) => Math.floor(random() * 5) - 2,
  sparse: (random) => (random() < 0.9 ? 0 : normal(random)),
  // A few numbers outweigh all others.
  'heavy tails': (random) => normal(random) / random() ** 3,
  'of any size': (random) => normal(random) * 10 ** (random() * 30 - 15),
  'as small as there are': (random) => normal(random) * 10 ** (random() * 8 - 46),
  'as large as there are': (random) => normal(random) * 10 ** (random() * 20 + 18.5),
}

/** A search, and what it searches in. */
interface Case {
  readonly items: Factors
  readonly user: Float32Array
  readonly k: number
  readonly isHidden: (index: number) => boolean
}

const shape = fc.record({
  seed: fc.nat(),
  kind: fc.constantFrom(...Object.keys(KINDS)),
  rows: fc.oneof(fc.nat(300), fc.constantFrom(31, 32, 33, 512)),
  d: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 70 })),
  /** Of the rows: that repeat an earlier one. */
  repeated: fc.constantFrom(0, 0, 0.3, 0.95),
  /** The greater, the more rows differ in length. */
  decay: fc.constantFrom(0, 0, 1, 3),
  k: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.nat(20), fc.nat(600)),
  hiddenShare: fc.constantFrom(0, 0, 0.05, 0.9, 1),
})

/** Drawn from a seed: thousands of numbers a case are too many to be arbitraries of their own. */
export const arbitraryCase: fc.Arbitrary<Case> = shape.map(
  ({ seed, kind, rows, d, repeated, decay, k, hiddenShare }) => {
    const random = seededRandom(seed)
    const draw = KINDS[kind] as (random: Random) => number
    const data = new Float32Array(rows * d)
    for (let r = 0; r < rows; r++) {
      const length = random() ** decay
      const from = Math.floor(random() * r) * d
      if (random() < repeated) data.copyWithin(r * d, from, from + d)
      else for (let n = 0; n < d; n++) data[r * d + n] = length * draw(random)
    }
    const hidden = Uint8Array.from({ length: rows }, () => (random() < hiddenShare ? 1 : 0))
    const user = Float32Array.from({ length: d }, () => draw(random))
    return { items: { rows, d, data }, user, k, isHidden: (index) => hidden[index] === 1 }
  },
)
