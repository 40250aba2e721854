import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createRateLimiter } from './rate-limit.ts'

const KEY = {}
const rates = fc.double({ min: 0.1, max: 1000, noNaN: true })
/** ms between one request and the next. */
const gaps = fc.array(fc.double({ min: 0, max: 3000, noNaN: true }), { maxLength: 200 })
/** Sums of tokens are not exact. */
const ROUNDING = 1e-6

it('lets no more through in any stretch of time than two seconds and that stretch are worth', () => {
  fc.assert(
    fc.property(rates, gaps, (rate, gaps) => {
      let time = 0
      const take = createRateLimiter(() => time)
      const passed: number[] = []
      for (const gap of gaps) {
        time += gap
        if (take(KEY, rate) === 0) passed.push(time)
      }
      const burst = Math.max(1, 2 * rate)
      for (const [i, from] of passed.entries())
        for (const [j, until] of passed.entries())
          if (j >= i) expect(j - i + 1).toBeLessThanOrEqual(burst + ((until - from) / 1000) * rate + ROUNDING)
    }),
  )
})

it('never refuses who keeps to the rate', () => {
  fc.assert(
    fc.property(rates, gaps, (rate, gaps) => {
      let time = 0
      const take = createRateLimiter(() => time)
      for (const gap of gaps) {
        time += gap + (1000 / rate) * (1 + ROUNDING)
        expect(take(KEY, rate)).toBe(0)
      }
    }),
  )
})

it('lets through who waits as long as it said', () => {
  fc.assert(
    fc.property(rates, gaps, (rate, gaps) => {
      let time = 0
      const take = createRateLimiter(() => time)
      for (const gap of gaps) {
        time += gap
        const wait = take(KEY, rate)
        if (wait === 0) continue
        time += wait * (1 + ROUNDING) + ROUNDING
        expect(take(KEY, rate)).toBe(0)
      }
    }),
  )
})

it('counts each asker apart', () => {
  const take = createRateLimiter(() => 0)
  expect([take(KEY, 0.5), take({}, 0.5)]).toEqual([0, 0])
  expect(take(KEY, 0.5)).toBe(2000)
  expect(take(KEY, Number.POSITIVE_INFINITY)).toBe(0)
})
