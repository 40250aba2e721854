import { resolve } from 'node:path'
import { readConfig } from '../config/read.ts'
import { counted } from '../counted.ts'
import { eraseRestored } from '../erase-restored.ts'
import { ConfigError } from '../errors.ts'
import { rebuildFromLog } from '../rebuild-from-log.ts'
import { restoreFolder } from '../restore.ts'

const FLAGS = { 'erasures-of': 'string' } as const

/**
 * `npm run restore -- DIR [--erasures-of FOLDER]`: makes a backup the data folder that `--data-dir` names, once every byte of it is
 * checked. Who was erased since is erased again, by the list in that other folder.
 */
export async function restore(args: readonly string[]): Promise<number> {
  const { config, words, flags } = readConfig(args, process.env, FLAGS)
  const [name] = words
  if (name === undefined || words.length > 1)
    throw new ConfigError(
      'restore: expected one DIR, as npm run backup made it, and --data-dir for where it goes [--erasures-of FOLDER]',
    )
  const since = flags['erasures-of']
  if (since !== undefined && config.EVENT_LOG_URL !== 'embedded:')
    throw new ConfigError('restore: --erasures-of reads an embedded log; that of EVENT_LOG_URL is not in the backup.')
  const began = performance.now()
  let erased = 0
  const { files, createdAt } = await restoreFolder(resolve(name), resolve(config.DATA_DIR), async (folder) => {
    const restored = { ...config, DATA_DIR: folder }
    if (since !== undefined) erased = await eraseRestored(restored, resolve(String(since)))
    // Its own part of the folder is made anew, which takes no longer than to check a copy of it.
    if (erased === 0 && config.RATING_STORE_URL === 'embedded:' && config.EVENT_LOG_URL === 'embedded:')
      await rebuildFromLog(restored, { state: false, clickhouse: true })
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `restored ${name} into ${config.DATA_DIR}: ${counted(Object.keys(files).length, 'file')}, all as they were copied, ${seconds} s`,
  )
  console.log(
    since === undefined
      ? `who was erased after ${new Date(createdAt).toISOString()} is back: if anybody was, restore it with --erasures-of FOLDER, the data folder that it replaces or a newer backup`
      : `erased again, by the list in ${String(since)}: ${counted(erased, 'user')}. Who was erased after that list ends is back`,
  )
  return 0
}
