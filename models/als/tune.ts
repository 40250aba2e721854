import { type Point, patternSearch } from './pattern-search.ts'
import type { TrainingProblem } from './problem.ts'
import { NotPositiveDefiniteError } from './reference.ts'
import type { Epoch, Training } from './train.ts'
import { holdOutMore } from './tuning-problem.ts'
import type { HyperParameters, Tuned, Tuning } from './types.ts'

/** All that can be searched. */
export const TUNED: readonly Tuned[] = ['regularization', 'unobservedWeight']

/** The figure that chooses: its sampling error is half of ndcg@10's, and it chooses at least as well for ndcg@10. */
const METRIC = 'ndcg@100'
/** Nothing is tried outside. */
const RANGE: Readonly<Record<Tuned, readonly [least: number, greatest: number]>> = {
  regularization: [1e-4, 1],
  unobservedWeight: [1e-3, 10],
}
/** The grid is one of quarter decades: steps of a decade, a half and a quarter of one. */
const STEPS_A_DECADE = 4
const STEPS = { wide: [4, 2, 1], near: [2, 1] } as const
/** A run ends that has not come as near as this to the best one by the same epoch, once epochs tell. */
const FAR_BEHIND = 0.85
const TELLING_EPOCH = 3
/** Where fewer are held out their figure is noise. */
const MIN_PAIRS = 100

export interface TuningProgress {
  /** What would be chosen now. */
  readonly soFar: Tuning
  /** What is left of the budget. */
  readonly secondsLeft: number
}

export interface TuningOptions {
  /** Which are searched; the other stays as it is. Both when left out. */
  readonly search?: readonly Tuned[] | undefined
  /** 'wide' (when left out) goes by decades first; 'near' looks around the values given, in finer steps only. */
  readonly reach?: 'wide' | 'near' | undefined
  /** No run goes on past this. */
  readonly budgetMs: number
  /** ms since whenever */
  readonly now: () => number
  /** Makes one run: `train` (train.ts), on the threads that are to be had. */
  readonly train: (
    problem: TrainingProblem,
    hyperParameters: HyperParameters,
    options: { readonly onEpoch: (epoch: Epoch) => void; readonly shouldStop: () => boolean },
  ) => Training | undefined
  /** Told after every run. */
  readonly onRun?: ((progress: TuningProgress) => void) | undefined
  /** Asked before every half-step: ends the search with what it has found. */
  readonly shouldStop?: (() => boolean) | undefined
}

type Values = Readonly<Record<Tuned, number>>

interface Run {
  readonly values: Values
  readonly figure: number
  /** After each epoch. */
  readonly curve: readonly number[]
}

/**
 * Searches λ and α0 by trainings that are judged on held-out pairs: those of the problem, and as many more of its positives as
 * are needed (tuning-problem.ts), the same for every run. Begins at the values of `hyperParameters`, which are given up only
 * for clearly better ones: by more than the figure's sampling error.
 *
 * @returns the values to train with; the ones given where too little is held out, or time was up before the first run's end
 * @throws what `train` throws, but for hyper-parameters that leave a matrix singular: a run with them is a bad one
 */
export function tune(problem: TrainingProblem, hyperParameters: HyperParameters, options: TuningOptions): Tuning {
  const { search = TUNED, reach = 'wide', budgetMs, now } = options
  const began = now()
  const divided = holdOutMore(problem, hyperParameters.seed)
  const pairs = divided.heldOut.items.length
  let end: Tuning['end'] = 'complete'
  let runs = 0
  let start: Run = { values: valuesAt(search.map(() => 0)), figure: 0, curve: [] }
  let best = start

  function isOver(): boolean {
    if (options.shouldStop?.()) end = 'stopped'
    else if (now() - began >= budgetMs) end = 'budget'
    return end !== 'complete'
  }

  function valuesAt(point: Point): Values {
    const { regularization, unobservedWeight } = hyperParameters
    const values = { regularization, unobservedWeight }
    search.forEach((name, axis) => {
      const steps = point[axis] as number
      if (steps !== 0) values[name] = twoDigits(values[name] * 10 ** (steps / STEPS_A_DECADE))
    })
    return values
  }

  function isAllowed(point: Point): boolean {
    const values = valuesAt(point)
    return search.every((name) => RANGE[name][0] <= values[name] && values[name] <= RANGE[name][1])
  }

  /** @returns undefined where time was up before the run's end */
  function figureAt(point: Point): number | undefined {
    const run = isOver() ? undefined : runWith(valuesAt(point))
    if (run === undefined) return undefined
    if (runs++ === 0) start = run
    if (run.figure > best.figure) best = run
    options.onRun?.({ soFar: soFar(), secondsLeft: Math.max(0, budgetMs - (now() - began)) / 1000 })
    return run.figure
  }

  function runWith(values: Values): Run | undefined {
    const curve: number[] = []
    const onEpoch = ({ metrics }: Epoch): void => void curve.push(metrics[METRIC] as number)
    const shouldStop = (): boolean => isFarBehind(curve, best.curve) || isOver()
    try {
      const training = options.train(divided, { ...hyperParameters, ...values }, { onEpoch, shouldStop })
      if (training !== undefined) return { values, figure: training.metrics[METRIC] as number, curve }
      return isFarBehind(curve, best.curve) ? { values, figure: Math.max(...curve), curve } : undefined
    } catch (error) {
      if (error instanceof NotPositiveDefiniteError) return { values, figure: 0, curve }
      throw error
    }
  }

  function soFar(): Tuning {
    const chosen = best.figure > start.figure * (1 + 1 / Math.sqrt(pairs)) ? best : start
    const seconds = Math.round(now() - began) / 1000
    return {
      ...chosen.values,
      search,
      metric: METRIC,
      figure: chosen.figure,
      start: { ...start.values, figure: start.figure },
      ...{ runs, pairs, seconds, end },
    }
  }

  if (pairs >= MIN_PAIRS)
    patternSearch(
      search.map(() => 0),
      { steps: STEPS[reach], isAllowed, evaluate: figureAt },
    )
  return soFar()
}

function isFarBehind(curve: readonly number[], best: readonly number[]): boolean {
  const epoch = Math.min(curve.length, best.length)
  return curve.length >= TELLING_EPOCH && (curve.at(-1) as number) < FAR_BEHIND * (best[epoch - 1] ?? 0)
}

const twoDigits = (value: number): number => Number(value.toPrecision(2))
