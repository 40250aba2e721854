import { compact } from '../compaction.ts'
import { checkConfig } from '../config/check.ts'
import { readConfig } from '../config/read.ts'
import { counted } from '../counted.ts'
import { openFormerDataFolder } from '../data-folder.ts'
import { ConfigError } from '../errors.ts'
import { createLogger } from '../logging.ts'

const MIB = 2 ** 20

/** `npm run compact`: removes the bytes of erased users from a data folder that nobody has open. */
export async function compactFolder(args: readonly string[]): Promise<number> {
  const { config, words } = readConfig(args, process.env)
  if (words.length > 0) throw new ConfigError(`compact: expected only flags, not '${words.join(' ')}'`)
  checkConfig(config)
  if (config.EVENT_LOG_URL !== 'embedded:')
    throw new ConfigError(
      'compact: only an embedded log is compacted. Kafka keeps what it has: npm run rewrite-log copies it without those who were erased.',
    )
  const folder = openFormerDataFolder(config.DATA_DIR)
  try {
    const logger = createLogger(config.LOG_LEVEL === 'info' ? 'warn' : config.LOG_LEVEL)
    const { users, records, ahead, bytes } = await compact(config, folder, logger)
    const mib = (count: number): string => `${(count / MIB).toFixed(1)} MiB`
    console.log(
      `removed ${counted(records, 'record')} of ${counted(users, 'erased user')}; log and user state take ${mib(bytes.after)} now, ${mib(bytes.before)} before`,
    )
    if (ahead > 0)
      console.log(
        `${counted(ahead, 'erasure has', 'erasures have')} not had ${ahead === 1 ? 'its' : 'their'} effect yet: start foldstream, and compact after that`,
      )
    return 0
  } finally {
    folder.release()
  }
}
