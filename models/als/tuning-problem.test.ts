import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateRatings } from '../evaluation/ratings.fixture.ts'
import { isPositive } from './observations.ts'
import { problemBuilder, type TrainingProblem } from './problem.ts'
import { holdOutMore } from './tuning-problem.ts'

function problemOf(users: number, items: number, ratings: number, dislikeWeight = 0): TrainingProblem {
  const builder = problemBuilder({ positiveFrom: 4, dislikeWeight })
  builder.add(generateRatings(users, items, ratings, 1))
  return builder.finish()
}

/** "user item weight target" of the observed pairs, and of those that are held out. */
function pairsOf({ byUser, heldOut }: TrainingProblem) {
  const { starts, columns, weights, targets } = byUser
  const trained = Array.from({ length: byUser.rows }, (_, row) =>
    Array.from(columns.subarray(starts[row], starts[row + 1]), (column, n) => {
      const e = (starts[row] as number) + n
      return `${row} ${column} ${weights?.[e] ?? 1} ${targets?.[e] ?? 1}`
    }),
  ).flat()
  const measured = Array.from(heldOut.users, (row, n) =>
    Array.from(heldOut.items.subarray(heldOut.starts[n], heldOut.starts[n + 1]), (column) => `${row} ${column} 1 1`),
  ).flat()
  return { trained, measured }
}

describe('the problem that a search trains on', () => {
  it('holds out some of the pairs that were trained on beside those that were not, and looks at no others', () => {
    const sizes = fc.record({ users: fc.nat(40), items: fc.nat(40), ratings: fc.nat(800) })
    fc.assert(
      fc.property(sizes, fc.constantFrom(0, 0.5), fc.nat(), ({ users, items, ratings }, dislikeWeight, seed) => {
        const whole = problemOf(users + 1, items + 1, ratings, dislikeWeight)
        const divided = holdOutMore(whole, seed)
        const [before, after] = [pairsOf(whole), pairsOf(divided)]
        expect(new Set([...after.trained, ...after.measured]).size).toBe(after.trained.length + after.measured.length)
        expect(new Set([...before.trained, ...before.measured])).toEqual(
          new Set([...before.trained, ...before.measured, ...after.trained, ...after.measured]),
        )
        // Dislikes stay, and so do the numbers of users and items.
        const dislikes = (pairs: readonly string[]): string[] => pairs.filter((pair) => pair.endsWith(' 0'))
        expect(dislikes(after.trained)).toEqual(dislikes(before.trained))
        expect([divided.byUser.rows, divided.itemIds]).toEqual([whole.byUser.rows, whole.itemIds])
      }),
    )
  })

  it('holds out a fifth of the positives where there are few, else 3,000', () => {
    for (const [users, expected] of [
      [100, 0.2 * 100 * 100],
      [400, 3000],
    ] as const) {
      const { trained, measured } = pairsOf(holdOutMore(problemOfPositives(users, 100), 7))
      expect(trained.length + measured.length).toBe(users * 100)
      expect(Math.abs(measured.length / expected - 1)).toBeLessThan(0.1)
    }
  })

  it('is the one given where enough is held out already', () => {
    const large = problemOfPositives(2000, 100)
    expect(large.heldOut.items.length).toBeGreaterThan(3000)
    expect(holdOutMore(large, 1)).toBe(large)
  })

  it('draws the same pairs for the same seed, and others for another', () => {
    const problem = problemOf(60, 50, 2_000)
    expect(holdOutMore(problem, 1)).toEqual(holdOutMore(problem, 1))
    expect(holdOutMore(problem, 1).heldOut).not.toEqual(holdOutMore(problem, 2).heldOut)
  })

  it('measures only with users and items that still have a positive', () => {
    const builder = problemBuilder({ positiveFrom: 4, dislikeWeight: 0 })
    const pairs = Array.from({ length: 600 }, (_, n) => n)
    // Every user has one item to itself.
    builder.add({
      users: pairs.map((n) => `u${n}`),
      items: pairs.map((n) => `i${n}`),
      values: new Float64Array(600).fill(5),
    })
    const problem = builder.finish()
    const { byUser, heldOut } = holdOutMore(problem, 1)
    expect(byUser.columns.length).toBeLessThan(problem.byUser.columns.length)
    expect(byUser.columns.every((_, e) => isPositive(byUser, e))).toBe(true)
    expect(heldOut.items).toHaveLength(0)
  })
})

/** Users who like every item. */
function problemOfPositives(users: number, items: number): TrainingProblem {
  const builder = problemBuilder({ positiveFrom: 4, dislikeWeight: 0 })
  const pairs = Array.from({ length: users * items }, (_, n) => n)
  builder.add({
    users: pairs.map((n) => `u${Math.floor(n / items)}`),
    items: pairs.map((n) => `i${n % items}`),
    values: new Float64Array(pairs.length).fill(5),
  })
  return builder.finish()
}
