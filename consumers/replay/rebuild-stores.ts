import type { EventLog } from '../../infra/event-log/port.ts'
import type { Metrics } from '../../infra/metrics.ts'
import type { ModelStore } from '../../infra/model-store/port.ts'
import type { RatingStore } from '../../infra/rating-store/port.ts'
import type { UserState } from '../../infra/user-state/port.ts'
import type { Generation } from '../../models/als/types.ts'
import { noteOf } from '../als-rebuild/publish.ts'
import { clickhouseSink } from '../clickhouse-sink.ts'
import { foldInUpdater } from '../fold-in-updater.ts'
import { puttingAsideOnce } from './put-aside-once.ts'
import { replayLog } from './replay-log.ts'

type Report = (done: number, total: number) => void

interface Filling {
  readonly log: EventLog
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
  { log, metrics, report, maxHistory }: Filling & { readonly maxHistory: number },
): Promise<void> {
  const own = await puttingAsideOnce(log)
  await replayLog(log, foldInUpdater({ log: own, state, generation: () => generation, maxHistory, metrics }), report)
}

/** Fills an empty ClickHouse: ratings and items from the log alone, and the models that are kept from their store. */
export async function fillRatings(
  ratings: RatingStore,
  models: Pick<ModelStore, 'list'>,
  { log, metrics, report }: Filling,
): Promise<void> {
  await replayLog(log, clickhouseSink(log, ratings, metrics), report)
  for (const info of await models.list()) await ratings.recordGeneration(noteOf(info))
}
