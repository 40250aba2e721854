import { checkConfig } from '../config/check.ts'
import { readConfig } from '../config/read.ts'
import { counted } from '../counted.ts'
import { ConfigError } from '../errors.ts'
import { rewrite } from '../rewriting.ts'

/** `npm run rewrite-log`: another log without the events of erased users, and both stores filled anew from it. */
export async function rewriteLog(args: readonly string[]): Promise<number> {
  const { config, words } = readConfig(args, process.env)
  if (words.length > 0) throw new ConfigError(`rewrite-log: expected only flags, not '${words.join(' ')}'`)
  checkConfig(config)
  const records = await rewrite(config)
  console.log(
    records === undefined
      ? 'the rewriting that was broken off is done'
      : `the log is another one now, without ${counted(records, 'record')} of erased users; tokens from before it are refused`,
  )
  if (config.EVENT_LOG_URL !== 'embedded:')
    console.log('Kafka takes the files of the former topics off its disk within a minute (log.segment.delete.delay.ms)')
  return 0
}
