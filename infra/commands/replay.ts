import { type AsOf, recommendedAsOf } from '../../consumers/replay/as-of.ts'
import { timestamp } from '../../gateway/schemas/parameters.ts'
import { checkConfig } from '../config/check.ts'
import { readConfig } from '../config/read.ts'
import type { Config } from '../config/settings.ts'
import { counted } from '../counted.ts'
import { ConfigError } from '../errors.ts'
import { rebuildFromLog, withLog } from '../rebuild-from-log.ts'

const FLAGS = {
  'to-state': 'boolean',
  'to-clickhouse': 'boolean',
  user: 'string',
  'as-of': 'string',
  limit: 'string',
  json: 'boolean',
} as const
const WAYS =
  'expected --to-state, --to-clickhouse, or both; or --user USER --as-of TIME (ISO 8601 with a zone, or ms since 1970) [--limit N] [--json]'
const MAX_LIMIT = 1_000

/**
 * `npm run replay -- --to-state | --to-clickhouse`: empties a store, be it damaged, and fills it from the log alone.
 * `npm run replay -- --user U --as-of TIME`: prints what U would have been recommended then.
 */
export async function replay(args: readonly string[]): Promise<number> {
  const { config, words, flags } = readConfig(args, process.env, FLAGS)
  const wanted = { state: flags['to-state'] === true, clickhouse: flags['to-clickhouse'] === true }
  const rebuilds = wanted.state || wanted.clickhouse
  const { user, limit, json } = flags
  const asks = [user, flags['as-of']].filter((flag) => flag !== undefined).length
  if (words.length > 0 || rebuilds === asks > 0 || asks === 1) throw new ConfigError(`replay: ${WAYS}`)
  checkConfig(config)
  if (rebuilds) await rebuildFromLog(config, wanted)
  else await tell(config, String(user), timeIn(String(flags['as-of'])), limitIn(String(limit ?? 10)), json === true)
  return 0
}

async function tell(config: Config, userId: string, time: number, limit: number, json: boolean): Promise<void> {
  const found = await withLog(config, ({ log, models }) =>
    recommendedAsOf(log, models, { userId, time, limit, maxHistory: config.MAX_HISTORY }),
  )
  const [asOf, generationCreatedAt] = [isoOf(time), isoOf(found.generationCreatedAt)]
  console.log(json ? JSON.stringify({ userId, asOf, ...found, generationCreatedAt }) : inWords(found, userId, asOf))
}

function inWords(found: AsOf, userId: string, asOf: string): string {
  const { generation, generationCreatedAt, wasLive, ratings, isErasedSince, strategy, items } = found
  const which = wasLive ? 'live then' : 'the oldest that is kept: the one that was live then is gone, or there was none'
  return [
    `user ${userId} as of ${asOf}: ${counted(ratings, 'rating was', 'ratings were')} on the log${isErasedSince ? ' that may be looked at: they were erased since' : ''}`,
    `generation ${generation} of ${isoOf(generationCreatedAt)}, ${which}; strategy ${strategy}; titles as of now`,
    ...items.map(
      ({ itemId, score, title }, n) => `${String(n + 1).padStart(4)}  ${score.toFixed(4)}  ${itemId}  ${title ?? ''}`,
    ),
  ].join('\n')
}

const isoOf = (ms: number): string => new Date(ms).toISOString()

function timeIn(text: string): number {
  const time = timestamp.safeParse(/^\d+$/.test(text) ? Number(text) : text)
  if (time.success) return time.data
  throw new ConfigError(`--as-of: '${text}': ${time.error.issues[0]?.message}. A time looks like 2026-01-31T12:00:00Z`)
}

function limitIn(text: string): number {
  const limit = Number(text)
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MAX_LIMIT) return limit
  throw new ConfigError(`--limit: expected a whole number from 1 to ${MAX_LIMIT}, not '${text}'`)
}
