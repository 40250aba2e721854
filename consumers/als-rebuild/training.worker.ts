import { parentPort, workerData } from 'node:worker_threads'
import { startCrew } from '../../infra/threads.ts'
import type { TrainingProblem } from '../../models/als/problem.ts'
import { type Epoch, type Training, train } from '../../models/als/train.ts'
import { type TuningOptions, type TuningProgress, tune } from '../../models/als/tune.ts'
import type { Factors, HyperParameters, Tuning } from '../../models/als/types.ts'

/** What a training thread is started with. */
export interface TrainingJob {
  readonly problem: TrainingProblem
  readonly hyperParameters: HyperParameters
  /** Drawn from the seed when left out. */
  readonly initialItems?: Factors | undefined
  readonly threads: number
  /** Search first, and train only with values that the search found to be better. */
  readonly tuning?: Pick<TuningOptions, 'search' | 'reach' | 'budgetMs'> | undefined
}

/** What it says: how the search goes, what it found, epochs as they end, the training. A throw is the thread's `error`. */
export type TrainingMessage =
  | { readonly progress: TuningProgress }
  | { readonly tuning: Tuning }
  | { readonly epoch: Epoch }
  | { readonly training: Training }

const { problem, hyperParameters, initialItems, threads, tuning } = workerData as TrainingJob
const crew = startCrew(threads)
const say = (message: TrainingMessage): void => parentPort?.postMessage(message)

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
  const training = train(problem, chosen, { initialItems, onEpoch, crew })
  if (training) say({ training })
}
crew.close()

function isBetter({ figure, start }: Tuning): boolean {
  return figure > start.figure
}
