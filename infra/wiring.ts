import { rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { RatingScale } from '../models/events/types.ts'
import type { Analytics } from './analytics/port.ts'
import { bindRatings, bindState, bindStores } from './binding.ts'
import type { Config } from './config.ts'
import type { DataFolder } from './data-folder.ts'
import { ConfigError } from './errors.ts'
import type { LastErasure } from './event-log/erased-records.ts'
import type { EventLog } from './event-log/port.ts'
import type { HotCopy } from './hot-copy.ts'
import type { Logger } from './logging.ts'
import type { ModelStore } from './model-store/port.ts'
import type { AnalysedRatingStore } from './rating-store/clickhouse.ts'
import type { RatingStore } from './rating-store/port.ts'
import type { SqlPort } from './rating-store/sql-port/open.ts'
import type { UserState } from './user-state/port.ts'

/** The four ports, opened. `ratings` is there only for roles that need it: a gateway does not wait for ClickHouse. */
export interface Stores {
  readonly log: EventLog
  readonly state: UserState
  readonly models: ModelStore
  readonly ratings: RatingStore | undefined
  /** Views and charts of the rating store. Without `ratings` it is connected to when it is asked; undefined: it is not open, and embedded. */
  readonly analytics: Analytics | undefined
  /** Those of the data folder but for ClickHouse, by the part of it that they lie in. */
  readonly copies: Readonly<Partial<Record<'log' | 'state' | 'models', HotCopy>>>
  close(): Promise<void>
}

interface Opening {
  /** Where embedded stores live. */
  readonly folder: DataFolder | undefined
  /** What is asked for: a new log is founded with it, an old one must have it. */
  readonly scale: Partial<RatingScale>
  readonly logger: Logger
}

const DEFAULT_SCALE: RatingScale = { min: 0.5, max: 5, positiveFrom: 4 }

/** The scale that is asked for: by hand, else by the dataset's reader. What nobody asked for is left open. */
export function askedScale(config: Config, declared?: RatingScale): Partial<RatingScale> {
  const byHand = config.POSITIVE_FROM === undefined ? {} : { positiveFrom: config.POSITIVE_FROM }
  return { ...declared, ...config.RATING_SCALE, ...byHand }
}

/**
 * Opens the four stores by the schemes of their URLs: the only place where an adapter is chosen.
 * @throws ConfigError when they do not belong together or to this configuration, UnavailableError when one does not answer
 */
export async function openStores(
  config: Config,
  options: Opening & { readonly withRatings: boolean },
): Promise<Stores> {
  const opened: { close(): Promise<void> }[] = []
  const keep = <T extends { close(): Promise<void> }>(store: T): T => {
    opened.push(store)
    return store
  }
  const close = async (): Promise<void> => {
    for (const store of opened.toReversed()) await store.close()
  }
  const { folder, logger } = options
  try {
    const log = keep(await openEventLog(config, options))
    const state = keep(await openState(config.USER_STATE_URL, folder, logger))
    const ratings = options.withRatings ? keep(await openRatings(config.RATING_STORE_URL, folder)) : undefined
    const analytics = ratings?.analytics ?? (await openAnalytics(config.RATING_STORE_URL, keep))
    await bindStores(log, state, ratings)
    const models = keep(await openModels(config.MODEL_STORE_URL, folder))
    const isEmbedded = (url: string): boolean => url === 'embedded:'
    const copies = {
      ...(isEmbedded(config.EVENT_LOG_URL) && isHotCopy(log) && { log }),
      ...(isEmbedded(config.USER_STATE_URL) && isHotCopy(state) && { state }),
      ...(isEmbedded(config.MODEL_STORE_URL) && isHotCopy(models) && { models }),
    }
    return { log, state, models, ratings, analytics, copies, close }
  } catch (error) {
    await close()
    throw error
  }
}

/**
 * The user state, emptied, whatever stood there, be it damaged: its updater is to start from the beginning of the log.
 * @throws ConfigError when it belongs to another log, and is left as it is; UnavailableError when it does not answer
 */
export async function openEmptyState(config: Config, log: EventLog, opening: Opening): Promise<UserState> {
  const url = config.USER_STATE_URL
  if (url === 'embedded:') {
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
  if (url === 'embedded:') {
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
  if (config.USER_STATE_URL === 'embedded:')
    add(await (await import('./user-state/compact-embedded.ts')).compactEmbeddedState(inside(folder, 'state')))
  const { compactEmbeddedLog } = await import('./event-log/compact-embedded.ts')
  const log = await compactEmbeddedLog(inside(folder, 'log'), last)
  add(log.bytes)
  return { records: log.records, bytes }
}

/** Removes what a kill left of models that are listed nowhere: whoever was erased may be among their samples. */
async function sweepModels(config: Config, folder: DataFolder): Promise<void> {
  if (config.MODEL_STORE_URL !== 'embedded:') return
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
  if (config.EVENT_LOG_URL === 'embedded:')
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
  if (config.EVENT_LOG_URL === 'embedded:') return
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

/** The model store alone. @throws UnavailableError when it does not answer */
export const openModelStore = (config: Config, { folder }: Pick<Opening, 'folder'>): Promise<ModelStore> =>
  openModels(config.MODEL_STORE_URL, folder)

const isHotCopy = (store: object): store is HotCopy => 'copyTo' in store

const inside = (folder: DataFolder | undefined, part: string): string => {
  if (folder === undefined) throw new Error('an embedded store needs a data folder')
  return folder.at(part)
}

/** The event log alone, as an import needs it. @throws ConfigError when it was founded for another scale, UnavailableError */
export async function openEventLog(config: Config, { folder, scale, logger }: Opening): Promise<EventLog> {
  const log = await openLog(config.EVENT_LOG_URL, folder, foundingScale(scale), logger)
  try {
    checkScale(scale, log.identity.scale)
    return log
  } catch (error) {
    await log.close()
    throw error
  }
}

// An adapter is loaded when its scheme is asked for: nobody waits for the clients of services that are not used.

async function openLog(
  url: string,
  folder: DataFolder | undefined,
  scale: RatingScale,
  logger: Logger,
): Promise<EventLog> {
  if (url !== 'embedded:') return (await import('./event-log/kafka.ts')).openKafkaLog(url, scale, { logger })
  return (await import('./event-log/embedded.ts')).openEmbeddedLog(inside(folder, 'log'), scale, { logger })
}

async function openState(url: string, folder: DataFolder | undefined, logger: Logger): Promise<UserState> {
  if (url !== 'embedded:') return (await import('./user-state/redis.ts')).openRedisUserState(url, { logger })
  return (await import('./user-state/embedded.ts')).openEmbeddedUserState(inside(folder, 'state'))
}

async function openAnalytics(
  url: string,
  keep: <T extends { close(): Promise<void> }>(store: T) => T,
): Promise<Analytics | undefined> {
  return url === 'embedded:' ? undefined : keep((await import('./analytics/clickhouse.ts')).openHttpAnalytics(url))
}

async function openRatings(url: string, folder: DataFolder | undefined): Promise<AnalysedRatingStore> {
  const clickhouse = await import('./rating-store/clickhouse.ts')
  return url === 'embedded:'
    ? clickhouse.openEmbeddedRatingStore(inside(folder, 'clickhouse'))
    : clickhouse.openHttpRatingStore(url)
}

/**
 * SQL over the embedded rating store, which must be open: what may be read of it.
 * @param mayRead  by the password that was sent
 */
export async function openSql(folder: DataFolder, mayRead: (password: string) => boolean): Promise<SqlPort> {
  return (await import('./rating-store/sql-port/open.ts')).openSqlPort(folder.at('clickhouse'), mayRead)
}

async function openModels(url: string, folder: DataFolder | undefined): Promise<ModelStore> {
  if (url.startsWith('redis')) return (await import('./model-store/redis.ts')).openRedisModelStore(url)
  const path = url === 'embedded:' ? inside(folder, 'models') : fileURLToPath(url)
  return (await import('./model-store/folder.ts')).openFolderModelStore(path)
}

/** The scale of a log that is founded now. @throws ConfigError when no value of it could be positive */
export function foundingScale(asked: Partial<RatingScale>): RatingScale {
  const scale = { ...DEFAULT_SCALE, ...asked }
  if (scale.positiveFrom >= scale.min && scale.positiveFrom <= scale.max) return scale
  throw new ConfigError(
    `POSITIVE_FROM: expected a value from ${scale.min} to ${scale.max} (RATING_SCALE), not ${scale.positiveFrom}`,
  )
}

/** Ratings of two scales cannot stand side by side. */
function checkScale(asked: Partial<RatingScale>, kept: RatingScale): void {
  const differs = (Object.keys(asked) as (keyof RatingScale)[]).some((part) => asked[part] !== kept[part])
  if (!differs) return
  const wanted = { ...kept, ...asked }
  throw new ConfigError(
    `the event log holds ratings from ${kept.min} to ${kept.max}, positive from ${kept.positiveFrom}; asked for was ${wanted.min} to ${wanted.max}, positive from ${wanted.positiveFrom}. ` +
      'Nothing was changed. Leave RATING_SCALE and POSITIVE_FROM out, or use an empty log (another --data-dir or EVENT_LOG_URL).',
  )
}
