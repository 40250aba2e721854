import type { RatingScale } from '../../models/events/types.ts'
import type { Dataset } from '../../producers/datasets/dataset.ts'
import type { ImportResult } from '../../producers/import.ts'
import { httpPublisher, logPublisher } from '../../producers/publisher.ts'
import { embeddedStores } from '../config/check.ts'
import { readConfig } from '../config/read.ts'
import type { Config } from '../config/settings.ts'
import { counted } from '../counted.ts'
import { type Holder, holderOf, openDataFolder } from '../data-folder.ts'
import { ConfigError } from '../errors.ts'
import { checkHolds, openNamedDataset } from '../first-dataset.ts'
import { type ImportTarget, importFiles, importShown } from '../import-files.ts'
import { createLogger } from '../logging.ts'
import { askRunning } from '../running-system.ts'
import { askedScale } from '../scale.ts'
import { untilStopped } from '../signals.ts'
import { openEventLog } from '../wiring.ts'

/**
 * `npm run import -- PATH|NAME`: into the running system that has the data folder open, else into the log itself.
 * @param wire  opens that log
 */
export async function importPath(args: readonly string[], wire = openEventLog): Promise<number> {
  const { config, words } = readConfig(args, process.env)
  const [path] = words
  if (path === undefined || words.length > 1)
    throw new ConfigError('import: expected one PATH or NAME of a dataset, as in npm run import -- ml-latest-small')
  checkHolds(config, path)
  const dataset = await openNamedDataset(path, config)
  const stopped = untilStopped()
  const holder = config.EVENT_LOG_URL === 'embedded:' ? holderOf(config.DATA_DIR) : undefined
  const result = await (holder
    ? intoRunning(dataset, config, holder, stopped)
    : intoLog(dataset, config, stopped, wire))
  const target = holder
    ? `the system at ${holder.address}`
    : config.EVENT_LOG_URL === 'embedded:'
      ? config.DATA_DIR
      : config.EVENT_LOG_URL
  const rejects =
    result.rejected > 0
      ? `; ${counted(result.rejected, 'line')} rejected, see ${importFiles(dataset.name, config.DATA_DIR).rejectsFile}`
      : ''
  console.log(
    result.complete
      ? `imported ${dataset.name} into ${target}: ${counted(result.ratings, 'rating')}, ${counted(result.items, 'item')}${rejects}`
      : `stopped after ${counted(result.ratings, 'rating')}; the same command goes on from there`,
  )
  return result.complete ? 0 : 1
}

async function intoRunning(
  dataset: Dataset,
  config: Config,
  holder: Holder,
  signal: AbortSignal,
): Promise<ImportResult> {
  const { log } = await askRunning<{ log: { id: string; scale: RatingScale } }>(holder, 'GET', '/v1/admin/status')
  const publisher = httpPublisher(holder.address as string, holder.token, { signal })
  const result = await publish(dataset, config, { ...log, publisher }, signal)
  // What was imported is to be recommended from; a rebuild waits until ClickHouse has it.
  if (result.complete) await askRunning(holder, 'POST', '/v1/admin/rebuilds')
  return result
}

async function intoLog(
  dataset: Dataset,
  config: Config,
  signal: AbortSignal,
  wire: typeof openEventLog,
): Promise<ImportResult> {
  const folder = embeddedStores(config).includes('EVENT_LOG_URL') ? openDataFolder(config.DATA_DIR) : undefined
  const log = await wire(config, {
    folder,
    scale: askedScale(config, dataset.scale),
    logger: createLogger(config.LOG_LEVEL),
  })
  try {
    return await publish(
      dataset,
      config,
      { id: log.identity.id, scale: log.identity.scale, publisher: logPublisher(log) },
      signal,
    )
  } finally {
    await log.close()
    folder?.release()
  }
}

async function publish(
  dataset: Dataset,
  config: Config,
  target: ImportTarget,
  signal: AbortSignal,
): Promise<ImportResult> {
  const { scale } = target
  const asked = askedScale(config, dataset.scale)
  if ((Object.keys(asked) as (keyof RatingScale)[]).some((part) => asked[part] !== scale[part]))
    throw new ConfigError(
      `${dataset.name} has ratings from ${asked.min} to ${asked.max}; the log was founded for ${scale.min} to ${scale.max}. Nothing was imported. Import it into an empty log (another --data-dir or EVENT_LOG_URL).`,
    )
  return importShown('importing', dataset, target, config.DATA_DIR, signal)
}
