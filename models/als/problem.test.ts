import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isHeldOut } from '../evaluation/held-out.ts'
import { generateRatings } from '../evaluation/ratings.fixture.ts'
import type { RatingBlock } from './gather.ts'
import { problemBuilder } from './problem.ts'

const preference = { positiveFrom: 4, dislikeWeight: 0 }
const ratings = generateRatings(40, 60, 2000, 3)

function problemOf(blocks: readonly RatingBlock[], dislikeWeight = 0) {
  const builder = problemBuilder({ ...preference, dislikeWeight })
  for (const block of blocks) builder.add(block)
  return builder.finish()
}

function slice({ users, items, values }: RatingBlock, from: number, to: number): RatingBlock {
  return { users: users.slice(from, to), items: items.slice(from, to), values: values.slice(from, to) }
}

/** "user item" of every pair that a problem trains on, or (positive) measures with. Users come as they stand in `ratings`. */
function pairsOf(problem: ReturnType<typeof problemOf>, userIds: readonly string[]) {
  const { byUser, heldOut, itemIds } = problem
  const pairs = (starts: Int32Array, columns: Int32Array, rowOf: (n: number) => number) =>
    Array.from({ length: starts.length - 1 }, (_, n) =>
      Array.from(columns.subarray(starts[n], starts[n + 1]), (column) => `${userIds[rowOf(n)]} ${itemIds[column]}`),
    ).flat()
  return {
    trained: pairs(byUser.starts, byUser.columns, (row) => row),
    measured: pairs(heldOut.starts, heldOut.items, (n) => heldOut.users[n] as number),
  }
}

describe('training problem', () => {
  it('trains on every positive but the held-out ones, and measures with those', () => {
    const problem = problemOf([ratings])
    const { trained, measured } = pairsOf(problem, [...new Set(ratings.users)])
    const positives = ratings.users.flatMap((user, i) =>
      (ratings.values[i] as number) >= 4 ? [[user, ratings.items[i] as string] as const] : [],
    )
    const named = (heldOut: boolean) =>
      positives.flatMap(([user, item]) => (isHeldOut(user, item) === heldOut ? [`${user} ${item}`] : []))
    expect(trained.toSorted()).toEqual(named(false).sort())
    expect(measured.toSorted()).toEqual(named(true).sort())
    expect(measured.length).toBeGreaterThan(0)
    expect(problem.ratings).toBe(ratings.users.length)
  })

  it('is the same however the ratings are cut into blocks', () => {
    const whole = problemOf([ratings], 0.5)
    fc.assert(
      fc.property(fc.array(fc.nat(ratings.users.length)), (cuts) => {
        const bounds = [0, ...cuts.sort((x, y) => x - y), ratings.users.length]
        const blocks = bounds.slice(1).map((to, n) => slice(ratings, bounds[n] as number, to))
        expect(problemOf(blocks, 0.5)).toEqual(whole)
      }),
      { numRuns: 20 },
    )
  })

  it('sorts items, keeps only items and users with a positive, and weighs dislikes of the kept', () => {
    const users = ['u', 'u', 'u', 'v', 'w', 'w']
    const items = ['b', 'a', 'x', 'a', 'b', 'a']
    const block = { users, items, values: Float64Array.of(5, 4, 1, 2, 5, 3) }
    expect(users.some((user, i) => isHeldOut(user, items[i] as string))).toBe(false)
    const { itemIds, byUser } = problemOf([block], 0.25)
    expect(itemIds).toEqual(['a', 'b'])
    expect(byUser.rows).toBe(2)
    expect([...byUser.starts]).toEqual([0, 2, 4])
    expect([...byUser.columns]).toEqual([0, 1, 0, 1])
    expect([...(byUser.weights ?? [])]).toEqual([1, 1, 0.25, 1])
    expect([...(byUser.targets ?? [])]).toEqual([1, 1, 0, 1])
  })

  it('measures with a bounded number of users, however many there are', () => {
    const pairs = Array.from({ length: 240_000 }, (_, n) => n)
    const users = pairs.map((n) => `u${Math.floor(n / 20)}`)
    const items = pairs.map((n) => `i${n % 20}`)
    const { heldOut, byUser } = problemOf([{ users, items, values: new Float64Array(pairs.length).fill(5) }])
    expect(heldOut.users.length).toBe(2000)
    expect(heldOut.starts[2000]).toBe(heldOut.items.length)
    // Spread over all users, not the first ones that came.
    expect(heldOut.users[1000]).toBeGreaterThan(byUser.rows * 0.45)
    expect(heldOut.users[1000]).toBeLessThan(byUser.rows * 0.55)
  })

  it('names the rows of the users it samples: everybody with a positive, where they are few', () => {
    const { byUser, sample } = problemOf([ratings], 0.5)
    const [{ users, items, values }, rows] = [ratings, new Map<string, number>()]
    users.forEach((user, i) => {
      const isTrainedOn = (values[i] as number) >= 4 && !isHeldOut(user, items[i] as string)
      if (isTrainedOn && !rows.has(user)) rows.set(user, rows.size)
    })
    expect(rows.size).toBe(byUser.rows)
    expect(sample.userIds).toEqual([...rows.keys()].sort())
    expect([...sample.rows]).toEqual(sample.userIds.map((user) => rows.get(user)))
  })

  it('of no ratings is empty', () => {
    const { itemIds, byUser, heldOut, sample, ratings: count } = problemOf([])
    expect([itemIds.length, byUser.rows, byUser.columns.length, heldOut.users.length, count]).toEqual([0, 0, 0, 0, 0])
    expect(sample).toEqual({ userIds: [], rows: new Int32Array() })
  })

  it('can be posted to a worker thread', () => {
    const problem = problemOf([ratings])
    expect(structuredClone(problem)).toEqual(problem)
  })
})
