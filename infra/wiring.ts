import { fileURLToPath } from 'node:url'
import type { RatingScale } from '../models/events/types.ts'
import { bindStores } from './binding.ts'
import type { Config } from './config.ts'
import type { DataFolder } from './data-folder.ts'
import { ConfigError } from './errors.ts'
import { openEmbeddedLog } from './event-log/embedded.ts'
import { openKafkaLog } from './event-log/kafka.ts'
import type { EventLog } from './event-log/port.ts'
import type { Logger } from './logging.ts'
import { openFolderModelStore } from './model-store/folder.ts'
import type { ModelStore } from './model-store/port.ts'
import { openRedisModelStore } from './model-store/redis.ts'
import { openEmbeddedRatingStore, openHttpRatingStore } from './rating-store/clickhouse.ts'
import type { RatingStore } from './rating-store/port.ts'
import { openEmbeddedUserState } from './user-state/embedded.ts'
import type { UserState } from './user-state/port.ts'
import { openRedisUserState } from './user-state/redis.ts'

/** The four ports, opened. `ratings` is there only for roles that need it: a gateway does not wait for ClickHouse. */
export interface Stores {
  readonly log: EventLog
  readonly state: UserState
  readonly models: ModelStore
  readonly ratings: RatingStore | undefined
  close(): Promise<void>
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
  options: { folder: DataFolder | undefined; scale: Partial<RatingScale>; withRatings: boolean; logger: Logger },
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
    const log = keep(await openLog(config.EVENT_LOG_URL, folder, founding(options.scale), logger))
    checkScale(options.scale, log.identity.scale)
    const state = keep(await openState(config.USER_STATE_URL, folder, logger))
    const ratings = options.withRatings ? keep(await openRatings(config.RATING_STORE_URL, folder)) : undefined
    await bindStores(log, state, ratings)
    const models = keep(await openModels(config.MODEL_STORE_URL, folder))
    return { log, state, models, ratings, close }
  } catch (error) {
    await close()
    throw error
  }
}

const inside = (folder: DataFolder | undefined, part: string): string => {
  if (folder === undefined) throw new Error('an embedded store needs a data folder')
  return folder.at(part)
}

async function openLog(
  url: string,
  folder: DataFolder | undefined,
  scale: RatingScale,
  logger: Logger,
): Promise<EventLog> {
  return url === 'embedded:' ? openEmbeddedLog(inside(folder, 'log'), scale) : openKafkaLog(url, scale, { logger })
}

async function openState(url: string, folder: DataFolder | undefined, logger: Logger): Promise<UserState> {
  return url === 'embedded:' ? openEmbeddedUserState(inside(folder, 'state')) : openRedisUserState(url, { logger })
}

async function openRatings(url: string, folder: DataFolder | undefined): Promise<RatingStore> {
  return url === 'embedded:' ? openEmbeddedRatingStore(inside(folder, 'clickhouse')) : openHttpRatingStore(url)
}

async function openModels(url: string, folder: DataFolder | undefined): Promise<ModelStore> {
  if (url === 'embedded:') return openFolderModelStore(inside(folder, 'models'))
  if (url.startsWith('file:')) return openFolderModelStore(fileURLToPath(url))
  return openRedisModelStore(url)
}

function founding(asked: Partial<RatingScale>): RatingScale {
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
