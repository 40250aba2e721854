import { inSlices } from '../../infra/in-slices.ts'
import type { Logger } from '../../infra/logging.ts'
import type { Metrics } from '../../infra/metrics.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import type { RatingStore } from '../../infra/rating-store/port.ts'
import { createInSteps } from '../../models/als/generation.ts'
import type { Generation } from '../../models/als/types.ts'
import { currentValues, haveSameLoss, type Settings } from './hyper-parameters.ts'
import { epochInWords } from './progress.ts'
import { publish } from './publish.ts'
import { readProblem } from './read-problem.ts'
import type { Trained } from './training.worker.ts'
import { trainInThread } from './training-thread.ts'

/** What a rebuild works with. */
export interface Rebuild extends Settings {
  readonly ratings: RatingStore
  readonly models: ModelStore
  readonly partitions: number
  readonly maxHistory: number
  /** On which it trains. */
  readonly threads: number
  readonly logger: Logger
  readonly metrics: Metrics
}

export type Outcome = { readonly generation: string } | { readonly skipped: string }

/**
 * One full rebuild: reads the latest ratings from ClickHouse up to a watermark, trains in a thread of its own (warm, from the item
 * factors of the live generation, with the values that the last search chose), publishes an immutable generation and flips the
 * pointer, unless it is pinned.
 *
 * @param report takes the progress in words
 * @returns      the id of the generation, or why there is none
 */
export async function rebuildOnce(
  role: Rebuild,
  report: (progress: string) => void,
  signal: AbortSignal,
): Promise<Outcome> {
  const { models, threads, logger } = role
  const started = Date.now()
  const reading = await readProblem(role, report, signal)
  if ('skipped' in reading) return reading
  const { gathered, watermark } = reading
  const last = await models.tuning()
  const hyperParameters = currentValues(role, last)
  // From factors that another loss made training climbs so slowly that it seems to stand still.
  const live = await liveGeneration(models, logger)
  const previous = live && haveSameLoss(live.hyperParameters, hyperParameters) ? live : undefined
  const warmStart = previous && { itemIds: previous.itemIds, factors: previous.items.factors }
  const began = performance.now()
  const trained = await trainInThread(
    { gathered, hyperParameters, warmStart, threads },
    (message) => {
      if ('epoch' in message) report(epochInWords(message.epoch, (performance.now() - began) / 1000))
    },
    signal,
  )
  const { training, itemIds } = trained as Trained
  const parts = {
    ...training,
    id: crypto.randomUUID(),
    createdAt: Date.now(),
    hyperParameters,
    itemIds,
    watermark,
    trainSeconds: (Date.now() - started) / 1000,
    tuning: last && haveSameLoss(last.hyperParameters, hyperParameters) ? last.tuning : undefined,
  }
  const generation = await inSlices(createInSteps(parts))
  return await publish(generation, role)
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
