import type { Database } from 'lmdb'
import type { Offset } from '../../models/events/types.ts'
import type { Place, Stored } from './embedded-store.ts'
import { type NewRecord, TOPICS, type Topic } from './port.ts'

/** Of one partition of a topic that forgets: a laptop must not fill up with what it answered. */
const MAX_BYTES = 32 << 20
/**
 * Removed at one append for each record that is appended, and for each byte: more than come, so that an old log becomes as short as it is to
 * be, and not all at once.
 */
const REMOVED_A_RECORD = 2

type Records = Pick<Database<Stored, [partition: number, offset: Offset]>, 'getRange'>
/** How many bytes a partition holds, where it was counted before. */
type Sizes = Pick<Database<number>, 'get'>

/** A partition that is appended to. */
interface Grown {
  readonly topic: Topic
  readonly partition: number
  /** After the append. */
  readonly end: Offset
  readonly added: number
  readonly addedBytes: number
}

/** What goes, and what the partitions hold then. */
export interface Forgotten {
  readonly places: readonly Place[]
  readonly sizes: readonly { readonly key: SizeKey; readonly bytes: number }[]
}

/** Among the notes, of which all others have one word. */
export type SizeKey = ['bytes', topic: Topic, partition: number]
export const isSizeKey = (key: unknown): boolean => Array.isArray(key) && key[0] === 'bytes'

export const bytesOf = ({ key, value }: Pick<NewRecord, 'key' | 'value'>): number => key.length + (value?.length ?? 0)

/**
 * What goes from the beginning of the partitions that are appended to, where their topics forget: what is older than its topic keeps
 * it, and what is more than a partition holds. It goes with an append, so that the last record of a partition stays.
 */
export function forget(
  grown: readonly Grown[],
  { recordsOf, sizes, now }: { recordsOf(topic: Topic): Records; sizes: Sizes; now: number },
): Forgotten {
  const forgotten: { places: Place[]; sizes: Forgotten['sizes'][number][] } = { places: [], sizes: [] }
  for (const { topic, partition, added, addedBytes } of grown) {
    const { keptMs } = TOPICS[topic]
    if (keptMs === undefined) continue
    const records = () => recordsOf(topic).getRange({ start: [partition, 0], end: [partition + 1] as never })
    const key: SizeKey = ['bytes', topic, partition]
    let bytes = addedBytes + (sizes.get(key) ?? sumOf(records()))
    const removed = { records: 0, bytes: 0 }
    for (const { key: place, value } of records()) {
      const [appendedAt] = value
      if (appendedAt >= now - keptMs && bytes <= MAX_BYTES) break
      if (removed.records >= REMOVED_A_RECORD * added && removed.bytes >= REMOVED_A_RECORD * addedBytes) break
      forgotten.places.push({ topic, partition, offset: place[1] })
      removed.records++
      removed.bytes += bytesOfStored(value)
      bytes -= bytesOfStored(value)
    }
    forgotten.sizes.push({ key, bytes })
  }
  return forgotten
}

const bytesOfStored = ([, key, value]: Stored): number => bytesOf({ key, value })

function sumOf(records: Iterable<{ value: Stored }>): number {
  let bytes = 0
  for (const { value } of records) bytes += bytesOfStored(value)
  return bytes
}
