import { parentPort, workerData } from 'node:worker_threads'
import type { TrainingProblem } from '../../models/als/problem.ts'
import { type Epoch, type Training, train } from '../../models/als/train.ts'
import type { Factors, HyperParameters } from '../../models/als/types.ts'

/** What a training thread is started with. */
export interface TrainingJob {
  readonly problem: TrainingProblem
  readonly hyperParameters: HyperParameters
  readonly initialItems: Factors
}

/** What it says: epochs as they end, then the training. A throw is the thread's `error`. */
export type TrainingMessage = { readonly epoch: Epoch } | { readonly training: Training }

const { problem, hyperParameters, initialItems } = workerData as TrainingJob
const say = (message: TrainingMessage): void => parentPort?.postMessage(message)
const training = train(problem, hyperParameters, { initialItems, onEpoch: (epoch) => say({ epoch }) })
if (training) say({ training })
