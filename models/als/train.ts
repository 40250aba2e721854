import { evaluateHeldOut } from '../evaluation/evaluate.ts'
import { gramian } from '../linalg/gramian.ts'
import { halfStep } from './half-step.ts'
import { initialFactors } from './initial-factors.ts'
import { transpose } from './observations.ts'
import type { TrainingProblem } from './problem.ts'
import type { Factors, FixedSide, Generation, HyperParameters, ObservationRows } from './types.ts'

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
}

/** What a generation has from its training. */
export type Training = Pick<
  Generation,
  'items' | 'userGramian' | 'users' | 'positives' | 'ratings' | 'metrics' | 'epochsRun'
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
  { itemIds, byUser, heldOut, ratings }: TrainingProblem,
  hyperParameters: HyperParameters,
  { initialItems, onEpoch, shouldStop = () => false }: TrainingOptions = {},
): Training | undefined {
  const { factors: d, epochs, seed } = hyperParameters
  const byItem = transpose(byUser, itemIds.length)
  const measured = heldOut.items.length >= MIN_PAIRS_TO_STOP_BY

  if (shouldStop()) return undefined
  let users = fixed(halfStep(fixed(initialItems ?? initialFactors(itemIds, d, seed)), byUser, hyperParameters))
  let best: { users: FixedSide; items: FixedSide; metrics: Record<string, number>; epoch: number } | undefined
  let epoch = 0
  while (best === undefined || (epoch < epochs && epoch - best.epoch < PATIENCE)) {
    if (shouldStop()) return undefined
    const items = fixed(halfStep(users, byItem, hyperParameters))
    if (shouldStop()) return undefined
    users = fixed(halfStep(items, byUser, hyperParameters))
    epoch++
    const metrics = evaluateHeldOut(users.factors, items.factors, byUser, heldOut)
    onEpoch?.({ epoch, epochs, metrics })
    const rose = figure(metrics) >= figure(best?.metrics) * (1 + MIN_RISE)
    if (best === undefined || rose || !measured) best = { users, items, metrics, epoch }
  }
  return {
    items: best.items,
    userGramian: best.users.gramian,
    users: byUser.rows,
    positives: countPositives(byItem),
    ratings,
    metrics: best.metrics,
    epochsRun: epoch,
  }
}

function fixed(factors: Factors): FixedSide {
  return { factors, gramian: gramian(factors) }
}

function figure(metrics: Readonly<Record<string, number>> | undefined): number {
  return metrics?.['ndcg@10'] ?? 0
}

function countPositives({ rows, starts, targets }: ObservationRows): Int32Array {
  const positives = new Int32Array(rows)
  for (let r = 0; r < rows; r++) {
    for (let e = starts[r] as number; e < (starts[r + 1] as number); e++) {
      if ((targets[e] as number) > 0) (positives[r] as number)++
    }
  }
  return positives
}
