import { copyFile, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { findErasures } from '../consumers/find-erasures.ts'
import { compact } from './compaction.ts'
import { embeddedStores } from './config/check.ts'
import type { Config } from './config/settings.ts'
import { holderOf, openDataFolder, openFormerDataFolder } from './data-folder.ts'
import { ConfigError, messageOf } from './errors.ts'
import { eraseAgain } from './event-log/erase-again.ts'
import type { EventLog } from './event-log/port.ts'
import { createQuietLogger } from './logging.ts'
import { rebuildFromLog } from './rebuild-from-log.ts'
import { openEventLog } from './wiring.ts'

const STORES = 4

/**
 * Erases those whom a backup has brought back, and leaves no trace of them where all stores are embedded; others meet the erasures when
 * they go on.
 *
 * @param config  of the restored folder
 * @param since   the data folder that it replaces, or a newer backup of that one
 * @returns how many there were
 * @throws ConfigError when that has no list for this log, is older than the backup, or is in use
 */
export async function eraseRestored(config: Config, since: string): Promise<number> {
  const users = await withLogs(config, since, async (restored, newer) => {
    // A last one may be on a log, and not yet on its list.
    for (const log of [restored, newer]) await findErasures(log)
    if (restored.identity.id === newer.identity.id) await checkNewer(restored, newer, since)
    return eraseAgain(restored, newer)
  })
  if (users === 0 || embeddedStores(config).length < STORES) return users
  await rebuildFromLog(config, { state: true, clickhouse: true })
  const folder = openFormerDataFolder(config.DATA_DIR)
  try {
    await compact(config, folder, createQuietLogger(config.LOG_LEVEL))
  } finally {
    folder.release()
  }
  return users
}

/** What is older knows of fewer erasures than the backup itself. */
async function checkNewer(restored: EventLog, newer: EventLog, since: string): Promise<void> {
  const [ends, newerEnds] = [await restored.ends('ratings'), await newer.ends('ratings')]
  if (ends.every((end, partition) => end <= (newerEnds[partition] ?? 0))) return
  throw new ConfigError(
    `--erasures-of: ${since} is older than the backup, and knows of nobody who was erased since. Nothing was restored. Name the data folder that is replaced, or a newer backup of it.`,
  )
}

async function withLogs<T>(
  config: Config,
  since: string,
  use: (restored: EventLog, newer: EventLog) => Promise<T>,
): Promise<T> {
  const scratch = join(config.DATA_DIR, 'since')
  const open: { close(): unknown }[] = []
  try {
    const [restored, newer] = [openFormerDataFolder(config.DATA_DIR), await copyOfLog(since, scratch)]
    open.push({ close: restored.release }, { close: newer.release })
    const logs: EventLog[] = []
    for (const folder of [restored, newer]) {
      const log = await openEventLog(config, { folder, scale: {}, logger: createQuietLogger(config.LOG_LEVEL) })
      open.push(log)
      logs.push(log)
    }
    return await use(logs[0] as EventLog, logs[1] as EventLog)
  } finally {
    for (const part of open.toReversed()) await part.close()
    await rm(scratch, { recursive: true, force: true })
  }
}

/** What it is read from is not written to: it may be a backup, whose bytes are summed up. */
async function copyOfLog(folder: string, to: string) {
  const holder = holderOf(folder)
  if (holder)
    throw new ConfigError(
      `--erasures-of: ${folder} is in use by process ${holder.pid}. Nothing was restored. Stop it, or name a backup of it.`,
    )
  await mkdir(join(to, 'log'), { recursive: true, mode: 0o700 })
  const file = join('log', 'event-log.mdb')
  await copyFile(join(folder, file), join(to, file)).catch((error: unknown) => {
    throw new ConfigError(
      `--erasures-of: ${folder} has no event log that can be read (${messageOf(error)}). Nothing was restored. Name the data folder that is replaced, or a newer backup of it.`,
    )
  })
  return openDataFolder(to)
}
