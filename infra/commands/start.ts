import { type ApiKeys, followApiKeys } from '../../gateway/api-keys.ts'
import { kernelModule } from '../../models/linalg/workspace.ts'
import type { Dataset } from '../../producers/datasets/dataset.ts'
import { logPublisher } from '../../producers/publisher.ts'
import { compactIfDue } from '../compaction.ts'
import { checkConfig, embeddedStores, warningsOf } from '../config/check.ts'
import { readConfig } from '../config/read.ts'
import type { Config } from '../config/settings.ts'
import { counted } from '../counted.ts'
import { type DataFolder, holderOf, openDataFolder } from '../data-folder.ts'
import { ConfigError, messageOf, UnavailableError } from '../errors.ts'
import { firstDataset, isToLoad } from '../first-dataset.ts'
import { startGateway } from '../gateway-role.ts'
import { importShown } from '../import-files.ts'
import { createLogger, type Logger } from '../logging.ts'
import { createMetrics } from '../metrics.ts'
import { followGeneration } from '../model-store/live.ts'
import { requestRebuild } from '../model-store/rebuild-request.ts'
import { checkPorts } from '../ports.ts'
import { startProbes } from '../probes.ts'
import { type RunningRole, startRebuilds, startSink, startUpdater, troublesOf } from '../roles.ts'
import { sayWhenReady } from '../say-when-ready.ts'
import { askedScale } from '../scale.ts'
import { untilStopped } from '../signals.ts'
import { startSqlPort } from '../sql-port.ts'
import { openStores, type Stores } from '../wiring.ts'

/**
 * `npm start`: the roles asked for, in this process, until a signal stops them.
 * @param wire  opens the stores they work on
 */
export async function start(args: readonly string[], wire = openStores): Promise<number> {
  const { config, words } = readConfig(args, process.env)
  if (words.length > 0)
    throw new ConfigError(`start: expected only flags, not '${words.join(' ')}'; a dataset is named by --dataset`)
  checkConfig(config)
  checkKernels()
  const needsKeys = config.ROLES.includes('gateway') && config.API_KEYS !== undefined
  const logger = createLogger(config.LOG_LEVEL)
  for (const warning of warningsOf(config, process.env)) logger.warn(warning)
  const apiKeys = needsKeys ? followApiKeys(config.API_KEYS, logger) : undefined
  const hasFolder = embeddedStores(config).length > 0
  // Whoever has the folder open has its port too: that is what is told then.
  if (!hasFolder || holderOf(config.DATA_DIR) === undefined) await checkPorts(config)
  const folder = hasFolder ? openDataFolder(config.DATA_DIR) : undefined
  /** Closed in the opposite order. */
  const open: { close(): unknown }[] = apiKeys ? [apiKeys] : []
  if (folder) open.push({ close: folder.release })
  const stopped = untilStopped()
  try {
    await run(config, wire, apiKeys, folder, logger, open, stopped)
    logger.info('stopping')
    return 0
  } finally {
    for (const part of open.toReversed()) await part.close()
  }
}

/** Before anything is opened: without them nobody is ever folded in, and no model is made. */
function checkKernels(): void {
  try {
    kernelModule()
  } catch (error) {
    throw new UnavailableError(messageOf(error))
  }
}

async function run(
  config: Config,
  wire: typeof openStores,
  apiKeys: ApiKeys | undefined,
  folder: DataFolder | undefined,
  logger: Logger,
  open: { close(): unknown }[],
  stopped: AbortSignal,
): Promise<void> {
  const has = (role: (typeof config.ROLES)[number]): boolean => config.ROLES.includes(role)
  const keep = <T extends { close(): unknown }>(part: T): T => {
    open.push(part)
    return part
  }
  const metrics = createMetrics()
  const dataset = has('gateway') ? await firstDataset(config, folder) : undefined
  // Nobody asked for the generated one: a log that is not empty keeps its own scale.
  const scale = askedScale(config, config.DATASET === undefined ? undefined : dataset?.scale)
  if (folder) await compactIfDue(config, folder, { scale, logger })
  const stores = keep(await wire(config, { folder, scale, withRatings: has('sink') || has('rebuilder'), logger }))
  const toLoad = dataset !== undefined && isToLoad(dataset, config, folder, await isEmpty(stores)) ? dataset : undefined
  if (config.DATASET !== undefined && dataset !== undefined && toLoad === undefined && folder === undefined)
    console.log(
      `the log holds ratings already: ${dataset.name} is not loaded (npm run import -- ${config.DATASET} adds it, or goes on with it)`,
    )
  const generations = keep(followGeneration(stores.models, logger))
  generations.onSwitch(({ createdAt }) => metrics.generationCreated.set(createdAt / 1000))
  await generations.loaded

  const parts = { config, stores, generations, logger, metrics }
  let loading = toLoad?.name
  const roles: Record<string, RunningRole> = {}
  if (has('sink')) roles.sink = keep(await startSink(parts))
  if (has('updater')) roles.updater = keep(await startUpdater(parts))
  if (has('rebuilder')) roles.rebuilder = keep(startRebuilds(parts, () => loading !== undefined))
  if (config.CLICKHOUSE_PORT !== undefined && folder) {
    const sql = keep(await startSqlPort(config.CLICKHOUSE_PORT, folder, { apiKeys, logger }))
    console.log(`SQL on ${sql.address}, for ClickHouse's clients over HTTP, read-only`)
  }
  if (has('gateway')) {
    const gateway = keep(
      await startGateway(parts, { apiKeys, folder, loading: () => loading, troubles: () => troublesOf(roles) }),
    )
    folder?.announce(gateway.address)
    console.log(`listening on ${gateway.address}`)
    void sayWhenReady(gateway.address, stopped)
  } else if (config.PORT !== undefined) {
    const probes = keep(await startProbes({ host: config.HOST, port: config.PORT, stores, roles, metrics }))
    console.log(`listening on ${probes.address}`)
  } else console.log(`${config.ROLES.join(', ')} running without a port`)

  if (toLoad !== undefined) {
    await load(toLoad, stores, config, folder, stopped)
    loading = undefined
    if (!stopped.aborted) {
      console.log('training the first model; until then /readyz answers 503 and everybody gets the popular list')
      await requestRebuild(stores.models, 'first-model')
    }
  }
  await new Promise<void>((resolve) =>
    stopped.aborted ? resolve() : stopped.addEventListener('abort', () => resolve()),
  )
}

async function isEmpty({ log }: Stores): Promise<boolean> {
  return (await log.ends('ratings')).every((end) => end === 0)
}

/** Through the event log, like everything else; a start that was stopped on the way goes on at the next one. */
async function load(
  dataset: Dataset,
  { log }: Stores,
  config: Config,
  folder: DataFolder | undefined,
  signal: AbortSignal,
): Promise<void> {
  const note = (complete: boolean): void =>
    folder?.noteDataset({ name: dataset.name, fingerprint: dataset.fingerprint, complete })
  if (dataset.name === 'generated')
    console.log(
      'no dataset given: loading a generated catalogue (--dataset PATH|NAME loads yours, --dataset none starts empty)',
    )
  note(false)
  const began = performance.now()
  const target = { ...log.identity, publisher: logPublisher(log) }
  const result = await importShown('loading', dataset, target, config.DATA_DIR, signal)
  if (!result.complete) return
  note(true)
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    `loaded ${dataset.name}: ${counted(result.ratings, 'rating')}, ${counted(result.items, 'item')} in ${seconds} s, ${counted(result.rejected, 'line')} rejected`,
  )
}
