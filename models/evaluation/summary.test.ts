import { expect, it } from 'vitest'
import { summarise } from './summary.ts'

it('is the mean of the runs, and how far they lie from each other', () => {
  const { mean, spread } = summarise([1, 2, 6])
  expect(mean).toBe(3)
  expect(spread).toBeCloseTo(Math.sqrt((4 + 1 + 9) / 2))
  expect(summarise([4])).toEqual({ mean: 4, spread: Number.NaN })
  expect(summarise([4, Number.NaN]).mean).toBeNaN()
})
