import { rm } from 'node:fs/promises'
import { inside, isEmbedded, openRatings, openState } from './adapters.ts'
import { bindRatings, bindState } from './binding.ts'
import type { Config } from './config/settings.ts'
import type { DataFolder } from './data-folder.ts'
import type { LastErasure } from './event-log/erased-records.ts'
import type { EventLog } from './event-log/port.ts'
import type { Logger } from './logging.ts'
import type { RatingStore } from './rating-store/port.ts'
import type { UserState } from './user-state/port.ts'
import type { Opening } from './wiring.ts'

// Stores that are emptied, or written anew, while nobody has them open.

/**
 * The user state, emptied, whatever stood there, be it damaged: its updater is to start from the beginning of the log.
 * @throws ConfigError when it belongs to another log, and is left as it is; UnavailableError when it does not answer
 */
export async function openEmptyState(config: Config, log: EventLog, opening: Opening): Promise<UserState> {
  const url = config.USER_STATE_URL
  if (isEmbedded(url)) {
    await rm(inside(opening.folder, 'state'), { recursive: true, force: true })
    const state = await openState(url, opening.folder, opening.logger)
    return orClosed(state, () => bindState(log, state))
  }
  const state = await (await import('./user-state/redis.ts')).openRedisUserState(url, opening)
  return orClosed(state, async () => {
    await bindState(log, state, { orFormer: true })
    await state.reset()
    await bindState(log, state)
  })
}

/** The same of the rating store and its sink. Published generations stay listed on a server; in the folder they go too. */
export async function openEmptyRatings(config: Config, log: EventLog, opening: Opening): Promise<RatingStore> {
  const url = config.RATING_STORE_URL
  if (isEmbedded(url)) {
    await rm(inside(opening.folder, 'clickhouse'), { recursive: true, force: true })
    const ratings = await openRatings(url, opening.folder)
    return orClosed(ratings, () => bindRatings(log, ratings))
  }
  const ratings = await (await import('./rating-store/clickhouse.ts')).openHttpRatingStore(url)
  return orClosed(ratings, async () => {
    await bindRatings(log, ratings, { orFormer: true })
    await ratings.reset()
    await bindRatings(log, ratings)
  })
}

export interface Compacted {
  /** Records that went from the log. */
  readonly records: number
  /** Of the log and the user state, as far as they are embedded. */
  readonly bytes: { readonly before: number; readonly after: number }
}

/**
 * Writes the embedded user state and then the embedded log anew, without what was removed from them and without the records of who
 * was erased after them. Nobody may have them open; broken off at any moment, it can be done again.
 * @param last  a user's last erasure
 * @throws UnavailableError when the disk is full: then what stood there stands
 */
export async function compactStores(
  config: Config,
  folder: DataFolder,
  last: (userId: string) => LastErasure | undefined,
): Promise<Compacted> {
  const bytes = { before: 0, after: 0 }
  const add = (some: Compacted['bytes']): void => {
    bytes.before += some.before
    bytes.after += some.after
  }
  await sweepModels(config, folder)
  if (isEmbedded(config.USER_STATE_URL))
    add(await (await import('./user-state/compact-embedded.ts')).compactEmbeddedState(inside(folder, 'state')))
  const { compactEmbeddedLog } = await import('./event-log/compact-embedded.ts')
  const log = await compactEmbeddedLog(inside(folder, 'log'), last)
  add(log.bytes)
  return { records: log.records, bytes }
}

/** Removes what a kill left of models that are listed nowhere: whoever was erased may be among their samples. */
async function sweepModels(config: Config, folder: DataFolder): Promise<void> {
  if (!isEmbedded(config.MODEL_STORE_URL)) return
  await (await import('./model-store/folder.ts')).sweep(inside(folder, 'models'), 0)
}

/**
 * Makes another log of the one that stands there: the same records without those of who was erased, under an identity that no store
 * knows, which are to be filled anew from it.
 * @param last  a user's last erasure
 * @returns how many records went
 * @throws UnavailableError when it could not be finished; ConfigError while anybody uses it. It is as it was then.
 */
export async function rewriteEventLog(
  config: Config,
  { folder, logger }: Pick<Opening, 'folder' | 'logger'>,
  last: (userId: string) => LastErasure | undefined,
): Promise<{ records: number }> {
  if (folder !== undefined) await sweepModels(config, folder)
  if (isEmbedded(config.EVENT_LOG_URL))
    return (await import('./event-log/compact-embedded.ts')).compactEmbeddedLog(inside(folder, 'log'), last, true)
  return (await import('./event-log/rewrite-kafka.ts')).rewriteKafkaLog(config.EVENT_LOG_URL, last, logger)
}

/** Whether one of the stores was filled before the log was rewritten, and not emptied since. */
export async function hasFormerStore(config: Config, log: EventLog, { folder, logger }: Opening): Promise<boolean> {
  if (log.former.length === 0) return false
  const openings = [
    () => openState(config.USER_STATE_URL, folder, logger),
    () => openRatings(config.RATING_STORE_URL, folder),
  ]
  for (const open of openings) {
    const store = await open()
    const bound = await store.bind(log.identity).finally(() => store.close())
    if (log.former.some(({ id }) => id === bound.id)) return true
  }
  return false
}

/** Removes the topics that a rewritten log was before. */
export async function removeFormerLog(config: Config, logger: Logger): Promise<void> {
  if (isEmbedded(config.EVENT_LOG_URL)) return
  await (await import('./event-log/rewrite-kafka.ts')).removeFormerTopics(config.EVENT_LOG_URL, logger)
}

/** Has services that hold users write their files anew, without what was removed. @throws UnavailableError where one does not */
export async function forgetRemoved(config: Config, logger: Logger): Promise<void> {
  const urls = [config.USER_STATE_URL, config.MODEL_STORE_URL].filter((url) => url.startsWith('redis'))
  for (const url of new Set(urls))
    await (await import('./user-state/renew-redis-files.ts')).renewRedisFiles(url, logger)
}

/** The store, once `prepare` is done with it; closed, if that fails. */
async function orClosed<T extends { close(): Promise<void> }>(store: T, prepare: () => Promise<void>): Promise<T> {
  try {
    await prepare()
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}
