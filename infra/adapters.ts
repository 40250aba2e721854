import { fileURLToPath } from 'node:url'
import type { RatingScale } from '../models/events/types.ts'
import type { Analytics } from './analytics/port.ts'
import type { DataFolder } from './data-folder.ts'
import type { EventLog } from './event-log/port.ts'
import type { Logger } from './logging.ts'
import type { ModelStore } from './model-store/port.ts'
import type { AnalysedRatingStore } from './rating-store/clickhouse.ts'
import type { UserState } from './user-state/port.ts'

// The only place where an adapter is chosen: by the scheme of its URL. It is loaded when it is asked for: nobody waits for the clients of
// services that are not used.

export interface Closing {
  close(): Promise<void>
}

export const isEmbedded = (url: string): boolean => url === 'embedded:'

/** Where a part of the data lies. */
export const inside = (folder: DataFolder | undefined, part: string): string => {
  if (folder === undefined) throw new Error('an embedded store needs a data folder')
  return folder.at(part)
}

export async function openLog(
  url: string,
  folder: DataFolder | undefined,
  scale: RatingScale,
  logger: Logger,
): Promise<EventLog> {
  if (!isEmbedded(url)) return (await import('./event-log/kafka.ts')).openKafkaLog(url, scale, { logger })
  return (await import('./event-log/embedded.ts')).openEmbeddedLog(inside(folder, 'log'), scale, { logger })
}

export async function openState(url: string, folder: DataFolder | undefined, logger: Logger): Promise<UserState> {
  if (!isEmbedded(url)) return (await import('./user-state/redis.ts')).openRedisUserState(url, { logger })
  return (await import('./user-state/embedded.ts')).openEmbeddedUserState(inside(folder, 'state'))
}

/** Charts alone. @returns undefined: the rating store is embedded, and not open */
export async function openAnalytics(url: string): Promise<(Analytics & Closing) | undefined> {
  return isEmbedded(url) ? undefined : (await import('./analytics/clickhouse.ts')).openHttpAnalytics(url)
}

export async function openRatings(url: string, folder: DataFolder | undefined): Promise<AnalysedRatingStore> {
  const clickhouse = await import('./rating-store/clickhouse.ts')
  return isEmbedded(url)
    ? clickhouse.openEmbeddedRatingStore(inside(folder, 'clickhouse'))
    : clickhouse.openHttpRatingStore(url)
}

export async function openModels(url: string, folder: DataFolder | undefined): Promise<ModelStore> {
  if (url.startsWith('redis')) return (await import('./model-store/redis.ts')).openRedisModelStore(url)
  const path = isEmbedded(url) ? inside(folder, 'models') : fileURLToPath(url)
  return (await import('./model-store/folder.ts')).openFolderModelStore(path)
}
