import { parentPort, workerData } from 'node:worker_threads'
import { startCrew } from '../../infra/threads.ts'
import type { GatheredRatings } from '../../models/als/gather.ts'
import { initialFactors } from '../../models/als/initial-factors.ts'
import { assembleProblem } from '../../models/als/problem.ts'
import { type Epoch, type Training, train } from '../../models/als/train.ts'
import { type TuningOptions, type TuningProgress, tune } from '../../models/als/tune.ts'
import type { Factors, HyperParameters, PairedFigures, Tuning } from '../../models/als/types.ts'
import { compareModels, type RankingModel } from '../../models/evaluation/compare.ts'

/** What a training thread is started with. */
export interface TrainingJob {
  readonly gathered: GatheredRatings
  readonly hyperParameters: HyperParameters
  /** With which the new model is compared, if there is one. */
  readonly live?: (RankingModel & { readonly id: string }) | undefined
  /** To start from the factors of the live one, for the items that it knows; else they are drawn from the seed. */
  readonly isWarm: boolean
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
  /** Beside the live model. */
  readonly figures?: PairedFigures | undefined
}

const { gathered, hyperParameters, live, isWarm, threads, tuning } = workerData as TrainingJob
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
  const initialItems = isWarm && live ? warmItems(live) : undefined
  const training = train(problem, chosen, { initialItems, onEpoch, crew })
  if (training) {
    const model = { itemIds, items: training.items, hyperParameters: chosen }
    const figures = live && compareModels(model, live, gathered.measured, gathered.itemIds)
    say({ training, itemIds, figures })
  }
}
crew.close()

function warmItems({ itemIds: known, items }: RankingModel): Factors {
  const indexOf = new Map(known.map((id, index) => [id, index]))
  return initialFactors(itemIds, hyperParameters.factors, hyperParameters.seed, { indexOf, items })
}

function isBetter({ figure, start }: Tuning): boolean {
  return figure > start.figure
}
