import fc from 'fast-check'
import { expect, it } from 'vitest'
import { arbitraryFactors } from './arbitrary.fixture.ts'
import { prepareBorrowing } from './borrowed-factors.ts'

const arbitraryCatalogue = fc
  .record({ rows: fc.integer({ min: 1, max: 12 }), d: fc.integer({ min: 1, max: 6 }) })
  .chain(({ rows, d }) =>
    fc.record({
      factors: arbitraryFactors(rows, d),
      positives: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: rows, maxLength: rows }),
      genres: fc.dictionary(
        fc.constantFrom('a', 'b', 'c'),
        fc.uniqueArray(fc.nat(rows - 1), { minLength: 1, maxLength: rows }),
        { minKeys: 1, noNullPrototype: true },
      ),
      user: arbitraryFactors(1, d),
    }),
  )

it('an item of one genre scores half of what a positive of that genre scores on average, of several their mean', () => {
  fc.assert(
    fc.property(arbitraryCatalogue, ({ factors, positives, genres, user }) => {
      const { d, data } = factors
      const generation = { items: { factors, gramian: new Float64Array(d * d) }, positives: Int32Array.from(positives) }
      const borrow = prepareBorrowing(generation, (genre) => genres[genre] ?? [])
      const scoreOf = (v: ArrayLike<number>, from = 0): number =>
        user.data.reduce((sum, x, k) => sum + x * (v[from + k] as number), 0)
      const typical = Object.values(genres).map((indices) => {
        const total = indices.reduce((sum, i) => sum + (positives[i] as number), 0)
        return indices.reduce((sum, i) => sum + ((positives[i] as number) / total) * scoreOf(data, i * d), 0)
      })
      const mean = typical.reduce((sum, score) => sum + score, 0) / typical.length
      const borrowed = borrow([...Object.keys(genres), 'unheard of']) as Float32Array
      expect(scoreOf(borrowed)).toBeCloseTo(mean / 2, 4)
      const one = borrow(Object.keys(genres).slice(0, 1)) as Float32Array
      expect(scoreOf(one)).toBeCloseTo((typical[0] as number) / 2, 4)
    }),
  )
})

it('there is nothing to borrow from genres that no item has, and a genre is looked up once', () => {
  const factors = { rows: 1, d: 1, data: Float32Array.of(4) }
  const asked: string[] = []
  const borrow = prepareBorrowing(
    { items: { factors, gramian: Float64Array.of(16) }, positives: Int32Array.of(1) },
    (genre) => {
      asked.push(genre)
      return genre === 'drama' ? [0] : []
    },
  )
  for (let n = 0; n < 2; n++) {
    expect(borrow(['western'])).toBeUndefined()
    expect(borrow([])).toBeUndefined()
    expect(borrow(['drama', 'western'])).toEqual(Float32Array.of(2))
  }
  expect(asked).toEqual(['western', 'drama'])
})
