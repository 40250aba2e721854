import { lstat, mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { BackupOrder, Backups } from './backup-record.ts'
import type { DataFolder } from './data-folder.ts'
import { sumOf } from './file-sums.ts'
import { createJob } from './job.ts'
import type { Logger } from './logging.ts'
import type { Stores } from './wiring.ts'

/** Copied by whoever has them open; made anew; or of the process that runs. */
const NOT_FILES = /^(log|state|models|clickhouse|lock.*|.*\.new)$/

/**
 * Copies the data folder while it is in use: the stores first, the log last.
 *
 * Each store says how far up the log it has come, and whoever starts on the copy goes on from there. So the log may be ahead of
 * them, by whatever came in between, and must not be behind: that would be a log that lost what a store has applied. Notes of
 * imports, too, say how much is on the log already. The models are copied after the states whose vectors are of one of them.
 * ClickHouse is left out: it is filled from the log when the copy is restored.
 *
 * @param to  an empty folder
 */
export async function copyDataFolder(
  folder: DataFolder,
  { state, models, log }: Stores['copies'],
  to: string,
  report: (progress: string) => void,
): Promise<void> {
  report('copying the user state')
  await state?.copyTo(await made(to, 'state'))
  report('copying the models')
  await models?.copyTo(await made(to, 'models'))
  await copyFiles(folder, to)
  report('copying the log')
  await log?.copyTo(await made(to, 'log'))
}

/** Backups that a running process makes of its data folder. */
export const createBackups = (folder: DataFolder, stores: Pick<Stores, 'copies'>, logger: Logger): Backups =>
  createJob<BackupOrder, true>(
    {
      done: 'data folder copied',
      failed: 'the data folder could not be copied',
      run: async ({ directory }, report) => {
        await copyDataFolder(folder, stores.copies, directory, report)
        return true
      },
      told: () => ({ level: 'info', fields: {} }),
    },
    logger,
  )

async function made(...parts: [string, string]): Promise<string> {
  const path = join(...parts)
  await mkdir(path, { mode: 0o700 })
  return path
}

/** What lies in the folder beside the stores. What is gone by now was an import's, which is done. */
async function copyFiles(folder: DataFolder, to: string): Promise<void> {
  for (const name of (await readdir(folder.path)).filter((name) => !NOT_FILES.test(name)))
    await copyTree(folder.at(name), join(to, name))
}

async function copyTree(from: string, to: string): Promise<void> {
  const entry = await lstat(from).catch(() => undefined)
  if (entry?.isFile()) await sumOf(from, to)
  if (!entry?.isDirectory()) return
  await mkdir(to, { mode: 0o700 })
  for (const name of await readdir(from)) await copyTree(join(from, name), join(to, name))
}
