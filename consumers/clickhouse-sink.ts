import { setImmediate } from 'node:timers/promises'
import type { EventLog, LogRecord } from '../infra/event-log/port.ts'
import type { Logger } from '../infra/logging.ts'
import type { Metrics } from '../infra/metrics.ts'
import type { Erasure, ItemRow, RatingRow, RatingStore } from '../infra/rating-store/port.ts'
import type { Consumer, Slice } from './consume.ts'
import { asidesOnce } from './put-aside.ts'
import { type ItemReading, type Refused, readItems, readRatings } from './read-records.ts'

export const SINK_GROUP = 'foldstream-sink'

/** Rows of one insert, and how long the first of them waits for company. */
const MAX_ROWS = 10_000
const MAX_AGE_MS = 1_000
/** Records that are read before the event loop gets its turn: some milliseconds. */
const TURN_RECORDS = 2_000

/**
 * Writes every rating event into ClickHouse with its `(partition, offset)`, and resumes from what stands there: an emptied
 * ClickHouse is refilled from the log. What does not decode on `ratings` is left to the updater, which puts it among the dead
 * letters.
 */
export function clickhouseSink(
  log: EventLog,
  store: RatingStore,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
): Consumer {
  const asides = asidesOnce('items', { log, logger, metrics, group: SINK_GROUP })

  return {
    group: SINK_GROUP,
    topics: ['ratings', 'items'],
    maxRecords: MAX_ROWS,
    maxAgeMs: MAX_AGE_MS,
    async resumeAt(topic, partition) {
      if (topic === 'ratings') return store.resumeAt(partition)
      asides.resume(partition, (await log.committed('items', SINK_GROUP))[partition])
      return store.resumeItemsAt()
    },
    revoked: () => {},
    async effect(slices) {
      const items = slices.filter((slice) => slice.topic === 'items').flatMap((slice) => slice.records)
      if (items.length > 0) await writeItems(readItems(items))
      await writeRatings(slices.filter((slice) => slice.topic === 'ratings'))
    },
  }

  async function writeItems(readings: readonly ItemReading[]): Promise<void> {
    const rows: ItemRow[] = []
    const refused: Refused[] = []
    for (const reading of readings) {
      const { key, offset } = reading.record
      if (!('reason' in reading)) rows.push({ itemId: key, offset, item: reading.item })
      else refused.push(reading)
    }
    await asides.put(refused)
    if (rows.length > 0) await store.insertItems(rows)
  }

  async function writeRatings(slices: readonly Slice[]): Promise<void> {
    const rows: RatingRow[] = []
    const erasures: Erasure[] = []
    for (const { partition, records } of slices) {
      for (let from = 0; from < records.length; from += TURN_RECORDS) {
        for (const reading of readRatings(log, records.slice(from, from + TURN_RECORDS))) {
          if (!('event' in reading)) continue
          const { event, record } = reading
          if (event.type === 'rating')
            rows.push({ partition, offset: record.offset, ingestedAt: record.appendedAt, event })
          else erasures.push({ userId: event.userId, partition, before: record.offset, at: record.appendedAt })
        }
        await setImmediate()
      }
    }
    // Before any row shows that this is done. From then on the store itself refuses what came before an erasure, here too.
    if (erasures.length > 0) {
      for (const { partition, records } of slices) await store.noteProgress(partition, (records[0] as LogRecord).offset)
      await store.eraseUsers(erasures)
    }
    await store.insertRatings(rows)
    const lastRows = new Map(rows.map(({ partition, offset }) => [partition, offset]))
    for (const { partition, records } of slices) {
      const last = (records.at(-1) as LogRecord).offset
      if (lastRows.get(partition) !== last) await store.noteProgress(partition, last + 1)
    }
  }
}
