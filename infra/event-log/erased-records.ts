import { decodeEvent } from '../../models/events/codec.ts'
import type { LogRecord, Position } from './port.ts'

/** Takes the place of the last record of a partition where that one was removed, so that readers come to the end as before. */
export const BLANK = { key: '', value: null, headers: { removed: '' } } as const

export const isBlank = ({ value, headers }: Pick<LogRecord, 'value' | 'headers'>): boolean =>
  value === null && 'removed' in headers

/** Where somebody was erased last. */
export interface LastErasure extends Position {
  readonly appendedAt: number
}

/**
 * Tells which records of topic `ratings` are of somebody who was erased after them: events, the erasure itself, and what was meant to
 * be an event of theirs.
 * @param last  of a user; undefined: they were never erased
 */
export function erasedRecords(last: (userId: string) => LastErasure | undefined): (record: LogRecord) => boolean {
  function isBefore({ partition, offset, appendedAt }: LogRecord, userId: string): boolean {
    const erasure = last(userId)
    if (!erasure) return false
    // What stands on a partition that is not its user's is no event, and has only its time.
    return partition === erasure.partition ? offset <= erasure.offset : appendedAt <= erasure.appendedAt
  }

  return (record) => {
    if (isBefore(record, record.key)) return true
    const userId = record.value && userIn(record.value)
    return !!userId && userId !== record.key && isBefore(record, userId)
  }
}

/**
 * So long after an erasure lists still go with their user: a gateway makes them of what the user was until the updater has come to the
 * erasure, and clocks differ. Nothing is lost by it but lists of whoever is new under the id. Also in 006_served.sql.
 */
export const SERVED_MARGIN_MS = 600_000

/**
 * The same of topic `served`, whose offsets tell nothing of those of the ratings: there it goes by time. A list waits in its gateway
 * before it is appended, so that it counts from when it was answered.
 */
export function erasedLists(last: (userId: string) => LastErasure | undefined): (record: LogRecord) => boolean {
  return ({ key, value, appendedAt }) => {
    const event = value ? eventIn(value) : undefined
    const at = Math.min(appendedAt, event?.occurredAt ?? appendedAt)
    const isBefore = (userId: string): boolean => at <= (last(userId)?.appendedAt ?? -Infinity) + SERVED_MARGIN_MS
    return isBefore(key) || (!!event && event.userId !== key && isBefore(event.userId))
  }
}

/** Whose event these bytes are, be it on the right partition or not. */
const userIn = (value: Uint8Array): string | undefined => eventIn(value)?.userId

function eventIn(value: Uint8Array): { userId: string; occurredAt: number } | undefined {
  try {
    const event = decodeEvent(value)
    return 'userId' in event && typeof event.userId === 'string' ? event : undefined
  } catch {
    return undefined
  }
}
