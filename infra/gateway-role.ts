import { SINK_GROUP } from '../consumers/clickhouse-sink.ts'
import type { ApiKeys } from '../gateway/api-keys.ts'
import { createGateway } from '../gateway/app.ts'
import { followCatalogue } from '../gateway/catalogue.ts'
import type { GroupLag } from '../gateway/context.ts'
import type { Trouble } from '../gateway/health.ts'
import { serveGateway } from '../gateway/server.ts'
import type { Offset } from '../models/events/types.ts'
import type { Analytics } from './analytics/port.ts'
import { createBackups } from './backup.ts'
import type { DataFolder } from './data-folder.ts'
import { within } from './deadline.ts'
import { lagOf } from './event-log/lag.ts'
import type { EventLog, Topic } from './event-log/port.ts'
import { gatewayAddress } from './ports.ts'
import { beating, CONSUMED, type Parts, type RunningRole } from './roles.ts'
import { createVerifications } from './verification.ts'

const BODY_LIMIT_BYTES = 8 << 20
const SHOWN_DEADLINE_MS = 2_000

/** The gateway, listening. `address` is what it can be reached at. */
export interface RunningGatewayRole extends RunningRole {
  readonly address: string
}

interface GatewayOptions {
  readonly apiKeys: ApiKeys | undefined
  readonly folder: DataFolder | undefined
  /** Name of the dataset that is being loaded, while it is: until then nothing here is as it is meant to be. */
  loading(): string | undefined
  /** Of the other roles of this process. */
  troubles(): readonly Trouble[]
}

/** Starts the gateway: reads the catalogue from its start, then listens. */
export async function startGateway(
  parts: Parts,
  { apiKeys, folder, loading, troubles }: GatewayOptions,
): Promise<RunningGatewayRole> {
  const { config, stores, generations, logger, metrics } = parts
  const { log, state, models, ratings, analytics } = stores
  const catalogue = await followCatalogue(log, logger)
  await catalogue.caughtUp
  const gateway = createGateway({
    log,
    state,
    models,
    generations,
    catalogue,
    analytics,
    logger,
    metrics,
    settings: {
      apiKeys,
      adminToken: folder?.token,
      fallbacks: config.FALLBACKS,
      rateLimit: config.RATE_LIMIT,
      corsOrigins: config.CORS_ORIGINS ?? [],
      bodyLimit: BODY_LIMIT_BYTES,
      requestBudgetMs: config.REQUEST_BUDGET,
      servedSample: config.SERVED_SAMPLE,
      cookieSecret: config.COOKIE_SECRET ?? folder?.cookieSecret(),
      hasPages: config.PAGES === 'on',
      isDemo: config.DEMO === '1',
      tmdbApiKey: config.TMDB_API_KEY,
    },
    checks: {
      dataset: async () => {
        if (loading() !== undefined) throw new Error(`${loading()} is being loaded`)
      },
      'event log': () => log.ping(),
      'user state': () => state.ping(),
      'model store': () => models.ping(),
      ...(ratings && { 'rating store': () => ratings.ping() }),
    },
    troubles,
    loading,
    applied: async (partition) => ({
      'user state': (await state.offsets(partition)).applied,
      'rating store': ((await log.committed('ratings', SINK_GROUP))[partition] ?? 0) - 1,
      ...(analytics && { analytics: await shownUpTo(analytics, partition) }),
    }),
    verifications:
      ratings && createVerifications({ log, state, models, ratings, maxHistory: config.MAX_HISTORY }, logger),
    backups: folder && createBackups(folder, stores, logger),
    lag: () => Promise.all(CONSUMED.map(([group, topic]) => groupLag(log, group, topic))),
  })
  await gateway.settled()
  const server = await serveGateway(gateway.app, gatewayAddress(config))
  const role = beating('gateway', stores, logger, {
    trouble: generations.trouble,
    async close() {
      gateway.leave()
      await server.close()
      await gateway.close()
      await catalogue.close()
    },
  })
  return { ...role, address: server.address }
}

/** The last offset whose effect every view shows. While ClickHouse does not answer, none is known. */
async function shownUpTo(analytics: Analytics, partition: number): Promise<Offset> {
  const below = await within(SHOWN_DEADLINE_MS, analytics.shownBelow()).catch(() => [])
  return (below[partition] ?? 0) - 1
}

async function groupLag(log: EventLog, group: string, topic: Topic): Promise<GroupLag> {
  const lags = await lagOf(log, group, topic)
  return { group, topic, partitions: lags.map((lag, partition) => ({ partition, lag })) }
}
