import type { EventLog, LogRecord, NewRecord } from '../infra/event-log/port.ts'
import type { ItemRow, RatingRow, RatingStore } from '../infra/rating-store/port.ts'
import type { Consumer, Slice } from './consume.ts'
import { deadLetter, type ItemReading, readItems, readRatings } from './read-records.ts'

export const SINK_GROUP = 'foldstream-sink'

/** Rows of one insert, and how long the first of them waits for company. */
const MAX_ROWS = 10_000
const MAX_AGE_MS = 500

/**
 * Writes every rating event into ClickHouse with its `(partition, offset)`, and resumes from what stands there: an emptied
 * ClickHouse is refilled from the log. What does not
 * decode on `ratings` is left to the updater, which puts it among the dead letters.
 */
export function clickhouseSink(log: EventLog, store: RatingStore): Consumer {
  return {
    group: SINK_GROUP,
    topics: ['ratings', 'items'],
    maxRecords: MAX_ROWS,
    maxAgeMs: MAX_AGE_MS,
    resumeAt: (topic, partition) => (topic === 'ratings' ? store.resumeAt(partition) : store.resumeItemsAt()),
    revoked: () => {},
    async effect(slices) {
      const items = slices.filter((slice) => slice.topic === 'items').flatMap((slice) => slice.records)
      if (items.length > 0) await writeItems(readItems(items))
      await writeRatings(slices.filter((slice) => slice.topic === 'ratings'))
    },
  }

  async function writeItems(readings: readonly ItemReading[]): Promise<void> {
    const rows: ItemRow[] = []
    const dead: NewRecord[] = []
    for (const reading of readings) {
      if ('reason' in reading) dead.push(deadLetter('items', reading.record, reading.reason))
      else rows.push({ itemId: reading.record.key, offset: reading.record.offset, item: reading.item })
    }
    if (dead.length > 0) await log.append('ratings.dead-letter', dead)
    if (rows.length > 0) await store.insertItems(rows)
  }

  async function writeRatings(slices: readonly Slice[]): Promise<void> {
    let rows: RatingRow[] = []
    const insert = async (): Promise<void> => {
      if (rows.length > 0) await store.insertRatings(rows)
      rows = []
    }
    for (const { partition, records } of slices) {
      for (const reading of readRatings(log, records)) {
        if (!('event' in reading)) continue
        const { event, record } = reading
        if (event.type === 'rating') {
          rows.push({ partition, offset: record.offset, ingestedAt: record.appendedAt, event })
        } else {
          await insert()
          // The deletion may take the rows that showed how far we were; the erasure itself is not done yet.
          await store.noteProgress(partition, record.offset)
          await store.eraseUser(event.userId, partition, record.offset)
        }
      }
    }
    const lastRows = new Map(rows.map((row) => [row.partition, row.offset]))
    await insert()
    for (const { partition, records } of slices) {
      const last = (records.at(-1) as LogRecord).offset
      if (lastRows.get(partition) !== last) await store.noteProgress(partition, last + 1)
    }
  }
}
