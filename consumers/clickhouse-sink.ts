import { setImmediate } from 'node:timers/promises'
import type { EventLog, LogRecord } from '../infra/event-log/port.ts'
import type { Metrics } from '../infra/metrics.ts'
import type { ItemRow, RatingRow, RatingStore } from '../infra/rating-store/port.ts'
import type { Offset } from '../models/events/types.ts'
import type { Consumer, Slice } from './consume.ts'
import { deadLetter, type ItemReading, readItems, readRatings } from './read-records.ts'

export const SINK_GROUP = 'foldstream-sink'

/** Rows of one insert, and how long the first of them waits for company. */
const MAX_ROWS = 10_000
const MAX_AGE_MS = 500
/** Records that are read before the event loop gets its turn: some milliseconds. */
const TURN_RECORDS = 2_000

/**
 * Writes every rating event into ClickHouse with its `(partition, offset)`, and resumes from what stands there: an emptied
 * ClickHouse is refilled from the log. What does not decode on `ratings` is left to the updater, which puts it among the dead
 * letters.
 */
export function clickhouseSink(log: EventLog, store: RatingStore, metrics: Metrics): Consumer {
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
    const dead: DeadItem[] = []
    for (const reading of readings) {
      if ('reason' in reading) dead.push(reading)
      else rows.push({ itemId: reading.record.key, offset: reading.record.offset, item: reading.item })
    }
    if (dead.length > 0) await putAside(dead)
    if (rows.length > 0) await store.insertItems(rows)
  }

  /** What the group committed was put aside then: a dead item leaves no row, so that it may come again at every start. */
  async function putAside(dead: readonly DeadItem[]): Promise<void> {
    const done = await log.committed('items', SINK_GROUP)
    const letters = dead
      .filter(({ record }) => record.offset >= (done[record.partition] ?? 0))
      .map(({ record, reason }) => deadLetter('items', record, reason))
    if (letters.length === 0) return
    await log.append('ratings.dead-letter', letters)
    metrics.deadLetters.inc({ group: SINK_GROUP }, letters.length)
  }

  async function writeRatings(slices: readonly Slice[]): Promise<void> {
    let rows: RatingRow[] = []
    const insert = async (): Promise<void> => {
      if (rows.length > 0) await store.insertRatings(rows)
      rows = []
    }
    const lastRows = new Map<number, Offset>()
    for (const { partition, records } of slices) {
      for (let from = 0; from < records.length; from += TURN_RECORDS) {
        for (const reading of readRatings(log, records.slice(from, from + TURN_RECORDS))) {
          if (!('event' in reading)) continue
          const { event, record } = reading
          if (event.type === 'rating') {
            rows.push({ partition, offset: record.offset, ingestedAt: record.appendedAt, event })
            lastRows.set(partition, record.offset)
          } else {
            await insert()
            // The deletion may take the rows that showed how far we were; the erasure itself is not done yet.
            await store.noteProgress(partition, record.offset)
            await store.eraseUser(event.userId, partition, record.offset)
          }
        }
        await setImmediate()
      }
    }
    await insert()
    for (const { partition, records } of slices) {
      const last = (records.at(-1) as LogRecord).offset
      if (lastRows.get(partition) !== last) await store.noteProgress(partition, last + 1)
    }
  }
}

type DeadItem = Extract<ItemReading, { reason: string }>
