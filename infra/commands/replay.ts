import { checkConfig, readConfig } from '../config.ts'
import { ConfigError } from '../errors.ts'
import { rebuildFromLog } from '../rebuild-from-log.ts'

const FLAGS = { 'to-state': 'boolean', 'to-clickhouse': 'boolean' } as const

/** `npm run replay -- --to-state | --to-clickhouse`: empties a store, be it damaged, and fills it from the log alone. */
export async function replay(args: readonly string[]): Promise<number> {
  const { config, words, flags } = readConfig(args, process.env, FLAGS)
  const wanted = { state: flags['to-state'] === true, clickhouse: flags['to-clickhouse'] === true }
  if (words.length > 0 || !(wanted.state || wanted.clickhouse))
    throw new ConfigError('replay: expected --to-state, --to-clickhouse, or both, as in npm run replay -- --to-state')
  checkConfig(config)
  await rebuildFromLog(config, wanted)
  return 0
}
