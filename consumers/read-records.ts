import { messageOf } from '../infra/errors.ts'
import type { EventLog, LogRecord } from '../infra/event-log/port.ts'
import { decodeEvent } from '../models/events/codec.ts'
import type { Item, RatingEvent, UserErased } from '../models/events/types.ts'
import { checkEvent } from '../models/events/validation.ts'

/** A record of topic `ratings`, read: an event, or why it is none. */
export type Reading =
  | { readonly record: LogRecord; readonly event: RatingEvent | UserErased }
  | { readonly record: LogRecord; readonly reason: string }

/**
 * Reads records of topic `ratings`. Every consumer goes through here, so that all agree on which records count: the time limit is
 * taken against the time of append, so that a replay years later decides the same.
 */
export function readRatings(log: EventLog, records: readonly LogRecord[]): Reading[] {
  return records.map((record) => {
    const reading = readOne(log, record)
    return typeof reading === 'string' ? { record, reason: reading } : { record, event: reading }
  })
}

function readOne(log: EventLog, record: LogRecord): RatingEvent | UserErased | string {
  if (record.value === null) return 'the record has no value'
  try {
    const event = decodeEvent(record.value)
    if (event.type !== 'rating' && event.type !== 'user-erased')
      return `an event of type ${event.type} does not belong on topic ratings`
    if (event.userId !== record.key) return 'the key is not the user id of the event'
    if (log.partitionOf('ratings', record.key) !== record.partition)
      return 'the record is not on the partition of its user'
    const faults = checkEvent(event, log.identity.scale, record.appendedAt)
    return faults.length > 0 ? faults.map((fault) => `${fault.path}: ${fault.message}`).join('; ') : event
  } catch (error) {
    return messageOf(error)
  }
}

/** A record of topic `items`, read: the item, null for its deletion, or why it is none. */
export type ItemReading =
  | { readonly record: LogRecord; readonly item: Item | null }
  | { readonly record: LogRecord; readonly reason: string }

/** Reads records of topic `items`. */
export function readItems(records: readonly LogRecord[]): ItemReading[] {
  return records.map((record) => {
    if (record.value === null) return { record, item: null }
    try {
      const event = decodeEvent(record.value)
      if (event.type !== 'item')
        return { record, reason: `an event of type ${event.type} does not belong on topic items` }
      if (event.itemId !== record.key) return { record, reason: 'the key is not the item id of the event' }
      return { record, item: event }
    } catch (error) {
      return { record, reason: messageOf(error) }
    }
  })
}
