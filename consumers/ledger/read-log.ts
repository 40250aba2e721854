import type { EventLog } from '../../infra/event-log/port.ts'
import { readTopic } from '../../infra/event-log/read-topic.ts'
import type { RatingRow } from '../../infra/rating-store/port.ts'
import type { Offset } from '../../models/events/types.ts'
import type { History } from '../../models/history/types.ts'
import { readRatings } from '../read-records.ts'
import { type PlacedEvent, replay } from '../user-update.ts'

/** An event of a user, and when the log took it. */
export interface LoggedEvent extends PlacedEvent {
  readonly appendedAt: number
}

/** Everything that the log says of one user, in order. */
export interface UserLog {
  readonly userId: string
  readonly partition: number
  readonly events: readonly LoggedEvent[]
}

export interface LogReading {
  readonly users: ReadonlyMap<string, UserLog>
  /** Records, those included that are no events. */
  readonly records: number
  /** Records that are no events: they belong among the dead letters. */
  readonly unreadable: readonly { readonly partition: number; readonly offset: Offset }[]
}

/**
 * Reads topic `ratings` from its start.
 * @param ends    first offset of each partition that is left out
 * @param isMine  users that are wanted; of the others nothing is kept
 */
export async function readLog(
  log: EventLog,
  ends: readonly Offset[],
  isMine: (userId: string) => boolean = () => true,
): Promise<LogReading> {
  const users = new Map<string, UserLog & { readonly events: LoggedEvent[] }>()
  const unreadable: { partition: number; offset: Offset }[] = []
  let records = 0
  await readTopic(log, 'ratings', (delivered) => {
    const wanted = delivered.filter(({ partition, offset, key }) => offset < (ends[partition] ?? 0) && isMine(key))
    records += wanted.length
    for (const reading of readRatings(log, wanted)) {
      const { partition, offset, appendedAt } = reading.record
      if ('reason' in reading) {
        unreadable.push({ partition, offset })
        continue
      }
      const { event } = reading
      const user = users.get(event.userId) ?? { userId: event.userId, partition, events: [] }
      users.set(event.userId, user)
      user.events.push({ event, offset, appendedAt })
    }
  })
  return { users, records, unreadable }
}

/**
 * The rows that ClickHouse is to show of a user: of an event that stands on the log several times the first, and nothing from
 * before an erasure.
 * @param before  first offset that has had no effect yet
 */
export function rowsOf({ partition, events }: UserLog, before: Offset): RatingRow[] {
  let rows = new Map<string, RatingRow>()
  for (const { event, offset, appendedAt } of events) {
    if (offset >= before) break
    if (event.type === 'user-erased') {
      rows = new Map()
      continue
    }
    const key = `${event.itemId}\t${event.eventId.toLowerCase()}`
    if (!rows.has(key)) rows.set(key, { partition, offset, ingestedAt: appendedAt, event })
  }
  return [...rows.values()]
}

/** The last one that was worked out: several checks ask for the same, of one user after the other. */
let standing:
  | { readonly user: UserLog; readonly count: number; readonly maxHistory: number; history: History }
  | undefined

/** A user's history as the log makes it of the events below an offset. */
export function historyBefore(user: UserLog, end: Offset, maxHistory: number): History {
  const { events } = user
  const later = events.findIndex(({ offset }) => offset >= end)
  const count = later < 0 ? events.length : later
  if (standing?.user !== user || standing.count !== count || standing.maxHistory !== maxHistory) {
    const { history } = replay(new Map(), events.slice(0, count), maxHistory)
    standing = { user, count, maxHistory, history }
  }
  return standing.history
}

/** Whether what stands of the user may be gone at any moment: an erasure comes after the offset. */
export const isErasedAfter = ({ events }: UserLog, offset: Offset): boolean =>
  events.some((placed) => placed.event.type === 'user-erased' && placed.offset > offset)
