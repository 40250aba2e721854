import { resolve } from 'node:path'
import { readConfig } from '../config.ts'
import { ConfigError } from '../errors.ts'
import { rebuildFromLog } from '../rebuild-from-log.ts'
import { restoreFolder } from '../restore.ts'

/** `npm run restore -- DIR`: makes a backup the data folder that `--data-dir` names, once every byte of it is checked. */
export async function restore(args: readonly string[]): Promise<number> {
  const { config, words } = readConfig(args, process.env)
  const [name] = words
  if (name === undefined || words.length > 1)
    throw new ConfigError('restore: expected one DIR, as npm run backup made it, and --data-dir for where it goes')
  const began = performance.now()
  const { files } = await restoreFolder(resolve(name), resolve(config.DATA_DIR), async (folder) => {
    // Its own part of the folder is made anew, which takes no longer than to check a copy of it.
    if (config.RATING_STORE_URL === 'embedded:' && config.EVENT_LOG_URL === 'embedded:')
      await rebuildFromLog({ ...config, DATA_DIR: folder }, { state: false, clickhouse: true })
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `restored ${name} into ${config.DATA_DIR}: ${Object.keys(files).length} files, all as they were copied, ${seconds} s`,
  )
  return 0
}
