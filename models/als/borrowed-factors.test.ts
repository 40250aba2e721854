import fc from 'fast-check'
import { expect, it } from 'vitest'
import { finish } from '../ranking/layout.ts'
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
      const genresOf = (index: number) => Object.keys(genres).filter((genre) => genres[genre]?.includes(index))
      const borrow = finish(prepareBorrowing(generation, genresOf))
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

it('there is nothing to borrow from genres that no item has', () => {
  const generation = {
    items: { factors: { rows: 2, d: 1, data: Float32Array.of(4, 100) }, gramian: Float64Array.of(16) },
    positives: Int32Array.of(1, 0),
  }
  const borrow = finish(prepareBorrowing(generation, (index) => [['drama'], ['western']][index] as string[]))
  for (let n = 0; n < 2; n++) {
    expect(borrow(['western'])).toBeUndefined()
    expect(borrow([])).toBeUndefined()
    expect(borrow(['drama', 'western'])).toEqual(Float32Array.of(2))
  }
})

it('goes by the genres that it met first, where there are thousands', () => {
  const rows = 5000
  const generation = {
    items: { factors: { rows, d: 1, data: new Float32Array(rows).fill(2) }, gramian: Float64Array.of(1) },
    positives: new Int32Array(rows).fill(1),
  }
  const borrow = finish(prepareBorrowing(generation, (index) => [`g${index}`, 'all']))
  expect(borrow(['g0'])).toEqual(Float32Array.of(1))
  expect(borrow(['all'])).toEqual(Float32Array.of(1))
  expect(borrow(['g4999'])).toBeUndefined()
})
