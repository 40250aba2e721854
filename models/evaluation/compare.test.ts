import { describe, expect, it } from 'vitest'
import { ratingsGatherer } from '../als/gather.ts'
import { assembleProblem } from '../als/problem.ts'
import { type Training, train } from '../als/train.ts'
import type { HyperParameters } from '../als/types.ts'
import { compareModels, type RankingModel } from './compare.ts'
import { isHeldOut } from './held-out.ts'
import { generateRatings } from './ratings.fixture.ts'

const hyperParameters: HyperParameters = {
  ...{ factors: 8, epochs: 4, seed: 1, unobservedWeight: 0.3, regularization: 0.01 },
  ...{ regularizationExponent: 1, positiveFrom: 4, dislikeWeight: 0 },
}
const ratings = generateRatings(900, 300, 36_000, 1)
const { measured, itemIds } = gather()

function gather(change: Partial<HyperParameters> = {}) {
  const gatherer = ratingsGatherer({ ...hyperParameters, ...change })
  gatherer.add(ratings)
  return gatherer.gathered()
}

/** A model of all that is not held out, and what the training itself measured. */
function trained(change: Partial<HyperParameters> = {}) {
  const settings = { ...hyperParameters, ...change }
  const problem = assembleProblem(gather(change), settings)
  const { items, metrics } = train(problem, settings) as Training
  return { id: 'live', itemIds: problem.itemIds, items, hyperParameters: settings, metrics }
}

/** The same model of some of its items. */
function onlyOf<M extends RankingModel>(model: M, keep: (itemId: string) => boolean): M {
  const { d, data } = model.items.factors
  const kept = model.itemIds.flatMap((itemId, index) => (keep(itemId) ? [index] : []))
  const rows = Float32Array.from(kept.flatMap((index) => [...data.subarray(index * d, (index + 1) * d)]))
  const items = { ...model.items, factors: { rows: kept.length, d, data: rows } }
  return { ...model, itemIds: kept.map((index) => model.itemIds[index] as string), items }
}

const good = trained()
const poor = trained({ factors: 1, epochs: 1, seed: 2 })
const compare = (model: RankingModel, live: typeof good) => compareModels(model, live, measured, itemIds)

describe('a model beside the live one', () => {
  it('is measured as its own training measured it: on the held-out pairs, users folded in without them', () => {
    const { figure, liveFigure, pairs, users } = compare(good, poor)
    expect(figure).toBeCloseTo(good.metrics['ndcg@100'] as number, 5)
    expect(liveFigure).toBeCloseTo(poor.metrics['ndcg@100'] as number, 5)
    expect(pairs).toBe(good.metrics.pairs)
    expect(users).toBeGreaterThan(100)
  })

  it('is as good as itself, for every user', () => {
    const { figure, liveFigure, standardError } = compare(good, good)
    expect(figure).toBe(liveFigure)
    expect(standardError).toBe(0)
  })

  it('is worse by as much as the other is better, each with its own notion of what a rating weighs', () => {
    const other = trained({ dislikeWeight: 0.5, activityExponent: 0.4 })
    for (const [one, another] of [
      [good, poor],
      [good, other],
    ] as const) {
      const [there, back] = [compare(one, another), compare(another, one)]
      expect([back.figure, back.liveFigure]).toEqual([there.liveFigure, there.figure])
      expect(back.standardError).toBeCloseTo(there.standardError, 12)
      expect(there.standardError).toBeGreaterThan(0)
    }
    expect(compare(other, good).figure).toBeCloseTo(other.metrics['ndcg@100'] as number, 5)
  })

  it('is far worse by its standard error where it has learnt nothing', () => {
    const { figure, liveFigure, standardError } = compare(poor, good)
    expect(liveFigure - figure).toBeGreaterThan(5 * standardError)
  })

  it('is measured on pairs of items that both know, ranked among these alone', () => {
    const isCommon = (itemId: string): boolean => itemId.length < 4 && itemId !== 'i0'
    const [part, otherPart] = [onlyOf(good, isCommon), onlyOf(poor, isCommon)]
    const { figure, liveFigure, pairs } = compare(good, otherPart)
    const positives = ratings.users.filter((user, n) => {
      const item = ratings.items[n] as string
      return isCommon(item) && (ratings.values[n] as number) >= 4 && isHeldOut(user, item)
    })
    expect(pairs).toBe(positives.length)
    // What the live model does not know cannot get in the way, however good it would be to recommend.
    expect(liveFigure).toBe(compare(part, otherPart).liveFigure)
    expect(figure).toBeGreaterThan(compare(good, poor).figure)
  })

  it('is not measured on users whom one of them does not know', () => {
    const isKnown = (itemId: string): boolean => itemId.endsWith('7')
    const positives = ratings.users.flatMap((user, n) => {
      const item = ratings.items[n] as string
      return isKnown(item) && (ratings.values[n] as number) >= 4 ? [{ user, isMeasured: isHeldOut(user, item) }] : []
    })
    const usersWhere = (isMeasured: boolean) =>
      new Set(positives.filter((pair) => pair.isMeasured === isMeasured).map(({ user }) => user))
    const { users } = compare(good, onlyOf(good, isKnown))
    expect(users).toBe(usersWhere(true).intersection(usersWhere(false)).size)
    expect(users).toBeLessThan(usersWhere(true).size)
    const empty = onlyOf(good, () => false)
    expect(compare(empty, good)).toMatchObject({ users: 0, pairs: 0, figure: 0, standardError: 0 })
  })
})
