import { checkConfig, embeddedStores } from '../config/check.ts'
import { readConfig } from '../config/read.ts'
import type { Config } from '../config/settings.ts'
import { type Holder, holderOf } from '../data-folder.ts'
import { ConfigError } from '../errors.ts'
import { followProgress } from '../follow-progress.ts'
import { createQuietLogger } from '../logging.ts'
import { createMetrics } from '../metrics.ts'
import type { RebuildRecord } from '../model-store/port.ts'
import { followRebuild, isRebuildOver, requestRebuild } from '../model-store/rebuild-request.ts'
import { startRebuilds, startSink } from '../roles.ts'
import { askRunning } from '../running-system.ts'
import { withStores } from '../with-stores.ts'

/**
 * `npm run rebuild`: asks the running system for a rebuild and follows it; where none runs, does it itself. On real services
 * whichever rebuilder has the lease works, this process or another. With `--force` a model that is worse than the live one is
 * served, too.
 * @returns 1 when it failed, or its model is not served because it is worse
 */
export async function rebuild(args: readonly string[]): Promise<number> {
  const { config, words, flags } = readConfig(args, process.env, { force: 'boolean' })
  if (words.length > 0) throw new ConfigError(`rebuild: expected only flags, not '${words.join(' ')}'`)
  const holder = embeddedStores(config).length > 0 ? holderOf(config.DATA_DIR) : undefined
  const force = flags.force === true
  const record = await (holder ? ofRunning(holder, force) : here(config, force))
  console.log(inWords(record))
  return record.status === 'published' || record.status === 'skipped' ? 0 : 1
}

function inWords({ status, generation, progress }: RebuildRecord): string {
  if (status === 'held-back')
    return (
      `generation ${generation} is ${progress}. The live one goes on. ` +
      `Serve it all the same: POST /v1/admin/generations/${generation}/activate, or make another by npm run rebuild -- --force`
    )
  if (status !== 'published') return `${status}: ${progress}`
  return `published generation ${generation}${progress === 'done' ? '' : `; ${progress}`}`
}

/** Of a rebuild, and read when a process starts. */
const SETTINGS = [
  ...['FACTORS', 'EPOCHS', 'REGULARIZATION', 'UNOBSERVED_WEIGHT'],
  ...['DISLIKE_WEIGHT', 'TOP_WEIGHT', 'ACTIVITY_EXPONENT', 'TUNING_BUDGET', 'REBUILD_TOLERANCE', 'MAX_HISTORY'],
]

/** What was given to this command, and is for the system that does the work. */
function tellOfSettings({ pid }: Holder): void {
  const given = SETTINGS.filter((name) => process.env[name])
  if (given.length > 0)
    show(`${given.join(', ')}: not heeded, since process ${pid} makes the model with the settings it was started with`)
}

const show = (progress: string): void => console.error(progress)

function here(config: Config, force: boolean): Promise<RebuildRecord> {
  checkConfig(config)
  const logger = createQuietLogger(config.LOG_LEVEL)
  return withStores(config, { withRatings: true, logger }, async (stores, folder) => {
    const parts = {
      config,
      stores,
      generations: { current: () => undefined, onSwitch: () => () => {}, trouble: () => undefined },
      logger,
      metrics: createMetrics(),
    }
    const roles: { close(): Promise<void> }[] = []
    try {
      // Embedded, nobody else brings the log into ClickHouse.
      if (folder) roles.push(await startSink(parts))
      roles.push(startRebuilds(parts, () => true))
      await requestRebuild(stores.models, 'demand', { force })
      return await followRebuild(stores.models, show)
    } finally {
      for (const role of roles.toReversed()) await role.close()
    }
  })
}

async function ofRunning(holder: Holder, force: boolean): Promise<RebuildRecord> {
  tellOfSettings(holder)
  await askRunning(holder, 'POST', `/v1/admin/rebuilds?force=${force}`)
  const look = () => askRunning<{ rebuild: RebuildRecord }>(holder, 'GET', '/v1/admin/status')
  return followProgress(async () => (await look()).rebuild, isRebuildOver, show)
}
