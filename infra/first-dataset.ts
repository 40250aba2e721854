import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Dataset } from '../producers/datasets/dataset.ts'
import { openDataset } from '../producers/datasets/open.ts'
import { generateDataset } from '../producers/generator.ts'
import { isNamed, locateDataset, ratingsOf } from '../producers/named.ts'
import { embeddedStores } from './config/check.ts'
import type { Config } from './config/settings.ts'
import type { DataFolder } from './data-folder.ts'
import { ConfigError } from './errors.ts'

const STORES = 4

/**
 * The dataset that a start would load into an empty log: the one asked for, or, with nothing but embedded stores, a generated one.
 * @returns undefined: none, or one that is loaded already
 * @throws ConfigError when it cannot be found or read, or is not of the scale that is asked for
 */
export async function firstDataset(config: Config, folder: DataFolder | undefined): Promise<Dataset | undefined> {
  const { DATASET } = config
  const byItself = embeddedStores(config).length === STORES && (folder?.dataset()?.name ?? GENERATED) === GENERATED
  if (DATASET === 'none' || (DATASET === undefined && !byItself)) return undefined
  if (DATASET === undefined || DATASET === GENERATED) return generateDataset()
  // What has such a name is always the same: a restart does not fetch it once more.
  const loaded = folder?.dataset()
  if (isNamed(DATASET) && loaded?.name === DATASET && loaded.complete) return undefined
  checkHolds(config, DATASET)
  return openNamedDataset(DATASET, config)
}
const GENERATED = 'generated'

/**
 * What a path holds may be of another scale than its format tells, and is for RATING_SCALE to say; what is in a dataset of a known name is
 * known, and would in part be rejected, on a log founded for something else.
 * @throws ConfigError
 */
export function checkHolds({ RATING_SCALE: scale }: Config, nameOrPath: string): void {
  const ratings = ratingsOf(nameOrPath)
  if (scale === undefined || ratings === undefined) return
  if (scale.min <= ratings.min && scale.max >= ratings.max) return
  throw new ConfigError(
    `RATING_SCALE=${scale.min}-${scale.max} does not hold the ratings of ${nameOrPath}, which go from ${ratings.min} to ${ratings.max}. ` +
      'Nothing was loaded. Leave RATING_SCALE out: the dataset brings its own scale.',
  )
}

/**
 * A dataset by path, by its name in DATASETS_DIR, or by one of the names that are downloaded.
 * @throws ConfigError, UnavailableError when it cannot be downloaded
 */
export async function openNamedDataset(nameOrPath: string, { DATASETS_DIR }: Config): Promise<Dataset> {
  const options = { datasetsDir: DATASETS_DIR, report: (progress: string): void => console.error(progress) }
  if (isNamed(nameOrPath)) return openDataset(await locateDataset(nameOrPath, options), Date.now())
  const named = DATASETS_DIR === undefined || existsSync(nameOrPath) ? undefined : join(DATASETS_DIR, nameOrPath)
  return openDataset(named !== undefined && existsSync(named) ? named : nameOrPath, Date.now())
}

/**
 * Whether the log is still to be filled with the dataset.
 * @param isEmpty whether the log holds no rating
 * @throws ConfigError when it holds something else
 */
export function isToLoad(dataset: Dataset, config: Config, folder: DataFolder | undefined, isEmpty: boolean): boolean {
  const loaded = folder?.dataset()
  if (loaded?.fingerprint === dataset.fingerprint) return !loaded.complete
  if (isEmpty) return true
  // The generated one is only a stopgap for a log that is empty.
  if (config.DATASET === undefined) return false
  if (folder === undefined) return false
  throw new ConfigError(
    `the data folder ${folder.path} holds ${loaded ? `dataset ${loaded.name}` : 'ratings that were posted'}, not ${dataset.name}. Nothing was changed. ` +
      'Name an empty folder with --data-dir, or add the dataset with npm run import.',
  )
}
