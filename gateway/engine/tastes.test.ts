import fc from 'fast-check'
import { expect, it } from 'vitest'
import { foldIn } from '../../models/als/fold-in.ts'
import { dot } from '../../models/linalg/dot.ts'
import { finish } from '../../models/ranking/layout.ts'
import { generationOf } from '../gateway.fixture.ts'
import { type Contributions, explainGroup, explainTaste, ranked, strongest, total } from './reasons.ts'
import type { GroupMode } from './request.ts'
import { type Taste, tasteOf, withRatings } from './tastes.ts'

const factors = { a: [1, 0.1], b: [0.9, 0.2], c: [0.1, 1], d: [0.3, 0.8], e: [0.5, 0.5] } as const
const generation = generationOf('g', factors)
const served = { generation, foldIn: (observations: Parameters<typeof foldIn>[1]) => foldIn(generation, observations) }
const nobody = { record: undefined, history: new Map() }

const itemIds = fc.constantFrom(...Object.keys(factors))
const rating = fc.record({ itemId: itemIds, value: fc.constantFrom(1, 3, 4, 5) })
const ratings = fc.array(rating, { maxLength: 5 })
const vectorOf = (itemId: string) => Float32Array.from(factors[itemId as keyof typeof factors])
const scoreOf = ({ vector }: Taste, itemId: string) => dot(vector, vectorOf(itemId), 0)

/** What contributes, strongest first. */
const allOf = (contributions: Contributions) =>
  Array.from(finish(ranked(contributions)), (place) => ({
    itemId: contributions.itemIds[place] as string,
    contribution: contributions.amounts[place] as number,
  }))

it('is nobody’s who likes nothing that the model knows', () => {
  const disliking = withRatings(nobody, [{ itemId: 'a', value: 1 }])
  expect(tasteOf(served, disliking, undefined)).toBeUndefined()
  expect(tasteOf(served, withRatings(nobody, [{ itemId: 'unheard', value: 5 }]), undefined)).toBeUndefined()
  expect(tasteOf(served, nobody, { itemId: 'a', vector: vectorOf('a') })).toBeUndefined()
})

it('gives the item at hand a part as long as that of all ratings', () => {
  const person = withRatings(nobody, [{ itemId: 'a', value: 5 }])
  const own = tasteOf(served, person, undefined) as Taste
  const both = tasteOf(served, person, { itemId: 'c', vector: vectorOf('c').map((x) => 100 * x) }) as Taste
  const part = both.vector.map((x, k) => x - (own.vector[k] as number))
  expect(Math.hypot(...part)).toBeCloseTo(Math.hypot(...own.vector), 5)
  expect(scoreOf(both, 'd')).toBeGreaterThan(scoreOf(own, 'd'))
})

it('is explained by its ratings and the item at hand, each once, which sum to the score', () => {
  fc.assert(
    fc.property(ratings, fc.option(itemIds, { nil: undefined }), itemIds, (given, atHand, itemId) => {
      const person = withRatings(nobody, given)
      const taste = tasteOf(
        served,
        person,
        atHand === undefined ? undefined : { itemId: atHand, vector: vectorOf(atHand) },
      )
      if (!taste) return
      const contributions = finish(finish(explainTaste(generation, taste))(vectorOf(itemId)))
      expect(total(contributions)).toBeCloseTo(scoreOf(taste, itemId), 4)
      const named = allOf(contributions).map((reason) => reason.itemId)
      expect(new Set(named).size).toBe(named.length)
      const liked = given.filter(({ value }) => value >= 4).map((one) => one.itemId)
      expect(named.filter((name) => name !== atHand && !liked.includes(name))).toEqual([])
    }),
  )
})

it('of a group is explained by what makes its score', () => {
  fc.assert(
    fc.property(fc.array(ratings, { minLength: 2, maxLength: 4 }), itemIds, (members, itemId) => {
      const tastes = members.flatMap((given) => tasteOf(served, withRatings(nobody, given), undefined) ?? [])
      if (tastes.length < 2) return
      const scores = tastes.map((taste) => scoreOf(taste, itemId))
      const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length
      const item = vectorOf(itemId)
      const scoreBy = (mode: GroupMode) => total(finish(finish(explainGroup(generation, tastes, mode))(item)))
      expect(scoreBy('average')).toBeCloseTo(mean, 4)
      expect(scoreBy('leastMisery')).toBeCloseTo(Math.min(...scores), 4)
    }),
  )
})

it('is told by its strongest contributions, and by what the rest of them add', () => {
  const amounts = fc.float64Array({ noNaN: true, noDefaultInfinity: true, min: -5, max: 5, maxLength: 20 })
  fc.assert(
    fc.property(amounts, fc.integer({ min: 1, max: 6 }), (amounts, count) => {
      const contributions = { itemIds: Array.from(amounts, (_, n) => `i${n}`), amounts, looked: amounts.length }
      const all = allOf(contributions)
      const strengths = all.map(({ contribution }) => Math.abs(contribution))
      expect(strengths).toEqual(strengths.toSorted((x, y) => y - x))
      expect(all).toHaveLength(amounts.filter((amount) => amount !== 0).length)
      const { reasons, rest } = strongest(contributions, count)
      expect(reasons).toEqual(all.slice(0, count))
      const left = all.slice(count).reduce((sum, { contribution }) => sum + contribution, 0)
      expect(rest).toBeCloseTo(left, 9)
      if (all.length <= count) expect(rest).toBe(0)
    }),
  )
})
