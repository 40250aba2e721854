import { SINK_GROUP } from '../consumers/clickhouse-sink.ts'
import { UPDATER_GROUP } from '../consumers/fold-in-updater.ts'
import { fillRatings, fillState } from '../consumers/replay/rebuild-stores.ts'
import { createProgress } from '../producers/progress.ts'
import { embeddedStores } from './config/check.ts'
import type { Config } from './config/settings.ts'
import { counted } from './counted.ts'
import { openFormerDataFolder } from './data-folder.ts'
import { ConfigError } from './errors.ts'
import type { EventLog } from './event-log/port.ts'
import { createQuietLogger } from './logging.ts'
import { createMetrics } from './metrics.ts'
import { followGeneration } from './model-store/live.ts'
import { openEmptyRatings, openEmptyState } from './renewed-stores.ts'
import { openEventLog, openModelStore } from './wiring.ts'

export interface Wanted {
  readonly state: boolean
  readonly clickhouse: boolean
}

/**
 * Empties stores, be they damaged, and fills them from the log alone, showing how far it has come.
 * @throws ConfigError, before anything is emptied, while whoever owns them runs
 */
export async function rebuildFromLog(config: Config, wanted: Wanted): Promise<void> {
  await withLog(config, async (tools) => {
    if (wanted.state) await refuseWhileRuns('updater', UPDATER_GROUP, tools.log)
    if (wanted.clickhouse) await refuseWhileRuns('sink', SINK_GROUP, tools.log)
    if (wanted.state) await intoState(tools)
    if (wanted.clickhouse) await intoRatings(tools)
  })
}

type Tools = Awaited<ReturnType<typeof openTools>>

/** Opens the log, and what is read and written beside it; of a folder only where nobody has it open. */
export async function withLog<T>(config: Config, use: (tools: Tools) => Promise<T>): Promise<T> {
  // The lock of the folder tells of a running system; services tell of one by the members of the consumer group.
  const folder = embeddedStores(config).length > 0 ? openFormerDataFolder(config.DATA_DIR) : undefined
  const open: { close(): unknown }[] = folder ? [{ close: folder.release }] : []
  try {
    return await use(await openTools(config, folder, open))
  } finally {
    for (const part of open.toReversed()) await part.close()
  }
}

async function openTools(
  config: Config,
  folder: ReturnType<typeof openFormerDataFolder> | undefined,
  open: { close(): unknown }[],
) {
  const keep = <T extends { close(): unknown }>(part: T): T => {
    open.push(part)
    return part
  }
  const opening = { folder, scale: {}, logger: createQuietLogger(config.LOG_LEVEL) }
  const log = keep(await openEventLog(config, opening))
  const models = keep(await openModelStore(config, opening))
  return { config, opening, keep, log, models, metrics: createMetrics() }
}

async function intoState({ config, opening, keep, log, models, metrics }: Tools): Promise<void> {
  const generations = keep(followGeneration(models, opening.logger))
  await generations.loaded
  const generation = generations.current()
  await shown('the user state', async (report) => {
    const state = keep(await openEmptyState(config, log, opening))
    const { logger } = opening
    await fillState(state, generation, { log, logger, metrics, report, maxHistory: config.MAX_HISTORY })
  })
}

async function intoRatings({ config, opening, keep, log, models, metrics }: Tools): Promise<void> {
  await shown('ClickHouse', async (report) => {
    const ratings = keep(await openEmptyRatings(config, log, opening))
    await fillRatings(ratings, models, { log, logger: opening.logger, metrics, report })
  })
}

async function shown(
  store: string,
  fill: (report: (done: number, total: number) => void) => Promise<void>,
): Promise<void> {
  const began = performance.now()
  const progress = createProgress(`replaying the log into ${store}`)
  let records = 0
  await fill((done, total) => {
    records = done
    progress.update(done, total, `${counted(done, 'record')}`)
  }).finally(() => progress.stop())
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(`${store} is rebuilt from ${counted(records, 'record')} of the log, ${seconds} s`)
}

async function refuseWhileRuns(role: string, group: string, log: EventLog): Promise<void> {
  const members = await log.members(group)
  if (members === 0) return
  throw new ConfigError(
    `replay: consumer group ${group} has ${members === 1 ? 'a member' : `${members} members`}: ${role}s run that own this store. Nothing was changed. Stop them first (one that was killed counts for another 10 s); gateways may go on.`,
  )
}
