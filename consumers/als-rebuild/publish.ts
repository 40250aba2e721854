import type { Erasures } from '../../infra/event-log/erasures.ts'
import type { Logger } from '../../infra/logging.ts'
import type { Metrics } from '../../infra/metrics.ts'
import { comparisonInWords, isHeldBack, whyNotServed } from '../../infra/model-store/not-served.ts'
import type { GenerationInfo, ModelStore } from '../../infra/model-store/port.ts'
import { pruneGenerations } from '../../infra/model-store/prune.ts'
import type { GenerationRow, RatingStore } from '../../infra/rating-store/port.ts'
import type { Generation } from '../../models/als/types.ts'
import type { Published } from './outcome.ts'
import { takeOutErased, withoutErasedSince } from './without-erased.ts'

interface Publisher {
  readonly ratings: Pick<RatingStore, 'recordGeneration'>
  readonly models: ModelStore
  readonly erasures: () => Promise<Erasures>
  readonly logger: Logger
  readonly metrics: Metrics
}

/**
 * Publishes a generation and flips the pointer, unless that is pinned or the generation is worse than the live one. Once the
 * pointer has moved this has succeeded: what ClickHouse notes of it, for dashboards, may fail.
 */
export async function publish(
  generation: Generation,
  { models, ratings, erasures, logger, metrics }: Publisher,
): Promise<Published> {
  const erased = await erasures().catch((error: unknown) => {
    logger.warn({ err: error }, 'who was erased still is in the samples of models')
    return undefined
  })
  // Who was erased during the training, too.
  const info = await models.publish(erased ? withoutErasedSince(generation, erased) : generation)
  const pointer = await models.pointer()
  const isServed = !pointer.pinned && !isHeldBack(info)
  if (isServed) await models.activate(info.id, false)
  const { id, itemIds, comparison, users, trainSeconds } = generation
  const note = (generation: Generation): Promise<void> =>
    ratings
      .recordGeneration(noteOf({ ...generation, items: generation.itemIds.length }))
      .catch((error: unknown) =>
        logger.warn(
          { err: error, generation: generation.id },
          'the generation is published, but not noted in ClickHouse',
        ),
      )
  await note(generation)
  await pruneGenerations(models).catch((error: unknown) =>
    logger.warn({ err: error }, 'old generations were not removed'),
  )
  if (erased)
    await takeOutErased(models, erased, note).catch((error: unknown) =>
      logger.warn({ err: error }, 'who was erased still is in the samples of older generations'),
    )
  metrics.rebuildSeconds.observe(trainSeconds)
  const remark = isServed ? forcedInWords(generation) : whyNotServed(info, pointer, undefined)
  logger[remark === undefined ? 'info' : 'warn'](
    { generation: id, ...generation.metrics, items: itemIds.length, users, seconds: trainSeconds, comparison },
    remark === undefined ? 'generation published' : `generation published; ${remark}`,
  )
  return { generation: id, isHeldBack: isHeldBack(info), remark }
}

function forcedInWords({ comparison }: Generation): string | undefined {
  return comparison?.verdict === 'forced' ? `forced: ${comparisonInWords(comparison)}` : undefined
}

/** What ClickHouse notes of a generation. */
export function noteOf({
  hyperParameters,
  tuning,
  comparison,
  ...info
}: Omit<GenerationRow, 'hyperParameters'> &
  Pick<GenerationInfo, 'hyperParameters' | 'tuning' | 'comparison'>): GenerationRow {
  const { id, createdAt, metrics, users, items, ratings, watermark, trainSeconds } = info
  return {
    ...{ id, createdAt, metrics, users, items, ratings, watermark, trainSeconds },
    hyperParameters: { ...hyperParameters, ...(tuning && { tuning }), ...(comparison && { comparison }) },
  }
}
