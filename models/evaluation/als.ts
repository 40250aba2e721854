import { prepareFoldIn } from '../als/fold-in.ts'
import { isLiked, observationsOf, pairCode } from '../als/observations.ts'
import { placeFactors } from '../als/placed.ts'
import type { TrainingProblem } from '../als/problem.ts'
import { type Training, type TrainingOptions, train } from '../als/train.ts'
import { type TuningOptions, tune } from '../als/tune.ts'
import type { HyperParameters, Preference, Tuned } from '../als/types.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { createScorer } from '../ranking/scorer.ts'
import { type Fit, type Interactions, rowOf, type TrainingSet } from './model.ts'

/** What is chosen; the rest of the hyper-parameters comes with the data and the seed. */
export type AlsOptions = Omit<HyperParameters, 'positiveFrom' | 'topValue' | 'seed'>

type Resources = Pick<TrainingOptions, 'crew'>

/** The model that is served, asked as it is served: all epochs are run, since nothing of the training part is held out to stop by. */
export function fitAls(options: AlsOptions, resources: Resources = {}): Fit {
  return (set, seed) => {
    const hyperParameters = { ...options, ...scaleOf(set), seed }
    // Nobody stops it.
    const { items } = train(problemOf(set, hyperParameters), hyperParameters, resources) as Training
    const { factors, gramian } = items
    const workspace = createWorkspace()
    const placed = placeFactors(workspace, factors)
    const foldIn = prepareFoldIn(workspace, placed, gramian, hyperParameters)
    const scorer = createScorer(placed, { workspace })
    const bitmap = scorer.bitmap()
    const vectorOf = (history: Interactions): Float32Array => foldIn(observationsIn(history, hyperParameters))
    return {
      scores: (history, into) => scorer.scores(vectorOf(history), into),
      best(history, hidden, count) {
        for (const item of hidden) bitmap.hide(item)
        const list = scorer.topK(vectorOf(history), count, bitmap)
        for (const item of hidden) bitmap.show(item)
        return list.map(({ index }) => index)
      },
    }
  }
}

/**
 * The regularization and unobserved weight that the rebuild's own search finds, on pairs of the training set alone.
 *
 * @throws what training throws
 */
export function tuneAls(
  set: TrainingSet,
  seed: number,
  options: AlsOptions,
  search: Omit<TuningOptions, 'train'>,
  resources: Resources = {},
): Pick<AlsOptions, Tuned> {
  const hyperParameters = { ...options, ...scaleOf(set), seed }
  const { regularization, unobservedWeight } = tune(problemOf(set, hyperParameters), hyperParameters, {
    ...search,
    train: (problem, values, run) => train(problem, values, { ...resources, ...run }),
  })
  return { regularization, unobservedWeight }
}

/** The greatest value that was given is the top of the scale. */
function scaleOf({ positiveFrom, values }: TrainingSet): Pick<Preference, 'positiveFrom' | 'topValue'> {
  return { positiveFrom, topValue: values.reduce((top, value) => Math.max(top, value), positiveFrom) }
}

/** A training set as the trainer wants it: users with a positive, nothing held out. */
export function problemOf(training: TrainingSet, preference: Preference): TrainingProblem {
  const codes = new Int32Array(training.items.length)
  const starts = [0]
  let count = 0
  for (let row = 0; row < training.rows; row++) {
    const observed = codesOf(rowOf(training, row), preference)
    if (!observed.some(isLiked)) continue
    codes.set(observed, count)
    count += observed.length
    starts.push(count)
  }
  const observations = observationsOf(codes.subarray(0, count), preference, starts)
  return {
    // Dense already: only their number matters.
    itemIds: Array.from({ length: training.itemCount }, (_, item) => `${item}`),
    byUser: { rows: starts.length - 1, starts: Int32Array.from(starts), ...observations },
    heldOut: { users: new Int32Array(), starts: Int32Array.of(0), items: new Int32Array() },
    sample: { userIds: [], rows: new Int32Array() },
    ratings: training.items.length,
  }
}

const observationsIn = (history: Interactions, preference: Preference) =>
  observationsOf(Int32Array.from(codesOf(history, preference)), preference)

function codesOf({ items, values }: Interactions, preference: Preference): number[] {
  return Array.from(items, (item, n) => pairCode(item, values[n] as number, preference)).filter(
    (code) => code !== undefined,
  )
}
