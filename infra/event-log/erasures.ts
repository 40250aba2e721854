import { createHmac } from 'node:crypto'
import type { LastErasure } from './erased-records.ts'
import type { EventLog, LogIdentity, NewRecord, Position } from './port.ts'
import { readTopic } from './read-topic.ts'

/** Somebody whose events below an offset of their partition are to vanish. */
export interface ErasedUser extends Position {
  readonly userId: string
}

/** As it stands on topic `erasures`: whoever reads the list learns of nobody whom they cannot name. */
interface Listed extends Position {
  /** The log that the offset is of. */
  readonly logId: string
  readonly userHash: string
}

/** 128 bits. The key is the identity of the log, a random UUID that lies where the data lie. */
const HASH_CHARS = 22

const hashOf = (logId: string, userId: string): string =>
  createHmac('sha256', logId).update(userId).digest('base64url').slice(0, HASH_CHARS)

/** What is put onto topic `erasures`. The same erasure twice is one record. */
export function erasureRecord({ id }: LogIdentity, { userId, partition, offset }: ErasedUser): NewRecord {
  const listed: Listed = { logId: id, userHash: hashOf(id, userId), partition, offset }
  return { key: `${id}/${listed.userHash}/${offset}`, value: Buffer.from(JSON.stringify(listed)) }
}

export interface Erasures {
  /** Where the erasures stand on the log that was asked for. */
  readonly positions: readonly Position[]
  /** A user's last erasure, and when it was listed; undefined: there was none. */
  last(userId: string): LastErasure | undefined
}

/**
 * Everybody whose erasure the updater has met. The list outlives the erasures themselves, which go from the log with the rest.
 * @param logId  of the log whose erasures are wanted: the list of a log that was rewritten holds those of its former identities too
 */
export async function readErasures(log: EventLog, logId = log.identity.id): Promise<Erasures> {
  const positions: Position[] = []
  const byHash = new Map<string, LastErasure>()
  await readTopic(log, 'erasures', (records) => {
    for (const { value, appendedAt } of records) {
      const listed = value && (JSON.parse(Buffer.from(value).toString()) as Listed)
      if (listed?.logId !== logId) continue
      const { userHash, partition, offset } = listed
      positions.push({ partition, offset })
      if (offset >= (byHash.get(userHash)?.offset ?? 0)) byHash.set(userHash, { partition, offset, appendedAt })
    }
  })
  return {
    positions,
    last: (userId) => (byHash.size === 0 ? undefined : byHash.get(hashOf(logId, userId))),
  }
}
