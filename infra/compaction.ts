import { existsSync } from 'node:fs'
import { noteOf } from '../consumers/als-rebuild/publish.ts'
import { takeOutErased } from '../consumers/als-rebuild/without-erased.ts'
import { findErasures, hasErasedBytes } from '../consumers/find-erasures.ts'
import type { RatingScale } from '../models/events/types.ts'
import type { Config } from './config/settings.ts'
import { counted } from './counted.ts'
import type { DataFolder } from './data-folder.ts'
import { messageOf } from './errors.ts'
import type { LastErasure } from './event-log/erased-records.ts'
import { readErasures } from './event-log/erasures.ts'
import { hideInRejects } from './hide-in-rejects.ts'
import type { Logger } from './logging.ts'
import type { RatingStore } from './rating-store/port.ts'
import { type Compacted, compactStores } from './renewed-stores.ts'
import { openEventLog, openStores } from './wiring.ts'

interface Compaction extends Compacted {
  /** Whose events went. */
  readonly users: number
  /** Erasures that a consumer has not met yet: their events stay until it has. */
  readonly ahead: number
}

/**
 * Removes all that is left of who was erased: their records from the log, what lmdb keeps of removed records, rows that ClickHouse has
 * only marked, users in the samples of models and among lines that could not be imported. The log goes last: until it has, it tells that this is to be done. Nobody may have the
 * folder open. Broken off at any moment, it can be run again.
 */
export async function compact(config: Config, folder: DataFolder, logger: Logger): Promise<Compaction> {
  const { erased, ahead } = await prepare(config, folder, logger)
  await hideInRejects(folder.at('imports'), [...erased.keys()])
  const compacted = await compactStores(config, folder, (userId) => erased.get(userId))
  return { ...compacted, users: erased.size, ahead }
}

/** What can be done while the stores are open. @returns the erasures that every store has gone through */
async function prepare(config: Config, folder: DataFolder, logger: Logger) {
  const stores = await openStores(config, { folder, scale: {}, withRatings: true, logger })
  try {
    const { log, state, models } = stores
    const ratings = stores.ratings as RatingStore
    const { partitions } = log.identity
    const sunk = await ratings.watermark(partitions)
    const states = await Promise.all(Array.from({ length: partitions }, (_, partition) => state.offsets(partition)))
    let ahead = 0
    const erased: ReadonlyMap<string, LastErasure> = await findErasures(log, ({ partition, offset }) => {
      const isDone = offset < (sunk[partition] ?? 0) && offset <= (states[partition]?.applied ?? -1)
      if (!isDone) ahead++
      return isDone
    })
    await ratings.purge()
    await takeOutErased(models, await readErasures(log), (generation) =>
      ratings.recordGeneration(noteOf({ ...generation, items: generation.itemIds.length })),
    )
    return { erased, ahead }
  } finally {
    await stores.close()
  }
}

/**
 * Before the stores are opened: compacts them where somebody was erased whose bytes are there. A failure waits for the next start.
 * @param options.scale  as it is given to those: a log that is not founded yet is, with it
 */
export async function compactIfDue(
  config: Config,
  folder: DataFolder,
  { scale, logger }: { scale: Partial<RatingScale>; logger: Logger },
): Promise<void> {
  if (config.EVENT_LOG_URL !== 'embedded:' || !existsSync(folder.at('log'))) return
  const log = await openEventLog(config, { folder, scale, logger })
  const isDue = await readErasures(log)
    .then((erasures) => hasErasedBytes(log, erasures))
    .finally(() => log.close())
  if (!isDue) return
  const began = performance.now()
  console.log('removing the bytes of erased users from the data folder, then it starts')
  try {
    const { users, records } = await compact(config, folder, logger)
    if (users > 0)
      console.log(
        `removed ${counted(records, 'record')} of ${counted(users, 'erased user')} from the data folder, ${((performance.now() - began) / 1000).toFixed(1)} s`,
      )
  } catch (error) {
    logger.warn(
      { err: error },
      `who was erased still has bytes in the data folder (${messageOf(error)}); the next start tries again`,
    )
  }
}
