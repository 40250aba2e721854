import { setImmediate } from 'node:timers/promises'
import type { EventLog, LogRecord, PassingTopic, Position } from '../infra/event-log/port.ts'
import type { Logger } from '../infra/logging.ts'
import type { Metrics } from '../infra/metrics.ts'
import type { RatingStore } from '../infra/rating-store/port.ts'
import type { Consumer } from './consume.ts'
import { asidesOnce } from './put-aside.ts'
import { type Reading, type Refused, readMeasurements, readServed } from './read-records.ts'

export const ANALYTICS_GROUP = 'foldstream-analytics'

/** Rows of one insert, and how long the first of them waits for company: nobody waits for these. */
const MAX_ROWS = 10_000
const MAX_AGE_MS = 2_000
/** Records that are read before the event loop gets its turn: some milliseconds. */
const TURN_RECORDS = 500

/**
 * Writes lists that were answered and measurements into ClickHouse, in a group of its own, so that ratings never wait for them. It
 * resumes from what stands in the tables, and what is delivered twice is one row once it is merged.
 */
export function analyticsSink(
  log: EventLog,
  store: RatingStore,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
): Consumer {
  const tools = { log, logger, metrics, group: ANALYTICS_GROUP }
  const asides = { served: asidesOnce('served', tools), measurements: asidesOnce('measurements', tools) }

  return {
    group: ANALYTICS_GROUP,
    topics: ['served', 'measurements'],
    maxRecords: MAX_ROWS,
    maxAgeMs: MAX_AGE_MS,
    async resumeAt(topic, partition) {
      const passing = topic as PassingTopic
      const committed = (await log.committed(passing, ANALYTICS_GROUP))[partition]
      asides[passing].resume(partition, committed)
      const next = await store.resumePassingAt(passing, partition)
      // Whoever makes such a topic anew must not stop us, nor may its rows be passed over where it has grown past its former self: what the
      // group committed went with that. A commit follows its effect, so that little is read twice; after a replay a week at most.
      const start = Math.min(committed ?? 0, next)
      return start > ((await log.ends(passing))[partition] ?? 0) ? 0 : start
    },
    revoked: () => {},
    async effect(slices) {
      const of = (topic: PassingTopic): readonly LogRecord[] =>
        slices.flatMap((slice) => (slice.topic === topic ? slice.records : []))
      await store.insertServed(await rowsOf('served', of('served'), readServed))
      await store.insertMeasurements(await rowsOf('measurements', of('measurements'), readMeasurements))
    },
  }

  /** Of what can be read; the rest is put aside. */
  async function rowsOf<E>(
    topic: PassingTopic,
    records: readonly LogRecord[],
    read: (records: readonly LogRecord[]) => Reading<E>[],
  ) {
    const rows: (Position & { readonly ingestedAt: number; readonly event: E })[] = []
    const refused: Refused[] = []
    for (let from = 0; from < records.length; from += TURN_RECORDS) {
      for (const reading of read(records.slice(from, from + TURN_RECORDS))) {
        const { partition, offset, appendedAt } = reading.record
        if ('event' in reading) rows.push({ partition, offset, ingestedAt: appendedAt, event: reading.event })
        else refused.push(reading)
      }
      await setImmediate()
    }
    await asides[topic].put(refused)
    return rows
  }
}
