import { describe, expect, it } from 'vitest'
import { generateRatings } from '../evaluation/ratings.fixture.ts'
import { problemBuilder } from './problem.ts'
import { NotPositiveDefiniteError } from './reference.ts'
import { type Training, train } from './train.ts'
import { type TuningOptions, tune } from './tune.ts'
import type { HyperParameters } from './types.ts'

const START: HyperParameters = {
  factors: 4,
  epochs: 6,
  seed: 1,
  positiveFrom: 4,
  dislikeWeight: 0,
  unobservedWeight: 0.3,
  regularization: 0.01,
  regularizationExponent: 1,
}
const RUN_MS = 1_000
const EPOCHS = 4

const problem = problemOf(200, 100, 12_000)
function problemOf(users: number, items: number, ratings: number) {
  const builder = problemBuilder(START)
  builder.add(generateRatings(users, items, ratings, 1))
  return builder.finish()
}

type Surface = (values: HyperParameters) => number
/** Decades away from the top, down to a plain. */
const topAt =
  (regularization: number, unobservedWeight: number): Surface =>
  (values) => {
    const away = Math.hypot(
      Math.log10(values.regularization / regularization),
      Math.log10(values.unobservedWeight / unobservedWeight),
    )
    return 0.1 + 0.2 / (1 + away)
  }

/** Trainings that give a figure of the surface after each epoch, and take a second. */
function onSurface(surface: Surface, change: Partial<TuningOptions> = {}, start: Partial<HyperParameters> = {}) {
  const world = { runs: [] as { values: HyperParameters; epochs: number }[], nowMs: 5_000 }
  const options: TuningOptions = {
    budgetMs: 60_000,
    now: () => world.nowMs,
    train(_, values, { onEpoch, shouldStop }) {
      const run = { values, epochs: 0 }
      world.runs.push(run)
      const metrics = { 'ndcg@100': surface(values) }
      while (run.epochs < EPOCHS) {
        if (shouldStop()) return undefined
        world.nowMs += RUN_MS / EPOCHS
        run.epochs++
        onEpoch({ epoch: run.epochs, epochs: EPOCHS, metrics })
      }
      return { metrics } as unknown as Training
    },
    ...change,
  }
  const tuning = tune(problem, { ...START, ...start }, options)
  return { tuning, world }
}

describe('tuning', () => {
  it.each([
    [0.03, 0.01],
    [0.001, 3],
    [0.1, 0.1],
    [0.01, 0.3],
  ])(
    'finds the top at λ %d, α0 %d to a quarter of a decade, in less than 40 runs',
    (regularization, unobservedWeight) => {
      const { tuning, world } = onSurface(topAt(regularization, unobservedWeight))
      expect(Math.abs(Math.log10(tuning.regularization / regularization))).toBeLessThan(0.25)
      expect(Math.abs(Math.log10(tuning.unobservedWeight / unobservedWeight))).toBeLessThan(0.25)
      expect(tuning).toMatchObject({
        search: ['regularization', 'unobservedWeight'],
        metric: 'ndcg@100',
        start: { regularization: 0.01, unobservedWeight: 0.3, figure: topAt(regularization, unobservedWeight)(START) },
        runs: world.runs.length,
        seconds: (world.nowMs - 5_000) / 1000,
        end: 'complete',
      })
      expect(tuning.figure).toBe(topAt(regularization, unobservedWeight)({ ...START, ...tuning }))
      expect(world.runs.length).toBeLessThan(40)
    },
  )

  it('makes no two runs with the same values, and changes nothing but the two', () => {
    const { world } = onSurface(topAt(0.03, 0.01))
    const tried = world.runs.map(({ values }) => `${values.regularization} ${values.unobservedWeight}`)
    expect(new Set(tried).size).toBe(tried.length)
    for (const { values } of world.runs) {
      expect({ ...values, regularization: 0.01, unobservedWeight: 0.3 }).toEqual(START)
    }
  })

  it('searches one alone where the other is given', () => {
    const { tuning, world } = onSurface(topAt(0.1, 0.01), { search: ['unobservedWeight'] })
    expect(new Set(world.runs.map(({ values }) => values.regularization))).toEqual(new Set([0.01]))
    expect(tuning).toMatchObject({ search: ['unobservedWeight'], regularization: 0.01 })
    expect(Math.abs(Math.log10(tuning.unobservedWeight / 0.01))).toBeLessThan(0.25)
  })

  it('stays near where it is told to', () => {
    const { tuning, world } = onSurface(topAt(0.02, 0.2), { reach: 'near' })
    for (const { values } of world.runs)
      expect(Math.abs(Math.log10(values.regularization / 0.01))).toBeLessThanOrEqual(1)
    expect(world.runs.length).toBeLessThan(25)
    expect(Math.abs(Math.log10(tuning.regularization / 0.02))).toBeLessThan(0.25)
  })

  it('tries nothing outside what is ever good', () => {
    const { world } = onSurface(({ regularization, unobservedWeight }) => 1 / (regularization * unobservedWeight))
    const of = (name: 'regularization' | 'unobservedWeight'): number[] => world.runs.map(({ values }) => values[name])
    expect(Math.min(...of('regularization'))).toBe(1e-4)
    expect(Math.min(...of('unobservedWeight'))).toBeGreaterThanOrEqual(1e-3)
  })

  it('keeps the values given where others are better by no more than chance', () => {
    const hardly: Surface = ({ regularization }) => (regularization > 0.02 ? 0.101 : 0.1)
    const { tuning } = onSurface(hardly)
    expect(tuning).toMatchObject({ regularization: 0.01, unobservedWeight: 0.3, figure: 0.1, start: { figure: 0.1 } })
    const clearly: Surface = ({ regularization }) => (regularization > 0.02 ? 0.12 : 0.1)
    expect(onSurface(clearly).tuning).toMatchObject({ regularization: 0.1, figure: 0.12, start: { figure: 0.1 } })
  })

  it('spends no more than its budget, and tells of what it found until then', () => {
    const { tuning, world } = onSurface(topAt(0.03, 0.01), { budgetMs: 3.5 * RUN_MS })
    expect(world.nowMs - 5_000).toBe(3.5 * RUN_MS)
    expect(tuning).toMatchObject({ end: 'budget', runs: 3, seconds: 3.5 })
    expect(tuning.figure).toBeGreaterThan(tuning.start.figure)
  })

  it('gives back the values given when not even the first run came to its end', () => {
    const { tuning } = onSurface(topAt(0.03, 0.01), { budgetMs: RUN_MS / 2 })
    expect(tuning).toMatchObject({ regularization: 0.01, unobservedWeight: 0.3, end: 'budget', runs: 0, figure: 0 })
  })

  it('ends in the middle of a run when it is told to stop', () => {
    let asked = 0
    const { tuning, world } = onSurface(topAt(0.03, 0.01), { shouldStop: () => ++asked > 7 })
    expect(tuning.end).toBe('stopped')
    expect(world.runs.at(-1)?.epochs).toBeLessThan(EPOCHS)
    expect(tuning.runs).toBe(world.runs.length - 1)
  })

  it('ends a run that is far behind, and none that is near', () => {
    const { world } = onSurface(({ unobservedWeight }) => (unobservedWeight < 0.1 ? 0.08 : 0.1))
    const epochs = (isBehind: boolean) =>
      new Set(world.runs.filter(({ values }) => values.unobservedWeight < 0.1 === isBehind).map((run) => run.epochs))
    expect(epochs(true)).toEqual(new Set([3]))
    expect(epochs(false)).toEqual(new Set([EPOCHS]))
  })

  it('takes values that leave a matrix singular for bad ones', () => {
    const surface: Surface = (values) => {
      if (values.regularization < 0.01) throw new NotPositiveDefiniteError(values)
      return topAt(0.01, 0.03)(values)
    }
    expect(onSurface(surface).tuning).toMatchObject({ regularization: 0.01, end: 'complete' })
    const broken: Surface = () => {
      throw new Error('broken')
    }
    expect(() => onSurface(broken)).toThrow('broken')
  })

  it('makes no run where too little is held out to measure with', () => {
    const options = { budgetMs: 1e9, now: () => 0, train: () => expect.unreachable() }
    expect(tune(problemOf(5, 5, 30), START, options)).toMatchObject({ runs: 0, figure: 0, regularization: 0.01 })
  })

  it('tells after every run what it would choose and what is left', () => {
    const told: string[] = []
    onSurface(topAt(0.03, 0.01), {
      budgetMs: 4 * RUN_MS,
      onRun: ({ soFar, secondsLeft }) => told.push(`${soFar.runs}: ${soFar.unobservedWeight}, ${secondsLeft} s`),
    })
    expect(told).toEqual(['1: 0.3, 3 s', '2: 0.03, 2 s', '3: 0.03, 1 s', '4: 0.03, 0.25 s'])
  })

  it('finds better values for ratings, by real trainings', () => {
    const poor = { ...START, regularization: 1, unobservedWeight: 10 }
    const tuning = tune(problem, poor, { budgetMs: 20_000, now: () => performance.now(), train })
    expect(tuning.figure).toBeGreaterThan(1.2 * tuning.start.figure)
  })
})
