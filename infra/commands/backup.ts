import { mkdir, readdir } from 'node:fs/promises'
import { relative, resolve } from 'node:path'
import { copyDataFolder } from '../backup.ts'
import { MANIFEST, writeManifest } from '../backup-manifest.ts'
import type { BackupOrder, BackupRecord } from '../backup-record.ts'
import { embeddedStores } from '../config/check.ts'
import { readConfig } from '../config/read.ts'
import type { Config } from '../config/settings.ts'
import { counted } from '../counted.ts'
import { type DataFolder, FORMAT, type Holder, holderOf } from '../data-folder.ts'
import { ConfigError, messageOf, UnavailableError } from '../errors.ts'
import { followProgress } from '../follow-progress.ts'
import { createLogger } from '../logging.ts'
import { askRunning } from '../running-system.ts'
import { withStores } from '../with-stores.ts'

const PATH = '/v1/admin/backups'

type Answered = Pick<BackupRecord, 'id' | 'status' | 'progress'> & BackupOrder

/** `npm run backup -- DIR`: copies the data folder, by the process that has it open, or here where none has. */
export async function backup(args: readonly string[]): Promise<number> {
  const { config, words } = readConfig(args, process.env)
  const [name] = words
  if (name === undefined || words.length > 1)
    throw new ConfigError('backup: expected one DIR, empty or new, as in npm run backup -- ../backup-of-today')
  if (embeddedStores(config).length === 0)
    throw new ConfigError('backup: no store is embedded. Kafka, Redis and ClickHouse have backups of their own.')
  const directory = resolve(name)
  await makeEmpty(directory, resolve(config.DATA_DIR))
  try {
    const holder = holderOf(config.DATA_DIR)
    await (holder ? byRunning(holder, directory) : here(config, directory))
    show('summing up')
    const { files } = await writeManifest(directory, FORMAT)
    const bytes = Object.values(files).reduce((sum, file) => sum + file.bytes, 0)
    console.log(
      `backed up ${config.DATA_DIR} into ${directory}: ${counted(Object.keys(files).length, 'file')}, ${(bytes / 2 ** 20).toFixed(1)} MiB; npm run restore -- ${name} --data-dir NEW makes a data folder of it`,
    )
    return 0
  } catch (error) {
    if (error instanceof ConfigError) throw error
    throw new UnavailableError(
      `The backup was broken off: ${messageOf(error)}. The data folder is as it was. What is in ${directory} is no backup (there is no ${MANIFEST}): remove it, and begin again.`,
      { cause: error },
    )
  }
}

const show = (progress: string): void => console.error(progress)

async function makeEmpty(directory: string, dataFolder: string): Promise<void> {
  if (!relative(dataFolder, directory).startsWith('..'))
    throw new ConfigError(`backup: ${directory} lies in the data folder itself. Nothing was copied. Name another DIR.`)
  // Others who may look into this machine are not to look into the events.
  await mkdir(directory, { recursive: true, mode: 0o700 }).catch((error: unknown) => {
    throw new ConfigError(
      `backup: ${directory} cannot be made: ${messageOf(error)}. Nothing was copied. Name another DIR.`,
    )
  })
  if ((await readdir(directory)).length > 0)
    throw new ConfigError(`backup: ${directory} is not empty. Nothing was copied. Name an empty or a new DIR.`)
}

const here = (config: Config, directory: string): Promise<void> =>
  withStores(config, { withRatings: false, logger: createLogger('warn') }, ({ copies }, folder) =>
    copyDataFolder(folder as DataFolder, copies, directory, show),
  )

async function byRunning(holder: Holder, directory: string): Promise<void> {
  const begun = await askRunning<Answered>(holder, 'POST', PATH, { directory })
  if (begun.directory !== directory)
    throw new ConfigError(
      `backup: one into ${begun.directory} is under way. Nothing was copied. Try again when it is done.`,
    )
  const look = () => askRunning<{ backup: Answered }>(holder, 'GET', PATH)
  const isOver = ({ status }: Answered): boolean => status !== 'running'
  const { status, progress } = await followProgress(async () => (await look()).backup, isOver, show)
  if (status === 'failed') throw new UnavailableError(progress)
}
