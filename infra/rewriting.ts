import { join, resolve } from 'node:path'
import { restartModels } from '../consumers/als-rebuild/without-erased.ts'
import { findErasures } from '../consumers/find-erasures.ts'
import { embeddedStores } from './config/check.ts'
import type { Config } from './config/settings.ts'
import { openFormerDataFolder } from './data-folder.ts'
import type { LastErasure } from './event-log/erased-records.ts'
import { readErasures } from './event-log/erasures.ts'
import { hideInRejects } from './hide-in-rejects.ts'
import { createQuietLogger } from './logging.ts'
import { rebuildFromLog, withLog } from './rebuild-from-log.ts'
import { forgetRemoved, hasFormerStore, removeFormerLog, rewriteEventLog } from './renewed-stores.ts'

/**
 * Makes another log of the one that stands there, without the records of who was erased, takes these out of the models, and fills both
 * stores anew from it. Where it was broken off after the log had become another one, it goes on from there; before that, nothing has
 * happened.
 * @returns how many records went; undefined: an earlier rewriting was brought to its end
 * @throws ConfigError while anybody uses the log
 */
export async function rewrite(config: Config): Promise<number | undefined> {
  const logger = createQuietLogger(config.LOG_LEVEL)
  const erased = await withLog(config, async ({ log, opening }) =>
    (await hasFormerStore(config, log, opening)) ? undefined : findErasures(log),
  )
  const records = erased && (await rewriteLogOf(config, erased))
  await removeFormerLog(config, logger)
  await withLog(config, async ({ log, models }) => {
    const former = log.former.at(-1)
    if (former) await restartModels(models, await readErasures(log, former.id))
  })
  await rebuildFromLog(config, { state: true, clickhouse: true })
  await forgetRemoved(config, logger)
  return records
}

async function rewriteLogOf(config: Config, erased: ReadonlyMap<string, LastErasure>): Promise<number> {
  const folder = embeddedStores(config).length > 0 ? openFormerDataFolder(config.DATA_DIR) : undefined
  try {
    await hideInRejects(join(resolve(config.DATA_DIR), 'imports'), [...erased.keys()])
    const last = (userId: string): LastErasure | undefined => erased.get(userId)
    return (await rewriteEventLog(config, { folder, logger: createQuietLogger(config.LOG_LEVEL) }, last)).records
  } finally {
    folder?.release()
  }
}
