import { parentPort, workerData } from 'node:worker_threads'
import { startCrew } from '../../infra/threads.ts'
import type { GatheredRatings } from '../../models/als/gather.ts'
import { initialFactors } from '../../models/als/initial-factors.ts'
import { assembleProblem } from '../../models/als/problem.ts'
import { type Epoch, type Training, train } from '../../models/als/train.ts'
import { type TuningOptions, type TuningProgress, tune } from '../../models/als/tune.ts'
import type { Factors, HyperParameters, Tuning } from '../../models/als/types.ts'

/** What a training thread is started with. */
export interface TrainingJob {
  readonly gathered: GatheredRatings
  readonly hyperParameters: HyperParameters
  /** To start from, for the items that stand here; drawn from the seed when left out. */
  readonly warmStart?: { readonly itemIds: readonly string[]; readonly factors: Factors } | undefined
  readonly threads: number
  /** Search first, and train only with values that the search found to be better. */
  readonly tuning?: Pick<TuningOptions, 'search' | 'reach' | 'budgetMs'> | undefined
}

/** What it says: how the search goes, what it found, epochs as they end, the training. A throw is the thread's `error`. */
export type TrainingMessage =
  | { readonly progress: TuningProgress }
  | { readonly tuning: Tuning }
  | { readonly epoch: Epoch }
  | Trained

/** What came of it, and the items of its rows. */
export interface Trained {
  readonly training: Training
  readonly itemIds: readonly string[]
}

const { gathered, hyperParameters, warmStart, threads, tuning } = workerData as TrainingJob
const crew = startCrew(threads)
const say = (message: TrainingMessage): void => parentPort?.postMessage(message)
// Here, since it takes too long beside requests.
const problem = assembleProblem(gathered, hyperParameters)
const { itemIds } = problem

function search(options: NonNullable<TrainingJob['tuning']>): Tuning {
  const found = tune(problem, hyperParameters, {
    ...options,
    now: () => performance.now(),
    train: (divided, values, run) => train(divided, values, { ...run, crew }),
    onRun: (progress) => say({ progress }),
  })
  say({ tuning: found })
  return found
}

const found = tuning && search(tuning)
if (found === undefined || isBetter(found)) {
  const { regularization, unobservedWeight } = found ?? hyperParameters
  const onEpoch = (epoch: Epoch): void => say({ epoch })
  const chosen = { ...hyperParameters, regularization, unobservedWeight }
  const training = train(problem, chosen, { initialItems: warmStart && initialItems(warmStart), onEpoch, crew })
  if (training) say({ training, itemIds })
}
crew.close()

function initialItems({ itemIds: known, factors }: NonNullable<TrainingJob['warmStart']>): Factors {
  const indexOf = new Map(known.map((id, index) => [id, index]))
  return initialFactors(itemIds, hyperParameters.factors, hyperParameters.seed, { indexOf, items: { factors } })
}

function isBetter({ figure, start }: Tuning): boolean {
  return figure > start.figure
}
