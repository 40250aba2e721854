import { CorruptGenerationError, UnknownGenerationError } from '../../infra/errors.ts'
import type { Erasures } from '../../infra/event-log/erasures.ts'
import { inSlices } from '../../infra/in-slices.ts'
import type { Logger } from '../../infra/logging.ts'
import type { Metrics } from '../../infra/metrics.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import type { RatingStore } from '../../infra/rating-store/port.ts'
import { createInSteps } from '../../models/als/generation.ts'
import { judge } from './gate.ts'
import { currentValues, haveSameLoss, type Settings } from './hyper-parameters.ts'
import type { Outcome } from './outcome.ts'
import { epochInWords } from './progress.ts'
import { publish } from './publish.ts'
import { readProblem } from './read-problem.ts'
import type { Trained, TrainingJob } from './training.worker.ts'
import { trainInThread } from './training-thread.ts'

/** What a rebuild works with. */
export interface Rebuild extends Settings {
  readonly ratings: RatingStore
  readonly models: ModelStore
  /** Who was erased so far. */
  readonly erasures: () => Promise<Erasures>
  readonly partitions: number
  readonly maxHistory: number
  /** On which it trains. */
  readonly threads: number
  /** So many standard errors worse than the live generation a new one may be; undefined: however many. */
  readonly tolerance: number | undefined
  readonly logger: Logger
  readonly metrics: Metrics
}

/**
 * One full rebuild: reads the latest ratings from ClickHouse up to a watermark, trains in a thread of its own (warm, from the item
 * factors of the live generation, with the values that the last search chose), compares it with that one on held-out pairs,
 * publishes an immutable generation and flips the pointer, unless it is pinned or the new one is worse.
 *
 * @param report takes the progress in words
 * @param force  flip it even for a worse one
 * @returns      the id of the generation, or why there is none
 */
export async function rebuildOnce(
  role: Rebuild,
  report: (progress: string) => void,
  signal: AbortSignal,
  force = false,
): Promise<Outcome> {
  const { models, threads, logger, tolerance } = role
  const started = Date.now()
  const reading = await readProblem(role, report, signal)
  if ('skipped' in reading) return reading
  const { gathered, watermark } = reading
  const last = await models.tuning()
  const hyperParameters = currentValues(role, last)
  // From factors that another loss made training climbs so slowly that it seems to stand still.
  const live = await liveModel(models, logger)
  const isWarm = live !== undefined && haveSameLoss(live.hyperParameters, hyperParameters)
  const began = performance.now()
  const trained = await trainInThread(
    { gathered, hyperParameters, live, isWarm, threads },
    (message) => {
      if ('epoch' in message) report(epochInWords(message.epoch, (performance.now() - began) / 1000))
    },
    signal,
  )
  const { training, itemIds, figures } = trained as Trained
  const parts = {
    ...training,
    id: crypto.randomUUID(),
    createdAt: Date.now(),
    hyperParameters,
    itemIds,
    watermark,
    trainSeconds: (Date.now() - started) / 1000,
    tuning: last && haveSameLoss(last.hyperParameters, hyperParameters) ? last.tuning : undefined,
    comparison: figures && judge(figures, { tolerance, force }),
  }
  const generation = await inSlices(createInSteps(parts))
  return await publish(generation, role)
}

/**
 * Of the live generation, what a new one starts from and is compared with. One that is damaged or gone costs the warm start and
 * the comparison, not the rebuild; while the store does not answer, nothing is known, and the rebuild fails.
 */
export async function liveModel(models: ModelStore, logger: Logger): Promise<TrainingJob['live']> {
  const { active } = await models.pointer()
  if (active === undefined) return undefined
  try {
    const { id, itemIds, items, hyperParameters } = await models.load(active)
    return { id, itemIds, items, hyperParameters }
  } catch (error) {
    if (!(error instanceof CorruptGenerationError || error instanceof UnknownGenerationError)) throw error
    logger.warn(
      { err: error, generation: active },
      'the live generation could not be read; training starts cold, and is compared with nothing',
    )
    return undefined
  }
}
