import type { Database } from 'lmdb'
import type { Offset } from '../../models/events/types.ts'
import type { Place, Stored } from './embedded-store.ts'
import { TOPICS, type Topic } from './port.ts'

/** Of one partition of a topic that forgets, some 30 MB: a laptop must not fill up with what it answered. */
const MAX_KEPT = 100_000
/** Removed at one append for each record that is appended: more than come, so that an old log becomes as short as it is to be. */
const REMOVED_A_RECORD = 2

type Records = Pick<Database<Stored, [partition: number, offset: Offset]>, 'getRange'>

/**
 * What goes from the beginning of the partitions that are appended to, where their topics forget: what is older than its topic keeps
 * it, and what is more than a partition holds. It goes with an append, so that the last record of a partition stays.
 * @param ends  of each partition: its end after the append
 */
export function outdatedPlaces(
  ends: readonly { readonly topic: Topic; readonly partition: number; readonly end: Offset; readonly added: number }[],
  recordsOf: (topic: Topic) => Records,
  now: number,
): Place[] {
  const places: Place[] = []
  for (const { topic, partition, end, added } of ends) {
    const { keptMs } = TOPICS[topic]
    if (keptMs === undefined) continue
    const oldest = recordsOf(topic).getRange({
      start: [partition, 0],
      end: [partition + 1] as never,
      limit: REMOVED_A_RECORD * added,
    })
    for (const { key, value } of oldest) {
      const [[, offset], [appendedAt]] = [key, value]
      if (appendedAt >= now - keptMs && offset >= end - MAX_KEPT) break
      places.push({ topic, partition, offset })
    }
  }
  return places
}
