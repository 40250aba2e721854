import { seededRandom } from '../../models/linalg/random.ts'
import type { EventLog, NewRecord } from '../event-log/port.ts'

/** Of the appends, those that bring one along. */
const SHARE = 0.1
const SEED = 7

/** A log onto which some other program puts records that hold nothing, behind those of this process, and on the same partitions. */
export function withBrokenRecords(log: EventLog): EventLog {
  const random = seededRandom(SEED)
  return {
    ...log,
    async append(topic, records) {
      const last = records.at(-1)
      const isSpoiled = (topic === 'ratings' || topic === 'items') && random() < SHARE
      if (last === undefined || !isSpoiled) return log.append(topic, records)
      // The newest record of an item is all that Kafka keeps of it: nobody's must come before it.
      const key = topic === 'items' ? `broken ${crypto.randomUUID()}` : last.key
      const positions = await log.append(topic, [...records, { key, value: spoiled(last, random) }])
      return positions.slice(0, records.length)
    },
  }
}

/** Cut off, or with a bit that is another one where the schema is named: either way nobody can read it. */
function spoiled({ value }: NewRecord, random: () => number): Uint8Array {
  const bytes = Uint8Array.from(value ?? [])
  if (random() < 0.5 || bytes.length < SCHEMA_BYTES) return bytes.subarray(0, Math.floor(random() * SCHEMA_BYTES))
  const at = Math.floor(random() * SCHEMA_BYTES)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return bytes
}

/** Marker and fingerprint, which stand first. */
const SCHEMA_BYTES = 10
