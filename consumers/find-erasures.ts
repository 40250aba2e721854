import type { LastErasure } from '../infra/event-log/erased-records.ts'
import { type Erasures, erasureRecord, readErasures } from '../infra/event-log/erasures.ts'
import type { EventLog, Position } from '../infra/event-log/port.ts'
import { readTopic } from '../infra/event-log/read-topic.ts'
import { readRatings } from './read-records.ts'

/**
 * The last erasure of everybody who was erased, by the log itself; those that are not on the list are put onto it, as a log has them
 * that is older than the list.
 * @param isWanted  which erasures
 */
export async function findErasures(
  log: EventLog,
  isWanted: (position: Position) => boolean = () => true,
): Promise<ReadonlyMap<string, LastErasure>> {
  const found = new Map<string, LastErasure>()
  await readTopic(log, 'ratings', (records) => {
    for (const reading of readRatings(log, records)) {
      if (!('event' in reading) || reading.event.type !== 'user-erased' || !isWanted(reading.record)) continue
      const { partition, offset, appendedAt } = reading.record
      found.set(reading.event.userId, { partition, offset, appendedAt })
    }
  })
  const listed = await readErasures(log)
  const missing = [...found].filter(([userId, { offset }]) => (listed.last(userId)?.offset ?? -1) < offset)
  await log.append(
    'erasures',
    missing.map(([userId, erasure]) => erasureRecord(log.identity, { userId, ...erasure })),
  )
  return found
}

/** Whether the log still has bytes of somebody whose erasure is on the list, which compacting it would remove. */
export async function hasErasedBytes(log: EventLog, { positions }: Erasures): Promise<boolean> {
  for (const position of positions) if ((await log.heldUntil('ratings', position)) === 'compact') return true
  return false
}
