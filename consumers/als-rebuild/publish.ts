import type { Logger } from '../../infra/logging.ts'
import type { Metrics } from '../../infra/metrics.ts'
import type { GenerationInfo, ModelStore } from '../../infra/model-store/port.ts'
import { pruneGenerations } from '../../infra/model-store/prune.ts'
import type { GenerationRow, RatingStore } from '../../infra/rating-store/port.ts'
import type { Generation } from '../../models/als/types.ts'

interface Publisher {
  readonly ratings: Pick<RatingStore, 'recordGeneration'>
  readonly models: ModelStore
  readonly logger: Logger
  readonly metrics: Metrics
}

/**
 * Publishes a generation and flips the pointer, unless it is pinned. Once the pointer has moved this has succeeded: what
 * ClickHouse notes of it, for dashboards, may fail.
 */
export async function publish(
  generation: Generation,
  { models, ratings, logger, metrics }: Publisher,
): Promise<{ generation: string }> {
  await models.publish(generation)
  if (!(await models.pointer()).pinned) await models.activate(generation.id, false)
  const { id, itemIds, users, trainSeconds } = generation
  await ratings
    .recordGeneration(noteOf({ ...generation, items: itemIds.length }))
    .catch((error: unknown) =>
      logger.warn({ err: error, generation: id }, 'the generation is live, but not noted in ClickHouse'),
    )
  await pruneGenerations(models).catch((error: unknown) =>
    logger.warn({ err: error }, 'old generations were not removed'),
  )
  metrics.rebuildSeconds.observe(trainSeconds)
  logger.info(
    { generation: id, ...generation.metrics, items: itemIds.length, users, seconds: trainSeconds },
    'generation published',
  )
  return { generation: id }
}

/** What ClickHouse notes of a generation. */
export function noteOf({
  hyperParameters,
  tuning,
  ...info
}: Omit<GenerationRow, 'hyperParameters'> & Pick<GenerationInfo, 'hyperParameters' | 'tuning'>): GenerationRow {
  const { id, createdAt, metrics, users, items, ratings, watermark, trainSeconds } = info
  return {
    ...{ id, createdAt, metrics, users, items, ratings, watermark, trainSeconds },
    hyperParameters: { ...hyperParameters, ...(tuning && { tuning }) },
  }
}
