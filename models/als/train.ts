import { evaluateHeldOut } from '../evaluation/evaluate.ts'
import { type Crew, createCrew } from '../linalg/crew.ts'
import { createWorkspace } from '../linalg/workspace.ts'
import { createHalfStep } from './half-step.ts'
import { initialFactors } from './initial-factors.ts'
import { isPositive } from './observations.ts'
import { placeFactors, placeRows, placeTransposed, placeZeros, takeOut, takeRows } from './placed.ts'
import type { TrainingProblem } from './problem.ts'
import type { Factors, Generation, HyperParameters, ObservationRows } from './types.ts'

/** Training ends when so many epochs in a row did not raise the held-out figure by `MIN_RISE` of itself. */
const PATIENCE = 2
const MIN_RISE = 0.01
/** With fewer held-out pairs their figure is noise, and every epoch is run. */
const MIN_PAIRS_TO_STOP_BY = 100

export interface Epoch {
  /** Counted from 1. */
  readonly epoch: number
  /** At most this many. */
  readonly epochs: number
  readonly metrics: Readonly<Record<string, number>>
}

export interface TrainingOptions {
  /** Where to start (a warm start): rows in the order of the problem's items. Drawn from the seed when left out. */
  readonly initialItems?: Factors | undefined
  readonly onEpoch?: ((epoch: Epoch) => void) | undefined
  /** Asked before every half-step. */
  readonly shouldStop?: (() => boolean) | undefined
  /** Who trains, and where; this thread alone when left out. */
  readonly crew?: Crew | undefined
}

/** What a generation has from its training. */
export type Training = Pick<
  Generation,
  'items' | 'userGramian' | 'userSample' | 'users' | 'positives' | 'ratings' | 'metrics' | 'epochsRun'
>

/**
 * Alternating least squares: an epoch solves users, then items; a last user half-step ends training. That half-step is also
 * what the held-out figure of an epoch is taken from, and the beginning of the next epoch, so measuring costs only the
 * scoring. The factors kept are those of the last epoch that raised ndcg@10 (of the very last where there is too little to
 * measure with).
 *
 * @returns undefined when `shouldStop` ended it
 * @throws NotPositiveDefiniteError when the hyper-parameters leave a row's matrix singular
 */
export function train(
  problem: TrainingProblem,
  hyperParameters: HyperParameters,
  options: TrainingOptions = {},
): Training | undefined {
  const { crew = createCrew(createWorkspace()) } = options
  return crew.briefly(() => trainWith(crew, problem, hyperParameters, options))
}

function trainWith(
  crew: Crew,
  { itemIds, byUser, heldOut, sample, ratings }: TrainingProblem,
  hyperParameters: HyperParameters,
  { initialItems, onEpoch, shouldStop = () => false }: TrainingOptions,
): Training | undefined {
  const { factors: d, epochs, seed } = hyperParameters
  const { workspace } = crew
  const userRows = placeRows(workspace, byUser)
  const itemRows = placeTransposed(workspace, byUser, itemIds.length)
  const users = placeZeros(workspace, byUser.rows, d)
  const items = placeFactors(workspace, initialItems ?? initialFactors(itemIds, d, seed))
  const { gramian, solve } = createHalfStep(crew, d, Math.max(users.rows, items.rows))
  const measured = heldOut.items.length >= MIN_PAIRS_TO_STOP_BY

  if (shouldStop()) return undefined
  let itemGramian = gramian(items)
  solve(items, itemGramian, userRows, hyperParameters, users)
  let userGramian = gramian(users)
  let best:
    | (Pick<Training, 'items' | 'userGramian' | 'userSample' | 'metrics'> & { readonly epoch: number })
    | undefined
  let epoch = 0
  while (best === undefined || (epoch < epochs && epoch - best.epoch < PATIENCE)) {
    if (shouldStop()) return undefined
    solve(users, userGramian, itemRows, hyperParameters, items)
    itemGramian = gramian(items)
    if (shouldStop()) return undefined
    solve(items, itemGramian, userRows, hyperParameters, users)
    userGramian = gramian(users)
    epoch++
    const metrics = evaluateHeldOut(users, items, byUser, heldOut, workspace)
    onEpoch?.({ epoch, epochs, metrics })
    const rose = figure(metrics) >= figure(best?.metrics) * (1 + MIN_RISE)
    if (best === undefined || rose || !measured) {
      best = {
        items: { factors: takeOut(items), gramian: itemGramian },
        userGramian,
        userSample: { userIds: sample.userIds, factors: takeRows(users, sample.rows) },
        metrics,
        epoch,
      }
    }
  }
  return {
    items: best.items,
    userGramian: best.userGramian,
    userSample: best.userSample,
    users: byUser.rows,
    positives: countPositives(itemRows),
    ratings,
    metrics: best.metrics,
    epochsRun: epoch,
  }
}

function figure(metrics: Readonly<Record<string, number>> | undefined): number {
  return metrics?.['ndcg@10'] ?? 0
}

function countPositives(observations: ObservationRows): Int32Array {
  const { rows, starts } = observations
  const positives = new Int32Array(rows)
  for (let r = 0; r < rows; r++) {
    for (let e = starts[r] as number; e < (starts[r + 1] as number); e++) {
      if (isPositive(observations, e)) (positives[r] as number)++
    }
  }
  return positives
}
