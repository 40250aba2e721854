import { Worker } from 'node:worker_threads'
import type { Logger } from '../../infra/logging.ts'
import type { Metrics } from '../../infra/metrics.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import { pruneGenerations } from '../../infra/model-store/prune.ts'
import type { RatingStore } from '../../infra/rating-store/port.ts'
import { createGeneration } from '../../models/als/generation.ts'
import { initialFactors } from '../../models/als/initial-factors.ts'
import { problemBuilder, type TrainingProblem } from '../../models/als/problem.ts'
import type { Epoch, Training } from '../../models/als/train.ts'
import type { Factors, Generation, HyperParameters } from '../../models/als/types.ts'
import type { TrainingJob, TrainingMessage } from './training.worker.ts'

interface Rebuild {
  readonly ratings: RatingStore
  readonly models: ModelStore
  readonly partitions: number
  readonly hyperParameters: HyperParameters
  readonly maxHistory: number
  readonly logger: Logger
  readonly metrics: Metrics
}

/**
 * One full rebuild: reads the latest ratings from ClickHouse up to a watermark, trains in a thread of its own (warm, from the item
 * factors of the live generation), publishes an immutable generation and flips the pointer, unless it is pinned.
 *
 * @param report takes the progress in words
 * @returns      the id of the generation, or why there is none
 */
export async function rebuildOnce(
  role: Rebuild,
  report: (progress: string) => void,
  signal: AbortSignal,
): Promise<{ generation: string } | { skipped: string }> {
  const { ratings, models, partitions, hyperParameters, maxHistory, logger, metrics } = role
  const started = Date.now()
  const watermark = await ratings.watermark(partitions)
  const builder = problemBuilder(hyperParameters)
  let read = 0
  for await (const block of ratings.latestRatings(watermark, maxHistory)) {
    signal.throwIfAborted()
    builder.add(block)
    read += block.users.length
    report(`read ${read} ratings`)
  }
  const problem = builder.finish()
  if (problem.itemIds.length === 0)
    return { skipped: `no rating of ${hyperParameters.positiveFrom} or more to train on, of ${read}` }

  const previous = await liveGeneration(models, logger)
  const initialItems = initialFactors(problem.itemIds, hyperParameters.factors, hyperParameters.seed, previous)
  const training = await trainInThread(
    { problem, hyperParameters, initialItems },
    (epoch) => report(inWords(epoch)),
    signal,
  )
  const generation = createGeneration({
    ...training,
    id: crypto.randomUUID(),
    createdAt: Date.now(),
    hyperParameters,
    itemIds: problem.itemIds,
    watermark,
    trainSeconds: (Date.now() - started) / 1000,
  })
  await publish(generation, role)
  metrics.rebuildSeconds.observe((Date.now() - started) / 1000)
  logger.info(
    {
      generation: generation.id,
      ...generation.metrics,
      items: generation.itemIds.length,
      users: generation.users,
      seconds: generation.trainSeconds,
    },
    'generation published',
  )
  return { generation: generation.id }
}

/** Once the pointer has moved the rebuild has succeeded: what ClickHouse notes of it, for dashboards, may fail. */
async function publish(generation: Generation, { models, ratings, logger }: Rebuild): Promise<void> {
  await models.publish(generation)
  if (!(await models.pointer()).pinned) await models.activate(generation.id, false)
  const { id, createdAt, itemIds, metrics, users, watermark, trainSeconds } = generation
  const hyperParameters = { ...generation.hyperParameters }
  await ratings
    .recordGeneration({
      id,
      createdAt,
      hyperParameters,
      metrics,
      users,
      items: itemIds.length,
      ratings: generation.ratings,
      watermark,
      trainSeconds,
    })
    .catch((error: unknown) =>
      logger.warn({ err: error, generation: id }, 'the generation is live, but not noted in ClickHouse'),
    )
  await pruneGenerations(models).catch((error: unknown) =>
    logger.warn({ err: error }, 'old generations were not removed'),
  )
}

/** A generation that cannot be read costs the warm start, not the rebuild. */
async function liveGeneration(models: ModelStore, logger: Logger): Promise<Generation | undefined> {
  const { active } = await models.pointer()
  if (active === undefined) return undefined
  return models.load(active).catch((error: unknown) => {
    logger.warn({ err: error, generation: active }, 'the live generation could not be read; training starts cold')
    return undefined
  })
}

function trainInThread(job: TrainingJob, onEpoch: (epoch: Epoch) => void, signal: AbortSignal): Promise<Training> {
  return new Promise((resolve, reject) => {
    // It may have come while nobody listened: between reading and training.
    signal.throwIfAborted()
    const worker = new Worker(new URL('./training.worker.ts', import.meta.url), {
      workerData: job,
      transferList: buffersOf(job),
      // Its garbage is short-lived and plentiful: a small nursery costs nothing and keeps the process small.
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    })
    const stop = (): void => {
      reject(signal.reason)
      void worker.terminate()
    }
    signal.addEventListener('abort', stop, { once: true })
    worker.on('message', (message: TrainingMessage) =>
      'epoch' in message ? onEpoch(message.epoch) : resolve(message.training),
    )
    worker.on('error', reject)
    worker.on('exit', () => {
      signal.removeEventListener('abort', stop)
      reject(new Error('the training thread ended without a result'))
    })
  })
}

/** Moved to the thread, not copied: the problem is most of a rebuild's memory. */
function buffersOf({ problem, initialItems }: { problem: TrainingProblem; initialItems: Factors }): ArrayBuffer[] {
  const { byUser, heldOut } = problem
  const arrays = [
    byUser.starts,
    byUser.columns,
    byUser.weights,
    byUser.targets,
    heldOut.users,
    heldOut.starts,
    heldOut.items,
    initialItems.data,
  ]
  return [...new Set(arrays.flatMap((array) => (array ? [array.buffer as ArrayBuffer] : [])))]
}

function inWords({ epoch, epochs, metrics }: Epoch): string {
  const figure = metrics['ndcg@10']
  return `epoch ${epoch}/${epochs}${figure === undefined ? '' : `, held-out ndcg@10 ${figure.toFixed(3)}`}`
}
