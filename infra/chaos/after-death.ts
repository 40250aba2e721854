import { SINK_GROUP } from '../../consumers/clickhouse-sink.ts'
import { UPDATER_GROUP } from '../../consumers/fold-in-updater.ts'
import { checkLedger } from '../../consumers/ledger/ledger.ts'
import type { Offset } from '../../models/events/types.ts'
import { counted } from '../counted.ts'
import type { EventLog } from '../event-log/port.ts'
import type { RatingStore } from '../rating-store/port.ts'
import type { Stores } from '../wiring.ts'
import type { Fault } from './fault.ts'

type Tell = (fault: Fault) => void

/**
 * What the dead left, before anybody mends it: no commit may stand on the log whose effect is in no store. The roles resume from
 * their stores and set the commit right, so that later nobody sees it any more.
 */
export async function checkCommits(
  stores: Pick<Stores, 'log' | 'state' | 'models' | 'ratings'>,
  maxHistory: number,
  tell: Tell,
): Promise<void> {
  const { log, state, ratings } = stores
  const byUpdater = await log.committed('ratings', UPDATER_GROUP)
  for (const [partition, next = 0] of byUpdater.entries()) {
    const { applied } = await state.offsets(partition)
    const lost = next - applied - 1
    if (lost > 0)
      tell({
        told: `the updater committed ${counted(lost, 'event')} of partition ${partition} beyond the user state`,
        lost,
      })
  }
  if (ratings === undefined) return
  const shown = await ratings.watermark(log.identity.partitions)
  const bySink = await log.committed('ratings', SINK_GROUP)
  if (!bySink.some((next = 0, partition) => next > (shown[partition] ?? 0))) return
  // A merge that drops a repeated event may lower what the table shows: the rows themselves tell.
  const { rows } = await checkLedger({ ...stores, ratings, maxHistory })
  const lost = rows.missing
  if (lost > 0) tell({ told: `the sink committed ${counted(lost, 'event')} beyond ClickHouse`, lost })
}

/**
 * The rating store, watched for rows that stood there when this process began: a query does not show them twice, but a sink that
 * resumes from what is there does not write them. One that tries again after a failure may.
 */
export async function watchRepeats(ratings: RatingStore, log: EventLog, tell: Tell): Promise<RatingStore> {
  const standing: Offset[] = await ratings.watermark(log.identity.partitions)
  return {
    ...ratings,
    async resumeAt(partition) {
      const next = await ratings.resumeAt(partition)
      // A merge may have lowered it since.
      standing[partition] = Math.min(next, standing[partition] ?? next)
      return next
    },
    async insertRatings(rows) {
      const doubled = rows.filter(({ partition, offset }) => offset < (standing[partition] ?? 0)).length
      if (doubled > 0)
        tell({ told: `the sink inserted ${counted(doubled, 'row')} already there when it began`, doubled })
      await ratings.insertRatings(rows)
    },
  }
}
