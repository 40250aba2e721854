import type { RatingScale } from '../models/events/types.ts'
import { isEmbedded, openAnalytics, openLog, openModels, openRatings, openState } from './adapters.ts'
import type { Analytics } from './analytics/port.ts'
import { bindStores } from './binding.ts'
import type { Config } from './config/settings.ts'
import type { DataFolder } from './data-folder.ts'
import type { EventLog } from './event-log/port.ts'
import type { HotCopy } from './hot-copy.ts'
import type { Logger } from './logging.ts'
import type { ModelStore } from './model-store/port.ts'
import type { RatingStore } from './rating-store/port.ts'
import type { SqlPort } from './rating-store/sql-port/open.ts'
import { checkScale, foundingScale } from './scale.ts'
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

export interface Opening {
  /** Where embedded stores live. */
  readonly folder: DataFolder | undefined
  /** What is asked for: a new log is founded with it, an old one must have it. */
  readonly scale: Partial<RatingScale>
  readonly logger: Logger
}

/**
 * Opens the four stores by the schemes of their URLs.
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
    const charts = ratings ? undefined : await openAnalytics(config.RATING_STORE_URL)
    const analytics = ratings?.analytics ?? (charts && keep(charts))
    await bindStores(log, state, ratings)
    const models = keep(await openModels(config.MODEL_STORE_URL, folder))
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

/** The model store alone. @throws UnavailableError when it does not answer */
export const openModelStore = (config: Config, { folder }: Pick<Opening, 'folder'>): Promise<ModelStore> =>
  openModels(config.MODEL_STORE_URL, folder)

const isHotCopy = (store: object): store is HotCopy => 'copyTo' in store

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

/**
 * SQL over the embedded rating store, which must be open: what may be read of it.
 * @param mayRead  by the password that was sent
 */
export async function openSql(
  folder: DataFolder,
  mayRead: (password: string) => boolean,
  logger: Logger,
): Promise<SqlPort> {
  return (await import('./rating-store/sql-port/open.ts')).openSqlPort(folder.at('clickhouse'), mayRead, logger)
}
