import type { EventLog } from '../../infra/event-log/port.ts'
import type { Logger } from '../../infra/logging.ts'
import type { Metrics } from '../../infra/metrics.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import type { RatingStore } from '../../infra/rating-store/port.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import type { Generation } from '../../models/als/types.ts'
import { noteOf } from '../als-rebuild/publish.ts'
import { analyticsSink } from '../analytics-sink.ts'
import { clickhouseSink } from '../clickhouse-sink.ts'
import { foldInUpdater } from '../fold-in-updater.ts'
import { puttingAsideOnce } from '../put-aside-once.ts'
import { replayLog } from './replay-log.ts'

type Report = (done: number, total: number) => void

interface Filling {
  readonly log: EventLog
  readonly logger: Logger
  readonly metrics: Metrics
  readonly report: Report
}

/**
 * Fills an empty user state from the log alone: histories, vectors, statistics, offsets and watermarks.
 * @param generation  the live one, in which users are solved; undefined: there is none yet
 */
export async function fillState(
  state: UserState,
  generation: Generation | undefined,
  { log, report, ...tools }: Filling & { readonly maxHistory: number },
): Promise<void> {
  const own = await puttingAsideOnce(log)
  await replayLog(log, foldInUpdater({ log: own, state, generation: () => generation, ...tools }), report)
}

/**
 * Fills an empty ClickHouse: ratings and items from the log alone, lists and measurements as far as the log still has them, and the
 * models that are kept from their store.
 */
export async function fillRatings(
  ratings: RatingStore,
  models: Pick<ModelStore, 'list'>,
  { log, report, ...tools }: Filling,
): Promise<void> {
  // First the erasures among them: lists of who was erased are refused from then on.
  await replayLog(log, clickhouseSink(log, ratings, tools), report)
  await replayLog(log, analyticsSink(log, ratings, tools), () => {})
  for (const info of await models.list()) await ratings.recordGeneration(noteOf(info))
}
