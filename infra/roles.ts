import { setTimeout as pause } from 'node:timers/promises'
import { isMadeFor, isSearchDue, type Settings } from '../consumers/als-rebuild/hyper-parameters.ts'
import { type Rebuild, rebuildOnce } from '../consumers/als-rebuild/rebuild.ts'
import { startRebuilder } from '../consumers/als-rebuild/rebuilder.ts'
import { searchOnce } from '../consumers/als-rebuild/search.ts'
import { ANALYTICS_GROUP, analyticsSink } from '../consumers/analytics-sink.ts'
import { clickhouseSink, SINK_GROUP } from '../consumers/clickhouse-sink.ts'
import { type Consuming, consume } from '../consumers/consume.ts'
import { foldInUpdater, UPDATER_GROUP } from '../consumers/fold-in-updater.ts'
import { tellOwnFigures } from '../consumers/own-figures.ts'
import { createPredictions } from '../consumers/predictions.ts'
import { refoldOnSwitch } from '../consumers/refold.ts'
import { TUNED } from '../models/als/tune.ts'
import type { HyperParameters, Tuned } from '../models/als/types.ts'
import type { Config } from './config/settings.ts'
import type { Role } from './config/values.ts'
import { readErasures } from './event-log/erasures.ts'
import { keepViewsFresh, noticeTurn } from './keep-views-fresh.ts'
import type { Logger } from './logging.ts'
import type { Metrics } from './metrics.ts'
import type { LiveGeneration } from './model-store/live.ts'
import { processName } from './process-name.ts'
import { type Trouble, watchStore } from './store-watch.ts'
import { VERSION } from './version.ts'
import type { Stores } from './wiring.ts'

/** What is consumed by whom, for whoever shows how far behind they are. */
export const CONSUMED = [
  [UPDATER_GROUP, 'ratings'],
  [SINK_GROUP, 'ratings'],
  [SINK_GROUP, 'items'],
  [ANALYTICS_GROUP, 'served'],
  [ANALYTICS_GROUP, 'measurements'],
] as const

/** Good on MovieLens-like data; a search replaces them where they are left at `auto`. */
const STARTING_VALUES = { regularization: 0.01, unobservedWeight: 0.3 }
const INCARNATION_LOOK_MS = 1_000
const HEARTBEAT_MS = 5_000
/** So long a role that ends waits to say so. */
const LAST_WORD_MS = 1_000

export interface Parts {
  readonly config: Config
  readonly stores: Stores
  readonly generations: Pick<LiveGeneration, 'current' | 'onSwitch' | 'trouble'>
  readonly logger: Logger
  readonly metrics: Metrics
}

export interface RunningRole {
  /** What is wrong, while something is. */
  trouble(): Trouble | undefined
  close(): Promise<void>
}

/** Those roles of a process that something is wrong with. */
export function troublesOf(roles: Readonly<Record<string, RunningRole>>): ({ readonly part: string } & Trouble)[] {
  return Object.entries(roles).flatMap(([part, role]) => {
    const trouble = role.trouble()
    return trouble ? [{ part, ...trouble }] : []
  })
}

/** Starts the updater; when the state may have lost writes it had acknowledged, it reads again from where the state stands. */
export async function startUpdater({ config, stores, generations, logger, metrics }: Parts): Promise<RunningRole> {
  const { log, state } = stores
  const shared = { log, generation: generations.current, maxHistory: config.MAX_HISTORY, logger, metrics }
  const predictions = createPredictions(shared)
  const consumer = foldInUpdater({ ...shared, state, predictions })
  const consuming = await consume(log, consumer, { logger, metrics })
  const watching = watchIncarnation(() => state.incarnation(), consuming)
  const figures = tellOwnFigures({ ...shared, groups: { updater: UPDATER_GROUP, sink: SINK_GROUP } })
  const refolding = refoldOnSwitch({ state, generations, logger: logger.child({ role: 'updater' }) })
  return beating('updater', stores, logger, {
    trouble: consuming.trouble,
    async close() {
      clearInterval(watching)
      await refolding.close()
      await consuming.close()
      await predictions.close()
      await figures.close()
    },
  })
}

/** Starts the sink, which also keeps the views fresh. */
export async function startSink({ stores, logger, metrics }: Parts): Promise<RunningRole> {
  const { log } = stores
  const ratings = ratingsOf(stores)
  const tools = { logger, metrics }
  const sink = noticeTurn(clickhouseSink(log, ratings, tools))
  const [consuming, analytics] = await Promise.all([
    consume(log, sink.consumer, tools),
    consume(log, analyticsSink(log, ratings, tools), tools),
  ])
  const views = stores.analytics && keepViewsFresh(stores.analytics, sink.turn, logger.child({ role: 'sink' }))
  // An insert may wait for long until it fails, and there may be nothing to insert.
  const store = watchStore(() => ratings.ping())
  return beating('sink', stores, logger, {
    trouble: () => consuming.trouble() ?? analytics.trouble() ?? store.trouble(),
    async close() {
      store.close()
      await views?.close()
      await Promise.all([consuming.close(), analytics.close()])
    },
  })
}

/** Starts the rebuilder. @param onHold while true, nothing is rebuilt unless somebody asks */
export function startRebuilds(
  { config, stores, generations, logger, metrics }: Parts,
  onHold: () => boolean,
): RunningRole {
  const { log, models } = stores
  const ratings = ratingsOf(stores)
  const { partitions } = log.identity
  const work: Rebuild = {
    ...settingsOf(config, stores),
    ...{ ratings, models, partitions, logger, metrics },
    erasures: () => readErasures(log),
    maxHistory: config.MAX_HISTORY,
    threads: config.THREADS,
    tolerance: config.REBUILD_TOLERANCE,
  }
  const budgetMs = config.TUNING_BUDGET
  const rebuilder = startRebuilder({
    log,
    ratings,
    models,
    rebuild: (report, signal, force) => rebuildOnce(work, report, signal, force),
    search:
      budgetMs === undefined || work.search.length === 0
        ? undefined
        : {
            isDue: async (newest) => isSearchDue(work, await models.tuning(), newest.ratings),
            run: (report, signal, cut) => searchOnce({ ...work, budgetMs }, report, signal, cut),
          },
    // A damaged live generation is replaced by one that is made after that was found, if only it is not pinned.
    isOutdated: ({ hyperParameters, createdAt }) =>
      !isMadeFor(work, hyperParameters) || (damagedSince(generations) ?? 0) > createdAt,
    intervalMs: config.REBUILD_INTERVAL,
    holder: processName(),
    onHold,
    logger: logger.child({ role: 'rebuilder' }),
  })
  return beating('rebuilder', stores, logger, rebuilder)
}

/** Signs of life in the user state, where `admin/status` of any gateway reads them: during an upgrade, of several versions. */
export function beating(role: Role, { state }: Stores, logger: Logger, running: RunningRole): RunningRole {
  const tell = (trouble: Trouble | undefined): Promise<void> =>
    state
      .beat({ role, process: processName(), at: Date.now(), details: { trouble: trouble ?? null, version: VERSION } })
      .catch((error: unknown) => logger.debug({ err: error, role }, 'no heartbeat'))
  const beat = (): void => void tell(running.trouble())
  beat()
  const timer = setInterval(beat, HEARTBEAT_MS)
  return {
    trouble: running.trouble,
    async close() {
      clearInterval(timer)
      await running.close()
      // What was wrong with it is wrong no more. A state that does not answer is not waited for.
      await Promise.race([tell(undefined), pause(LAST_WORD_MS, undefined, { ref: false })])
    },
  }
}

function watchIncarnation(incarnation: () => Promise<string>, consuming: Consuming): NodeJS.Timeout {
  let known: string | undefined
  return setInterval(() => {
    incarnation()
      .then((now) => {
        if (known !== undefined && now !== known) consuming.rewind('the user state was restarted')
        known = now
      })
      // The effect itself tells of a state that does not answer.
      .catch(() => {})
  }, INCARNATION_LOOK_MS)
}

function ratingsOf({ ratings }: Stores) {
  if (ratings === undefined) throw new Error('this role needs the rating store')
  return ratings
}

function settingsOf(config: Config, { log }: Stores): Settings {
  const given = { regularization: config.REGULARIZATION, unobservedWeight: config.UNOBSERVED_WEIGHT }
  const valueFor = (name: Tuned): number => (given[name] === 'auto' ? STARTING_VALUES[name] : given[name])
  const hyperParameters: HyperParameters = {
    factors: config.FACTORS,
    epochs: config.EPOCHS,
    regularization: valueFor('regularization'),
    unobservedWeight: valueFor('unobservedWeight'),
    regularizationExponent: 1,
    positiveFrom: log.identity.scale.positiveFrom,
    dislikeWeight: config.DISLIKE_WEIGHT,
    topWeight: config.TOP_WEIGHT,
    topValue: log.identity.scale.max,
    activityExponent: config.ACTIVITY_EXPONENT,
    seed: 1,
  }
  return {
    hyperParameters,
    search: TUNED.filter((name) => given[name] === 'auto'),
  }
}

/** @returns undefined: it is whole, or nobody knows */
function damagedSince({ trouble }: Parts['generations']): number | undefined {
  const found = trouble()
  return found?.isDamaged ? found.since : undefined
}
