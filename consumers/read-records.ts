import { messageOf } from '../infra/errors.ts'
import { isBlank } from '../infra/event-log/erased-records.ts'
import type { EventLog, LogRecord, Topic } from '../infra/event-log/port.ts'
import { decodeEvent } from '../models/events/codec.ts'
import { readItem } from '../models/events/read-item.ts'
import { servedKey } from '../models/events/served-key.ts'
import type { Event, Item, Measurement, RatingEvent, Served, UserErased } from '../models/events/types.ts'
import { checkEvent, checkEventId, checkMeasurement, checkServed, inWords } from '../models/events/validation.ts'

/** A record that holds nothing for its topic. */
export interface Refused {
  readonly record: LogRecord
  /** Why, without what somebody rated. */
  readonly reason: string
  /** Of an event that could be read, and is still none for us. */
  readonly eventId?: string
}

/** A record, read: the event it holds, or why it holds none for its topic. */
export type Reading<E = RatingEvent | UserErased> = { readonly record: LogRecord; readonly event: E } | Refused

/**
 * Reads records of topic `ratings`. Every consumer goes through here, so that all agree on which records count: the time limit is
 * taken against the time of append, so that a replay years later decides the same. Where something was removed, nothing is read.
 */
export const readRatings = (log: EventLog, records: readonly LogRecord[]): Reading[] =>
  readEvents('ratings', ['rating', 'user-erased'], records, (event, record) => faultOf(log, event, record))

/** Reads records of topic `served`: the key is the user's id, of a list that is nobody's own that of the answer. */
export const readServed = (records: readonly LogRecord[]): Reading<Served>[] =>
  readEvents('served', ['served'], records, (event, { key, appendedAt }) =>
    key === servedKey(event) ? inWords(checkServed(event, appendedAt)) : NOT_THE_USERS,
  )

/** Reads records of topic `measurements`. */
export const readMeasurements = (records: readonly LogRecord[]): Reading<Measurement>[] =>
  readEvents('measurements', ['measurement'], records, (event, { appendedAt }) =>
    inWords(checkMeasurement(event, appendedAt)),
  )

/** A record of topic `items`, read: the item, null for its deletion, or why it is none. */
export type ItemReading = { readonly record: LogRecord; readonly item: Item | null } | Refused

/** Reads records of topic `items`. */
export function readItems(records: readonly LogRecord[]): ItemReading[] {
  return records.map((record) => ({ record, ...readItem(record) }))
}

/** @param faultOf  what is wrong with an event of a fitting type; undefined: nothing */
function readEvents<E extends Event>(
  topic: Topic,
  types: readonly E['type'][],
  records: readonly LogRecord[],
  faultOf: (event: E, record: LogRecord) => string | undefined,
): Reading<E>[] {
  const fits = (event: Event): event is E => types.includes(event.type)
  const readOne = (record: LogRecord): Reading<E> => {
    if (record.value === null) return { record, reason: 'the record has no value' }
    try {
      const event = decodeEvent(record.value)
      if (!fits(event)) return { record, reason: `an event of type ${event.type} does not belong on topic ${topic}` }
      const reason = faultOf(event, record)
      if (reason === undefined) return { record, event }
      const eventId = 'eventId' in event ? String(event.eventId) : ''
      return { record, reason, ...(checkEventId(eventId) === undefined && { eventId }) }
    } catch (error) {
      return { record, reason: messageOf(error) }
    }
  }
  return records.flatMap((record) => (isBlank(record) ? [] : [readOne(record)]))
}

const NOT_THE_USERS = 'the key is not the user id of the event'

function faultOf(log: EventLog, event: RatingEvent | UserErased, record: LogRecord): string | undefined {
  if (event.userId !== record.key) return NOT_THE_USERS
  if (log.partitionOf('ratings', record.key) !== record.partition)
    return 'the record is not on the partition of its user'
  return inWords(checkEvent(event, log.identity.scale, record.appendedAt))
}
